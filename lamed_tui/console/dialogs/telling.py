"""A text in a box over the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lamed_tui.console.dialogs.dialog import Dialog

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lamed_tui.errors import LamedError


class Told(Dialog[None]):
    """Shows a text that can be scrolled and selected.

    Args:
        first: what was done, in a sentence; a path stands here in full.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "Close", id="told.leave"),
    ]

    def __init__(self, title: str, first: str, text: str = "") -> None:
        super().__init__()
        self._title = title
        self._first = first
        self._text = text

    def box(self) -> ComposeResult:
        with VerticalScroll(classes="box wide") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = "↑ ↓ scroll"
            yield Static(Content(self._first))
            if self._text:
                yield Static(Content("\n" + self._text))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()


def saved(title: str, path: Path) -> Told:
    """Where a file is."""
    return Told(title, f"Saved to:\n{path}")


def refused(title: str, error: LamedError) -> Told:
    """Why something was not done, and what to do."""
    return Told(title, error.what, error.fix)
