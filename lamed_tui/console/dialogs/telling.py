"""A text in a box over the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from lamed_tui.console.key_names import key_name

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class Told(ModalScreen[None]):
    """Shows a text that can be scrolled and selected.

    Args:
        first: what was done, in a sentence; a path stands here in full.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "Close", id="told.leave", show=False),
    ]

    def __init__(self, title: str, first: str, text: str = "") -> None:
        super().__init__()
        self._title = title
        self._first = first
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box wide") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = f"↑ ↓ scroll, {key_name(self, 'told.leave')} close"
            yield Static(Content(self._first))
            if self._text:
                yield Static(Content("\n" + self._text))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)
