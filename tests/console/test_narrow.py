"""A terminal that is made hardly wider than nothing, and wide again: nothing fails, and the focus stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamed_tui.console.app import LamedConsole
from lamed_tui.console.workplace import Workplace
from tests.config_file import CONFIG, write
from tests.console.operate.scripted import Script
from tests.console.screens import settled, until
from tests.console.scripted import USUAL, Scripted
from tests.console.setup.wizard import watch

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def console() -> Iterator[LamedConsole]:
    """All modes, on what does not change."""
    write(name="shop")
    source, script = Scripted(USUAL), Script()
    yield LamedConsole(source, workplace=Workplace(CONFIG, {}, watch, script))
    script.close()
    source.close()


@pytest.mark.parametrize(
    ("mode", "key", "seen"),
    [
        ("setup", "down", "Change the settings"),
        ("operate", "r", "restores 1"),
        ("monitor", "e", "Markdown"),
    ],
)
async def test_a_terminal_may_be_narrow_for_a_moment(console: LamedConsole, mode: str, key: str, seen: str) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda text: "24,030" in text)
        await console.switch_mode(mode)
        await settled(pilot, seconds=0.2)
        await pilot.press(key)
        await until(pilot, lambda text: seen in text)
        focused = console.screen.focused
        assert focused is not None
        for width in (8, 6, 5, 4, 3, 1, 80):  # which one leaves nothing for what differs from screen to screen
            await pilot.resize_terminal(width, max(2, width * 3 // 10))
            await settled(pilot, seconds=0.05)
        await until(pilot, lambda text: seen in text)
        assert console.screen.focused is focused
    assert console.crash == ""
