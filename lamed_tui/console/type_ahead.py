"""The part of the app that takes keys in turn: one waits until what the one before led to is there.

Textual hands a key to whatever has the focus when it arrives. Keys that were typed ahead would reach the page that the
key before them is about to leave, or a dialog whose field has no focus yet.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import App, ScreenStackError, UnknownModeError
from textual.message import Message

if TYPE_CHECKING:
    from textual.widget import Widget

_ROUNDS = 5
"""How often a mark goes from the focus to the app before the key is over.

Everything between them handles its messages in order, so that a mark comes after what it follows. But each may send a
message of its own in answer, which stands behind the mark: a key chooses an option, that is a choice on a page, which
the screen hands to the app as a way to go. Each round comes after one more of these answers.
"""
_LOOK_SECONDS = 0.05
_MOST_LOOKS = 100


class _Mark(Message):
    """Follows a key on its way."""


class KeysInTurnApp(App[None]):
    """Holds keys back, and pastes, while the key before them still changes where they would go."""

    def __init__(self) -> None:
        super().__init__()
        self._held: deque[events.Key | events.Paste] = deque()
        self._mark: _Mark | None = None  # of the key that is not over yet
        self._mark_at: Widget | None = None
        self._rounds = 0
        self._looks = 0
        self._holds = 0

    def hold_keys(self) -> None:
        """Hold keys back for something that no mark can follow, such as a timer, until `release_keys`."""
        self._holds += 1

    def release_keys(self) -> None:
        """End a hold; the keys come once what it was for is over."""
        self._holds = max(0, self._holds - 1)
        if not self._holds and (self._held or self._mark is not None):
            self._rounds = 0
            self._follow()

    async def on_event(self, event: events.Event) -> None:
        """Take note of a key that comes too early, and handle everything else at once."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._mark is None and not self._holds:
            await self._hand_on(event)
        else:
            self._held.append(event)
            if len(self._held) == 1:
                self._look_later()

    @property
    def _hearer(self) -> Widget | None:
        """Where a key would go; None while the console closes."""
        try:
            return self.focused or self.screen
        except (ScreenStackError, UnknownModeError):
            return None

    async def _hand_on(self, event: events.Event) -> None:
        self._rounds = self._looks = 0
        await super().on_event(event)
        self._follow()

    def _follow(self) -> None:
        """Send a mark the way that keys go just now."""
        self._mark, self._mark_at = _Mark(), self._hearer
        if self._mark_at is None or not self._mark_at.post_message(self._mark):  # it closes
            self.post_message(self._mark)

    @on(_Mark)
    async def _arrive(self, mark: _Mark) -> None:
        """A mark has arrived: what it followed is over, unless more has come of it meanwhile."""
        if mark is not self._mark:
            return
        self._rounds += 1
        if self._rounds < _ROUNDS or self._mark_at is not self._hearer:
            self._follow()
        elif not self._holds:
            await self._let_go()

    async def _let_go(self) -> None:
        self._mark, self._mark_at = None, None
        if self._held:
            await self._hand_on(self._held.popleft())

    def _look_later(self) -> None:
        self.set_timer(_LOOK_SECONDS, self._look, name="keys in turn")

    async def _look(self) -> None:
        """A mark is lost with the page on which it was: send another. No key waits for ever."""
        self._looks += 1
        if self._mark is None and not self._holds:
            return
        if self._looks > _MOST_LOOKS:
            self._holds = 0
            await self._let_go()
        elif self._mark_at is None or not self._mark_at.is_attached:
            self._follow()
        if self._held:
            self._look_later()
