"""A control that was misspelt in the settings: the monitor says so, and raises no other alarm."""

from __future__ import annotations

from tests.console.screens import until, watching
from tests.integration.experiments.counters import write_counts

EVENTS = {"participate": 4_000, "buy": 400}


async def test_a_control_that_was_never_seen_is_named_beside_the_variants_that_were(valkey: str) -> None:
    counts = {("checkout", event, arm): number for arm in ("blue", "control") for event, number in EVENTS.items()}
    write_counts(valkey, counts)
    settings = {"checkout": {"control": "contrl", "primary_goal": "buy"}}
    async with watching(valkey, size=(100, 30), experiments=settings) as pilot:
        shown = await until(pilot, lambda text: "The control contrl was never seen, only: blue, control" in text)
        assert "control never seen" in shown
        assert "mismatch" not in shown.lower()
        await pilot.press("k", "down", "enter")
        await until(pilot, lambda text: "was never seen" not in text and "split as planned" in text)
