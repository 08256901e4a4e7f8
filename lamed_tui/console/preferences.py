"""What a person has set for the console in the configuration: colours and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamed_tui.console.keys import keymap
from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from textual.app import App

    from lamed_tui.config.model import ConsoleSettings


def follow(app: App[Any], settings: ConsoleSettings) -> None:
    """Let an app that is not running yet look and listen as is wished.

    Raises:
        ConfigError: there is no such theme, action or key, or two actions would have one key.
    """
    if settings.theme is not None:
        if settings.theme not in app.available_themes:
            themes = ", ".join(sorted(app.available_themes))
            raise ConfigError(f"console.theme: there is no theme {settings.theme!r}.", f"There is: {themes}.")
        app.theme = settings.theme
    app.set_keymap(keymap(settings.keys))
