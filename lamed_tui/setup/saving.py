"""Writing what has been reviewed, and only that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.config import files
from lamed_tui.errors import ConfigError
from lamed_tui.setup import drafts
from lamed_tui.setup.state import in_force, rebased

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.setup.state import SetupState


class FileMovedOnError(ConfigError):
    """Somebody else has changed the file since it was read; `state` holds the same answers over what it says now."""

    def __init__(self, state: SetupState) -> None:
        super().__init__(
            f"{state.path} has been changed by somebody else meanwhile.", "Look at the change again, then save."
        )
        self.state = state


def save(state: SetupState, environment: Mapping[str, str]) -> LoadedConfig:
    """Write the file, drop the unfinished answers, and return the settings that are now in force.

    Raises:
        FileMovedOnError: the file is not what was reviewed; nothing was written.
        ConfigError: a value is not allowed, or the file cannot be written; it is then untouched.
    """
    before, exists = files.read_document(state.path)
    if before != state.before or exists != state.exists:
        raise FileMovedOnError(rebased(state, before, exists=exists))
    in_force(state, environment)
    files.save(state.path, state.document)
    drafts.discard(state.path)
    return files.load(state.path, environment)
