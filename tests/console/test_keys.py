"""Keys: each has an id, none clashes, and the bar of keys fits."""

from __future__ import annotations

from collections import Counter

import pytest
from textual.binding import Binding

from lamed_tui.console.app import LamedConsole
from lamed_tui.console.help import HelpScreen
from lamed_tui.console.monitor.dialogs import Choice, Confirm, SettingsForm, Told
from lamed_tui.console.monitor.experiment_list import ExperimentList
from lamed_tui.console.monitor.screen import MonitorScreen
from lamed_tui.console.monitor.single_look import SingleLook
from lamed_tui.console.monitor.widgets import FilterField
from tests.console.screens import text_of, until, watching

WIDE = ["/ Filter", "s Sort", "w Window", "c Chart", "p Pause", "e Export"]

DIALOGS = (HelpScreen, Choice, Confirm, SettingsForm, SingleLook, Told)
OWNERS = (LamedConsole, MonitorScreen, FilterField, ExperimentList, *DIALOGS)
FORBIDDEN = {"ctrl+s", "ctrl+j", "ctrl+o", "ctrl+b"}
"""Keys that tmux, terminals and editors keep for themselves."""


def bindings() -> list[Binding]:
    declared = [binding for owner in OWNERS for binding in owner.BINDINGS]
    assert all(isinstance(binding, Binding) for binding in declared)
    return [binding for binding in declared if isinstance(binding, Binding)]


def test_every_binding_has_an_id_of_its_own() -> None:
    ids = Counter(binding.id for binding in bindings())
    assert None not in ids
    assert [name for name, count in ids.items() if count > 1] == []


def test_no_key_means_two_things_on_one_screen() -> None:
    for screen in (MonitorScreen, HelpScreen):
        keys = Counter(
            key
            for owner in (LamedConsole, screen)
            for binding in owner.BINDINGS
            if isinstance(binding, Binding)
            for key in binding.key.split(",")
        )
        # The help closes by the keys that opened it or would quit: there it is what they mean.
        expected = {"q", "question_mark"} if screen is HelpScreen else set()
        assert {key for key, count in keys.items() if count > 1} == expected


def test_no_key_is_taken_from_terminals() -> None:
    assert not FORBIDDEN & {key for binding in bindings() for key in binding.key.split(",")}


@pytest.mark.parametrize(
    ("width", "keys"),
    [
        (160, [*WIDE, "o Settings", "? Help", "q Quit", "^p Palette"]),
        (80, [*WIDE, "? Help", "q Quit"]),
        (40, ["/ Filter", "s Sort", "? Help", "q Quit"]),
        (20, ["? Help", "q Quit"]),
    ],
)
async def test_the_bar_of_keys_drops_what_does_not_fit_and_cuts_nothing(
    valkey: str, width: int, keys: list[str]
) -> None:
    async with watching(valkey, size=(width, 15)) as pilot:
        await until(pilot, lambda text: "q Quit" in text)
        assert [" ".join(key.split()) for key in text_of(pilot).splitlines()[-1].split("  ") if key.strip()] == keys


async def test_the_bar_of_keys_follows_a_resize(valkey: str) -> None:
    async with watching(valkey, size=(40, 15)) as pilot:
        await until(pilot, lambda text: "q Quit" in text and "Export" not in text)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda text: "Export" in text)
