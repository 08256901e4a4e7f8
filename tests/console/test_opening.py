"""Modes are opened with a word about it, on the real terminal, and what was answered in them is there again."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from lamed_tui.console.app import LamedConsole
from tests.console.screens import until
from tests.console.scripted import USUAL, Scripted
from tests.console.snippet.builder import watching_and_building
from tests.console.terminal import in_terminal
from tests.integration.experiments.counters import write_counts

if TYPE_CHECKING:
    from pathlib import Path

CTRL_P = "\x10"
COUNTS = {("checkout", "participate", arm): 41 for arm in "ab"}


def test_what_takes_long_to_open_is_announced_the_first_time(valkey: str, tmp_path: Path) -> None:
    write_counts(valkey, COUNTS)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"redis": {"url": valkey}}))
    with in_terminal(["-m", "lamed_tui", "--config", str(config)], {"HOME": str(tmp_path)}) as terminal:
        terminal.wait_for("82 visitors")
        terminal.answer_time("x", "Opening Snippet …")
        terminal.wait_for("✗ No address.")
        for mode, seen in (("Operate", "▸ Status"), ("Setup", "Change the settings")):
            terminal.answer_time(CTRL_P, "Search")
            terminal.answer_time(f"to {mode}", f"Go to {mode}")
            terminal.answer_time("\r", f"Opening {mode} …")
            terminal.wait_for(seen)
        before = len(terminal.written)
        terminal.answer_time(CTRL_P, "Search")
        terminal.answer_time("to Operate", "Go to Operate")
        terminal.answer_time("\r", "▸ Status")
        assert "Opening" not in terminal.written[before:]


async def test_what_was_typed_is_there_when_the_same_experiment_is_asked_for_again(valkey: str) -> None:
    write_counts(valkey, COUNTS | {("search", "participate", arm): 7 for arm in "ab"})
    async with watching_and_building(valkey, None) as builder:
        await builder.sees("82 visitors")
        await builder.press("x")
        await builder.sees("AlephBet 0.27.0")
        await builder.type_into("#sample .text", "50%")
        await builder.press("escape")
        await builder.sees("82 visitors")
        await builder.press("x")
        await builder.sees("AlephBet 0.27.0")
        assert builder.view.query_one("#sample .text", Input).value == "50%"
        await builder.press("escape", "down")
        await builder.sees("14 visitors")
        await builder.press("x")
        await builder.sees("AlephBet 0.27.0")
        assert builder.view.query_one("#experiment .text", Input).value == "search"
        assert builder.view.query_one("#sample .text", Input).value != "50%"


@pytest.mark.parametrize("seconds", [0.06, 0.08, 0.1, 0.12])
async def test_the_console_may_be_closed_while_a_mode_opens(seconds: float) -> None:
    source = Scripted(USUAL)
    app = LamedConsole(source)
    async with app.run_test() as pilot:
        await until(pilot, lambda text: "24,030" in text)
        app.go_to_soon("snippet")
        await asyncio.sleep(seconds)
        app.action_interrupt()
    source.close()
    assert (app.crash, app.return_code) == ("", 130)
