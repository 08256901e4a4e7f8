"""The part of the app that opens its modes. The first time takes longer than a key may to answer: so that is said."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lamed_tui.console.background import in_background
from lamed_tui.console.type_ahead import KeysInTurnApp
from lamed_tui.console.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.await_complete import AwaitComplete
    from textual.screen import Screen
    from textual.widget import AwaitMount

_SCREENS = (
    "lamed_tui.console.snippet.opening",
    "lamed_tui.console.operate.screen",
    "lamed_tui.console.setup.screen",
    "pygments.lexers.html",
    "pygments.lexers.javascript",
)
"""What the modes bring; the first paint does not wait for it."""
_PAINT_SECONDS = 0.03
"""Textual paints 60 times a second."""
_PALETTE_SECONDS = 0.06
"""The palette holds painting up for 0.05 s while it closes."""


@dataclass(frozen=True)
class Mode:
    """A part of the console that stands on its own. Only modes that work are listed.

    Attributes:
        open: makes the mode's first screen.
    """

    id: str
    title: str
    open: Callable[[], Screen[Any]]


class OpeningApp(KeysInTurnApp):
    """Knows which modes were opened, and has what the others need fetched before anybody asks for them."""

    def __init__(self) -> None:
        super().__init__()
        self.modes: tuple[Mode, ...] = ()
        self._opened: set[str] = set()

    def prepare(self) -> None:
        """Import what the modes need, aside, once the first screen is painted."""
        self.call_after_refresh(self._import_screens)

    async def _import_screens(self) -> None:
        self.run_worker(
            in_background(lambda: [import_module(name) for name in _SCREENS], name="importing the screens"),
            name="screens",
            description="imports what the modes need",
            exit_on_error=False,
        )

    async def go_to(self, mode: str) -> None:
        """Go to a mode; when it is for the first time, that is said on the screen before it begins."""
        if self._exit:
            return
        if mode in self._opened:
            await self.switch_mode(mode)
            return
        bar = self.screen_stack[0].query_one(TitleBar)
        bar.announce(f"Opening {next(one.title for one in self.modes if one.id == mode)} …")
        await asyncio.sleep(_PAINT_SECONDS)
        if self._exit:  # the console has been closed meanwhile
            return
        await self.switch_mode(mode)
        bar.announce("")

    def go_to_soon(self, mode: str) -> None:
        """As `go_to`, once the palette has closed, which is seen."""
        self.hold_keys()
        self.set_timer(_PALETTE_SECONDS, partial(self._go_and_release, mode), name="opens a mode")

    async def _go_and_release(self, mode: str) -> None:
        try:
            await self.go_to(mode)
        finally:
            self.release_keys()

    def offer_mode(self, mode: Mode) -> None:
        """Have a mode, whose first screen is made when somebody goes there."""

        def made() -> Screen[Any]:
            screen = mode.open()
            # A new screen has the present styles. Textual would parse all of them again at its first and second visit.
            screen._css_update_count = self._css_update_count  # noqa: SLF001 - nothing public tells Textual so
            return screen

        self.modes = (*self.modes, mode)
        self.add_mode(mode.id, made)

    def switch_mode(self, mode: str) -> AwaitMount:
        """Go to a mode."""
        self._opened.add(mode)
        return super().switch_mode(mode)

    def remove_mode(self, mode: str) -> AwaitComplete:
        """Forget a mode."""
        self.modes = tuple(one for one in self.modes if one.id != mode)
        self._opened.discard(mode)
        return super().remove_mode(mode)
