"""Where the console works: which file holds its settings, and how what they name is watched."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lamed_tui.config import files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.console.operate.backend import Backend
    from lamed_tui.experiments.source import SnapshotSource


@dataclass(frozen=True)
class Workplace:
    """What every mode but the monitor needs.

    Attributes:
        path: the configuration file, which may not exist yet.
        environment: the environment variables that are laid over it, and that AWS reads.
        watch: makes what the monitor watches, for settings that have just been saved; the console closes it. May take
            its time, and raise a `LamedError`.
        backend: what is operated; that of the settings in force when None.
        read_only: whether nothing may be changed.
    """

    path: Path
    environment: Mapping[str, str] = field(repr=False)
    watch: Callable[[LoadedConfig], SnapshotSource] = field(repr=False)
    backend: Backend | None = field(default=None, repr=False)
    read_only: bool = False

    def load(self) -> LoadedConfig:
        """The settings in force now.

        Raises:
            ConfigError: the file cannot be read, or a value in it or in the environment is not allowed.
        """
        return files.load(self.path, self.environment)

    @property
    def label(self) -> str:
        """The file, as short as it can be said."""
        return short(self.path)


def short(path: Path) -> str:
    """A path as people write it: with `~` for their home."""
    absolute = path.absolute()
    home = Path.home()
    return f"~/{absolute.relative_to(home)}" if absolute.is_relative_to(home) else str(absolute)
