"""Names that anybody may send, and texts that anybody may copy: they are shown as they are, and command nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.app import App

from lamed_tui.console.notices import NoticesApp
from lamed_tui.console.setup.fields import AddressField
from lamed_tui.console.widgets.inputs import FilterField, TextField
from tests.console.screens import text_of, until, watching
from tests.integration.experiments.counters import write_counts

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from lamed_tui.console.widgets.inputs import TextLine

MARKED = "[/b] [red]sale[/]"
"""Markup that Textual would read, and refuse."""
COMMANDING = "\x1b[2J\u202esale"
"""Clears a terminal, and turns the writing direction."""


@pytest.mark.parametrize("key", ["D", "R"])
async def test_a_name_with_brackets_is_removed_like_any_other(valkey: str, key: str) -> None:
    write_counts(valkey, {(MARKED, "participate", "a"): 3})
    async with watching(valkey, notifications=True) as pilot:
        await until(pilot, lambda text: "3 visitors" in text)
        await pilot.press(key)
        await until(pilot, lambda text: "Type its name" in text)
        pilot.app.post_message(events.Paste(MARKED))
        await pilot.press("enter")
        await until(pilot, lambda text: f"{MARKED} is" in text)
        await pilot.press("o")
        await until(pilot, lambda text: f"Settings of {MARKED}" in text or "No events yet" in text)


async def test_what_is_told_in_passing_is_told_letter_by_letter() -> None:
    async with NoticesApp().run_test(notifications=True) as pilot:
        pilot.app.screen.notify(f"{MARKED}\n{COMMANDING}")
        shown = await until(pilot, lambda text: "sale[/]" in text)
        assert MARKED in shown
        assert "\\x1b[2J\\u202esale" in shown


async def test_a_name_in_a_field_does_not_command_the_terminal(valkey: str) -> None:
    write_counts(valkey, {(COMMANDING, "participate", arm): 3 for arm in (COMMANDING, "b")})
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "6 visitors" in text)
        await pilot.press("x")
        await until(pilot, lambda text: "Variants" in text and "\N{REPLACEMENT CHARACTER}[2J" in text)
        assert not {"\x1b", "\u202e"} & set(text_of(pilot))


class OneField(App[None]):
    """Nothing but a field."""

    def __init__(self, field: TextLine) -> None:
        super().__init__()
        self.field = field

    def compose(self) -> ComposeResult:
        yield self.field


@pytest.mark.parametrize("kind", [TextField, AddressField, FilterField])
@pytest.mark.parametrize(
    ("pasted", "taken"),
    [
        ("shop", "shop"),
        ("one\ntwo", "one"),
        ("\n\r\n  \nshop\n", "shop"),
        ("", ""),
        ("\n", ""),
    ],
)
async def test_a_paste_gives_a_field_its_first_line_that_says_something(
    kind: type[TextField | FilterField], pasted: str, taken: str
) -> None:
    app = OneField(kind(""))
    async with app.run_test() as pilot:
        app.field.display = True
        app.field.focus()
        await pilot.pause()
        app.post_message(events.Paste(pasted))
        await pilot.pause()
        assert app.field.value == taken
