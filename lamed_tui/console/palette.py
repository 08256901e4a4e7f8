"""The palette before anything is typed: what can be done, in the order in which the app tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.command import DiscoveryHit
from textual.system_commands import SystemCommandsProvider

if TYPE_CHECKING:
    from textual.command import Hits


class OrderedCommands(SystemCommandsProvider):
    """The app's commands. Textual would sort them by their first letters."""

    async def discover(self) -> Hits:
        """Every command."""
        for command in self.app.get_system_commands(self.screen):
            yield DiscoveryHit(command.title, command.callback, help=command.help)
