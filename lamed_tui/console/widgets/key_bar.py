"""The line of keys at the bottom of every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from textual.widgets import Footer
from textual.widgets._footer import FooterKey  # has no public name; the version range in pyproject.toml holds it

from lamed_tui.console.key_names import active_keys

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import Binding
    from textual.screen import Screen

_ALWAYS = ("app.help", "app.help-always", "app.quit", "app.quit-always")
_PADDING = 3
"""Cells around a key and its description."""


class KeyBar(Footer):
    """A footer that never cuts a key in half.

    When the line is too narrow, keys go from the right, except help and quit; every key stands in the help anyway.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._composed: list[tuple[Binding, bool]] | None = None
        self._composed_for: int | None = None

    def compose(self) -> ComposeResult:
        if not self._bindings_ready:
            return
        self._composed_for = self.app.size.width
        self._composed = self._shown()
        for binding, enabled in self._composed:
            yield FooterKey(
                binding.key,
                self.app.get_key_display(binding),
                binding.description,
                binding.action,
                disabled=not enabled,
                tooltip=binding.tooltip,
            ).data_bind(compact=Footer.compact)

    def bindings_changed(self, screen: Screen[Any]) -> None:
        """Textual says so whenever the focus moves; the keys are made anew only when they are others."""
        self._bindings_ready = True
        if screen.app.app_focus and self.is_attached and screen is self.screen:
            self.call_after_refresh(self._make_anew)

    def on_resize(self, event: events.Resize) -> None:
        if self._composed_for not in (None, event.size.width):
            self.call_after_refresh(self.recompose)

    async def _make_anew(self) -> None:
        # Put off until the screen is painted: by then it may be gone, as a monitor is that another one replaces.
        if self.is_attached and self._shown() != self._composed:
            await self.recompose()

    def _shown(self) -> list[tuple[Binding, bool]]:
        """The keys for which there is room, and whether each can be used."""
        shown: dict[str, tuple[Binding, bool]] = {}
        for _, binding, enabled, _ in active_keys(self.screen):
            known = shown.get(binding.action)
            if binding.show and (known is None or known[0].priority):  # of two keys for one action, the plainer
                shown.pop(binding.action, None)
                shown[binding.action] = (binding, enabled)
        return self._fitting(list(shown.values()), self.app.size.width)

    def _fitting(self, keys: list[tuple[Binding, bool]], width: int) -> list[tuple[Binding, bool]]:
        def cells(binding: Binding) -> int:
            return cell_len(self.app.get_key_display(binding)) + cell_len(binding.description) + _PADDING

        while sum(cells(binding) for binding, _ in keys) > width:
            spare = [key for key in keys if key[0].id not in _ALWAYS]
            if not spare:
                break
            keys.remove(spare[-1])
        return keys
