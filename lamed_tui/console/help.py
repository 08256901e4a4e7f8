"""Help on the present screen: what it shows, and every key that works there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lamed_tui.console.dialogs.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.binding import BindingType


Key = tuple[str, str]
"""How a key is written, and what it does."""


class HelpScreen(Dialog[None]):
    """A box that scrolls by keyboard; any of the keys that close it goes back.

    Args:
        title: of the screen that is explained.
        text: about that screen.
        keys: the keys that work there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "leave", "Close", id="help.close"),
    ]

    def __init__(self, title: str, text: str, keys: Iterable[Key]) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._keys = list(keys)

    def box(self) -> ComposeResult:
        with VerticalScroll(id="help-box", classes="box") as box:
            box.border_title = Content(f"Help: {self._title}")
            box.border_subtitle = "↑ ↓ scroll"
            yield Static(self._key_table())
            yield Static(Content("\n" + self._text.strip()))

    def on_mount(self) -> None:
        self.query_one("#help-box").focus()

    def _key_table(self) -> Table:
        table = Table.grid(padding=(0, 3, 0, 0))
        for key, does in self._keys:
            table.add_row(Text(key, style="bold", no_wrap=True), Text(does))
        return table
