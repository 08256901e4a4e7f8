"""The code, coloured, as it would stand in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import ScrollableContainer
from textual.highlight import highlight
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from lamed_tui.snippet.spec import Format


class CodeView(ScrollableContainer, can_focus=True):
    """Scrolls both ways: a line of code that is broken anywhere would read as two."""

    def compose(self) -> ComposeResult:
        yield Static(id="code")

    def show(self, text: str, form: Format) -> None:
        """Show this code."""
        language = "html" if form == "html" else "javascript"
        self.query_one("#code", Static).update(highlight(text, language=language))
