"""The API key on a page: asked for when somebody wants to see it, and forgotten when it is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from lamed_tui.console.background import in_background
from lamed_tui.console.operate.work_views import key_text
from lamed_tui.errors import LamedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.content import Content

    from lamed_tui.console.operate.pane import Pane


class KeyHolder:
    """Holds the key for as long as it is shown.

    Args:
        pane: where it is shown.
        draw: shows the page anew.
    """

    def __init__(self, pane: Pane, draw: Callable[[], None]) -> None:
        self._pane = pane
        self._draw = draw
        self._key: SecretStr | None = None
        self._asked = False

    def text(self) -> Content:
        """What to show in its place."""
        return key_text(self._key.get_secret_value() if self._key else None, self._pane.key, asked=self._asked)

    def toggle(self) -> None:
        """Ask for it, or hide it."""
        if self._key is not None or self._asked:
            self.hide()
        else:
            self._asked = True
            self._pane.in_background(self._ask, "asks for the API key")
        self._draw()

    def hide(self) -> None:
        """Forget it."""
        self._key, self._asked = None, False

    async def _ask(self) -> None:
        backend = self._pane.around.backend
        try:
            status = await in_background(lambda: backend.status(show_key=True), name="asking for the key")
        except LamedError as error:
            self.hide()
            self._pane.notify(str(error), severity="error")
        else:
            if self._asked:
                self._key = SecretStr(status.api_key) if status.api_key else None
                if self._key is None:
                    self._pane.notify("AWS has no API key of this backend.", severity="warning")
                self._asked = False
        if self._pane.is_alive:
            self._draw()
