"""What every command shares: which configuration is meant, and how it is loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from lamed_tui.config.files import LoadedConfig


@dataclass(frozen=True)
class Invocation:
    """The options given before the command's name."""

    config_path: Path | None = None
    debug: bool = False

    def load(self) -> LoadedConfig:
        """Read the settings in force.

        Raises:
            ConfigError: the file cannot be read, or a value in it or in the environment is not allowed.
        """
        from lamed_tui.config import files

        return files.load(files.locate(self.config_path), os.environ)


pass_invocation = click.make_pass_decorator(Invocation)
