"""What the monitor shows of its feed: how old the data is, what fails, and a notice where there is no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Center, Vertical
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from lamed_tui.console.monitor.views import Notice


class StatusLines(Vertical):
    """The line of badges and, while something fails, what it is."""

    def __init__(self) -> None:
        super().__init__()
        self._badges = Content()
        self._trouble = ""

    def compose(self) -> ComposeResult:
        yield Static(id="status")
        yield Static(id="trouble")

    def show(self, badges: Content, trouble: str) -> None:
        """Update what has changed."""
        if badges != self._badges:
            self._badges = badges
            self.query_one("#status", Static).update(badges, layout=False)  # it always has its one line
        if trouble != self._trouble:
            self._trouble = trouble
            shown = self.query_one("#trouble", Static)
            shown.update(Content(trouble))
            shown.display = bool(trouble)


class NoticeBox(Center):
    """A notice in the middle of the screen; gone when there is none."""

    def compose(self) -> ComposeResult:
        with Vertical(id="notice-box"):
            yield Static(id="notice-title")
            yield Static(id="notice-lines")

    def show(self, notice: Notice | None) -> None:
        """Show this one, or nothing."""
        self.display = notice is not None
        if notice is not None:
            self.query_one("#notice-title", Static).update(Content(notice.title))
            self.query_one("#notice-lines", Static).update(Content("\n".join(notice.lines)))
