"""Keeping unfinished answers while somebody answers, and when they leave."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from lamed_tui.console.background import in_background
from lamed_tui.errors import ConfigError
from lamed_tui.setup import drafts

if TYPE_CHECKING:
    from textual.screen import Screen

    from lamed_tui.setup.state import SetupState


class Keeping:
    """Writes whatever the newest state is, from whichever thread is told to.

    A draft from an earlier session stays as it is until there are answers to put in its place, or it is taken up.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: SetupState | None = None
        self._is_ours = False

    def follow(self, state: SetupState | None, *, taken_up: bool = False) -> None:
        """Take note of the newest answers; nothing is written. None means that there are none to keep any more."""
        self._state = state
        self._is_ours = self._is_ours or taken_up

    def keep(self) -> None:
        """Write the newest answers. May be called from any thread.

        Raises:
            ConfigError: they cannot be written.
        """
        with self._lock:
            state = self._state
            if state is not None and (state.has_answers or self._is_ours):
                self._is_ours = drafts.keep(state)

    def keep_soon(self, screen: Screen[Any]) -> None:
        """Write the newest answers without waiting for the disk, and say so on the screen if that fails."""
        # The description is explicit because the default one spells out arguments.
        screen.app.run_worker(
            self._keep_behind(screen), name="keep", description="keeps unfinished answers", exit_on_error=False
        )

    async def _keep_behind(self, screen: Screen[Any]) -> None:
        try:
            await in_background(self.keep, name="keeping answers")
        except ConfigError as error:
            screen.notify(str(error), severity="warning")
