"""The line at the top of every screen: which mode this is, and what it looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult


class TitleBar(Horizontal):
    """Name and mode on the left; on the right what is shown, cut at its end when there is no room.

    Args:
        mode: the mode's title.
        subject: what the mode looks at, most important part first.
        note: a word about the whole session, such as "demo".
    """

    def __init__(self, mode: str, subject: str, note: str = "") -> None:
        super().__init__()
        self._mode = mode
        self._subject = subject
        self._note = note

    def compose(self) -> ComposeResult:
        yield Static("lamed", id="title-name")
        yield Static(Content(self._mode), id="title-mode")
        if self._note:
            yield Static(Content(f" {self._note} "), id="title-note")
        yield Static(Content(self._subject), id="title-subject")
        yield Static(id="title-news")

    def announce(self, news: str) -> None:
        """Say what comes next, in place of what the mode looks at; empty shows that again."""
        self.query_one("#title-news", Static).update(Content(news))
        self.set_class(bool(news), "-news")
