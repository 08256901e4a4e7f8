"""What a person does from the monitor: decide, delete, reset, export, and watch elsewhere."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from lamed_tui.experiments.source import RedisSource
from tests.console.screens import folder_gone, settled, text_of, unbroken, until, watching
from tests.console.setup.wizard import squeezed
from tests.integration.experiments.counters import WINNER, write_counts

if TYPE_CHECKING:
    import pytest

    from lamed_tui.experiments.snapshot import Snapshot


async def test_an_unknown_control_is_asked_for_once_and_kept(valkey: str) -> None:
    write_counts(valkey, WINNER)
    async with watching(valkey, interval=0.1) as pilot:
        await pilot.press("down")
        await until(pilot, lambda text: "No control is known. Press k" in text)
        await pilot.press("enter")
        await until(pilot, lambda text: "Control of checkout" in text)
        await pilot.press("escape")
        await until(pilot, lambda text: "Control of checkout" not in text)
        await pilot.press("escape", "enter")
        assert "Control of checkout" not in text_of(pilot)
        await pilot.press("k", "enter")
        await until(pilot, lambda text: "b leads" in text)


async def test_settings_are_edited_and_a_wrong_one_is_explained(valkey: str) -> None:
    write_counts(valkey, WINNER)
    async with watching(valkey, interval=0.1) as pilot:
        await pilot.press("down")
        await until(pilot, lambda text: "8,000 visitors" in text)
        await pilot.press("o")
        await until(pilot, lambda text: "one of: a, b" in text and "one of: buy" in text)
        await pilot.press("b", "tab", *"a:1", "enter")
        await until(pilot, lambda text: "Weights look like control=2, green=1." in text)
        await pilot.press("backspace", "backspace", *"=-1, b=1", "enter")
        await until(pilot, lambda text: "must be" in text and "a=-1, b=1" in text)
        await pilot.press("home", "right", "right", "delete", "enter")
        await until(pilot, lambda text: "control leads" in text)


async def test_an_experiment_is_deleted_only_after_its_name_was_typed(valkey: str) -> None:
    write_counts(valkey, WINNER)
    async with watching(valkey) as pilot:
        await pilot.press("down")
        await until(pilot, lambda text: "8,000 visitors" in text)
        await pilot.press("D")
        await until(pilot, lambda text: "Type its name to delete it: checkout" in text)
        await pilot.press(*"check", "enter")
        assert "Type its name" in text_of(pilot)
        await pilot.press("escape", "D", *"checkout", "enter")
        await until(pilot, lambda text: "8,000" not in text and "1 experiment" in text)


async def test_an_experiment_is_reset_to_zero_and_stays(valkey: str) -> None:
    write_counts(valkey, WINNER)
    async with watching(valkey) as pilot:
        await pilot.press("down")
        await until(pilot, lambda text: "8,000 visitors" in text)
        await pilot.press("R", *"checkout", "enter")
        await until(pilot, lambda text: " 0 visitors" in text and "2 experiments" in text)


async def test_read_only_offers_nothing_that_changes_anything(valkey: str) -> None:
    write_counts(valkey, WINNER)
    async with watching(valkey, read_only=True, size=(160, 40)) as pilot:
        shown = await until(pilot, lambda text: "read-only" in text and "a small one" in text)
        assert "Settings" not in shown
        for key in ("D", "R", "o", "k"):
            await pilot.press(key)
            assert len(pilot.app.screen_stack) == 1
        await pilot.press("question_mark")
        shown = await until(pilot, lambda text: "Help: Monitor" in text)
        assert "Delete the experiment" not in shown


async def test_an_export_says_in_full_where_it_is(valkey: str) -> None:
    write_counts(valkey, WINNER)
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "checkout" in text)
        await pilot.press("slash", *"check", "enter", "e", "down", "enter")
        # A long path is shown in full, on as many lines as it takes.
        shown = await until(pilot, lambda text: ".csv" in unbroken(text))
    (path,) = Path.cwd().glob("lamed-results-*.csv")
    assert str(path) in unbroken(shown)
    assert [line.split(",")[:3] for line in path.read_text().splitlines()[1:]] == [
        ["checkout", "buy", "a"],
        ["checkout", "buy", "b"],
    ]


async def test_an_export_from_a_folder_that_is_gone_says_so(valkey: str) -> None:
    write_counts(valkey, WINNER)
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "checkout" in text)
        with folder_gone():
            await pilot.press("e", "enter")
            await until(pilot, lambda text: "The current folder is gone" in text)


async def test_another_namespace_is_chosen_or_typed(valkey: str) -> None:
    write_counts(valkey, WINNER)
    write_counts(valkey, {("elsewhere", "participate", "a"): 77}, namespace="blog")
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "checkout" in text)
        await pilot.press("n")
        await until(pilot, lambda text: "Another one, by its name" in text)
        await pilot.press("tab", *"blog", "enter")
        shown = await until(pilot, lambda text: "77 visitors" in text)
    assert "blog · Redis" in shown
    assert "checkout" not in shown


async def test_nothing_can_be_chosen_until_another_namespace_has_answered(
    valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_counts(valkey, WINNER)
    write_counts(valkey, {("checkout", "participate", "a"): 77}, namespace="blog")
    answers, read = threading.Event(), RedisSource.read

    def held(source: RedisSource) -> Snapshot:
        if source.namespace == "blog":
            answers.wait(60)
        return read(source)

    monkeypatch.setattr(RedisSource, "read", held)
    async with watching(valkey) as pilot:
        try:
            await pilot.press("down")
            await until(pilot, lambda text: "8,000 visitors" in text)
            await pilot.press("n")
            await until(pilot, lambda text: "Another one, by its name" in text)
            await pilot.press("tab", *"blog", "enter")
            await until(pilot, lambda text: "blog · Redis" in text)
            for key in ("D", "R", "o", "k", "e", "l"):
                await pilot.press(key)
                assert len(pilot.app.screen_stack) == 1, text_of(pilot)
        finally:
            answers.set()
        await until(pilot, lambda text: "77 visitors" in text)
        for key in ("D", "R"):
            await pilot.press(key)
            shown = await until(pilot, lambda text: "Type its name" in text)
            assert '77 visitors and 0 conversions in the namespace "blog" will be gone' in squeezed(shown)
            await pilot.press("escape")


async def test_a_list_that_is_slow_to_come_is_asked_for_once_and_not_shown_over_something_else(
    valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_counts(valkey, WINNER)
    answers, listed = threading.Event(), RedisSource.namespaces

    def held(source: RedisSource) -> list[str]:
        answers.wait(60)
        return listed(source)

    monkeypatch.setattr(RedisSource, "namespaces", held)
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "checkout" in text)
        await pilot.press("n", "n", "e")
        answers.set()
        await until(pilot, lambda text: "Markdown" in text)
        await settled(pilot)
        assert len(pilot.app.screen_stack) == 2
        assert "Markdown" in text_of(pilot)
        await pilot.press("escape", "n")
        await until(pilot, lambda text: "Another one, by its name" in text)
        await pilot.press("escape")
        await until(pilot, lambda text: "Another one, by its name" not in text)
        assert len(pilot.app.screen_stack) == 1


async def test_a_click_chooses_an_experiment_and_one_below_them_none(valkey: str) -> None:
    write_counts(valkey, WINNER)
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "a small one" in text and "checkout" in text)
        await pilot.click("ExperimentList", offset=(3, 10))
        await settled(pilot)
        assert "8,000 visitors" not in text_of(pilot)
        await pilot.click("ExperimentList", offset=(3, 3))
        await until(pilot, lambda text: "8,000 visitors" in text)
