"""Whatever hangs, the console does not: no key waits for a server, and the end does not either."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.config_file import write
from tests.console.loop_probe import LONGEST_WAIT, HeldUp, probed
from tests.console.screens import text_of, until, watching
from tests.console.setup.wizard import setting_up
from tests.console.snippet.builder import watching_and_building
from tests.integration.experiments.counters import write_counts
from tests.network import a_silent_server
from tests.valkey_servers import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.pilot import Pilot

MONITOR_KEYS = (
    *("down", "up", "enter", "tab", "s", "w", "c", "p", "p", "plus", "minus", "r", "slash", "a", "escape"),
    *("e", "escape", "o", "escape", "k", "escape", "D", "escape", "R", "escape", "question_mark", "escape", "ctrl+p"),
    "escape",
)


@pytest.fixture
def held_up() -> Iterable[HeldUp]:
    """What held the event loop up while the test ran."""
    with probed() as found:
        yield found


async def press_all(pilot: Pilot[None], keys: Iterable[str]) -> None:
    for key in keys:
        await pilot.press(key)


async def quit_takes(pilot: Pilot[None]) -> float:
    """Seconds from the wish to quit to the end of the app."""
    began = time.monotonic()
    await pilot.app._shutdown()
    return time.monotonic() - began


def assert_alive(held_up: HeldUp) -> None:
    assert len(held_up.waited) > 100
    assert max(held_up.waited) < LONGEST_WAIT


async def test_no_key_of_the_monitor_waits_for_a_redis_that_hangs(valkey: str, held_up: HeldUp) -> None:
    write_counts(valkey, {("checkout", "participate", arm): 41 for arm in "ab"})
    async with watching(valkey, socket_timeout=60, interval=0.2) as pilot:
        await until(pilot, lambda text: "82 visitors" in text)
        with frozen(valkey):
            await until(pilot, lambda text: "STALE" in text, seconds=20)
            await press_all(pilot, MONITOR_KEYS)
            assert "82 visitors" in text_of(pilot)
            assert await quit_takes(pilot) < 1
    assert_alive(held_up)


async def test_no_key_waits_for_a_redis_that_never_answered(held_up: HeldUp) -> None:
    with a_silent_server() as port:
        async with watching(f"redis://127.0.0.1:{port}/0", socket_timeout=60) as pilot:
            await until(pilot, lambda text: "Reading Redis" in text)
            await press_all(pilot, MONITOR_KEYS)
            assert await quit_takes(pilot) < 1
    assert_alive(held_up)


async def test_no_key_of_the_wizard_waits_for_a_redis_that_never_answers(held_up: HeldUp) -> None:
    write(redis={"socket_timeout": 60})
    with a_silent_server() as port:
        async with setting_up() as wizard:
            await wizard.press("enter")
            await wizard.fill("Port", str(port))
            await wizard.press("ctrl+t")
            await wizard.sees("Trying Redis")
            keys = ("tab", "down", "up", "x", "backspace", "pagedown", "pageup", "f1", "escape", "ctrl+p", "escape")
            await press_all(wizard.pilot, keys)
            await wizard.sees("Trying Redis")
            await press_all(wizard.pilot, ("escape", "ctrl+t", "ctrl+n", "ctrl+n", "escape"))
            assert await quit_takes(wizard.pilot) < 1
    assert_alive(held_up)


async def test_no_key_of_the_snippet_builder_waits_for_an_aws_that_hangs(valkey: str, held_up: HeldUp) -> None:
    write_counts(valkey, {("checkout", "participate", arm): 41 for arm in "ab"})

    def find() -> str:
        time.sleep(60)
        return ""

    async with watching_and_building(valkey, find) as builder:
        await builder.sees("82 visitors")
        await builder.press("x")
        await builder.sees("AWS is asked where events go.")
        await press_all(builder.pilot, ("tab", "a", "down", "ctrl+y", "ctrl+t", "c", "s", "ctrl+l", "escape", "escape"))
        assert await quit_takes(builder.pilot) < 1
    assert_alive(held_up)


async def test_the_probe_notices_who_waits(held_up: HeldUp) -> None:
    async with setting_up() as wizard:
        wizard.pilot.app.call_later(lambda: time.sleep(1))
        await wizard.pilot.pause()
        await until(wizard.pilot, lambda _: max(held_up.waited) > LONGEST_WAIT, what="the probe notices")
