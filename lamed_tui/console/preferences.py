"""What a person wishes of the console, in the configuration or the last time: colours and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.console.keys import keymap
from lamed_tui.console.theme_memory import ThemeMemory, usual_file
from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from lamed_tui.config.model import ConsoleSettings
    from lamed_tui.console.app import LamedConsole


def follow(app: LamedConsole, settings: ConsoleSettings) -> None:
    """Let a console that is not running yet look and listen as is wished, and remember the theme that is chosen in it.

    Raises:
        ConfigError: there is no such theme, action or key, or two actions would have one key.
    """
    if settings.theme is not None:
        if settings.theme not in app.available_themes:
            themes = ", ".join(sorted(app.available_themes))
            raise ConfigError(f"console.theme: there is no theme {settings.theme!r}.", f"There is: {themes}.")
        app.theme = settings.theme
    memory = ThemeMemory(usual_file(), settings.theme)
    chosen = memory.recall()
    if chosen in app.available_themes:  # one that is gone with an older Textual is nobody's mistake
        app.theme = chosen
    app.keep_theme = memory.keep
    app.set_keymap(keymap(settings.keys))
