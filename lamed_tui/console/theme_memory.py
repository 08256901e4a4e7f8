"""The theme that a person chose in the console, kept for the next time in a file of the console's own.

The configuration is theirs to write: what is chosen in passing does not change it. Whoever writes another theme into it
afterwards means that one, so a choice is kept together with what the configuration said when it was made.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from lamed_tui.errors import ConfigError
from lamed_tui.writing import write_private


def usual_file() -> Path:
    """Where it is kept, whichever configuration is used: beside the one in the person's home."""
    return Path.home() / ".lamed" / "console.json"


@dataclass(frozen=True)
class ThemeMemory:
    """What is kept of themes.

    Attributes:
        file: need not exist, nor its folder.
        configured: the theme in the configuration, None where it names none.
    """

    file: Path
    configured: str | None

    def recall(self) -> str | None:
        """The theme that was chosen since the configuration was written so; None when none was."""
        try:
            document = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(document, dict) or document.get("instead_of") != self.configured:
            return None
        theme = document.get("theme")
        return theme if isinstance(theme, str) else None

    def keep(self, theme: str) -> None:
        """Keep a choice.

        Raises:
            ConfigError: it cannot be written.
        """
        document = {"theme": theme, "instead_of": self.configured}
        try:
            write_private(self.file, (json.dumps(document) + "\n").encode())
        except OSError as error:
            raise ConfigError(
                f"The theme cannot be kept in {self.file}: {error.strerror}.",
                f"To have it the next time as well: lamed configure --set console.theme={theme}",
            ) from None
