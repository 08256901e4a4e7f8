"""Where the console saves what a person wants to keep: the folder it was started in."""

from __future__ import annotations

from pathlib import Path

from lamed_tui.errors import LamedError, not_written
from lamed_tui.writing import write_output

_FIX = "Start lamed in another folder."


def current_folder() -> Path:
    """The full path of the current folder.

    Raises:
        LamedError: the folder has been removed since.
    """
    try:
        return Path.cwd()
    except OSError:
        raise LamedError("The current folder is gone.", _FIX) from None


def refused(path: Path, error: OSError) -> LamedError:
    """What to say when a file of the current folder cannot be written."""
    return LamedError(not_written(path, error), _FIX)


def write_here(name: str, text: str) -> Path:
    """Write a file of the current folder as a whole, and return its full path.

    Raises:
        LamedError: the folder is gone, or cannot be written to.
    """
    path = current_folder() / name
    try:
        write_output(path, text.encode())
    except OSError as error:
        raise refused(path, error) from None
    return path
