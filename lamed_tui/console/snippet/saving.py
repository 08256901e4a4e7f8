"""Writing a snippet to a file of its own."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from lamed_tui.console.folder import current_folder, refused

if TYPE_CHECKING:
    from pathlib import Path

    from lamed_tui.snippet.spec import Format

_SUFFIX = {"html": ".html", "module": ".mjs"}
_LONGEST = 60


def save(text: str, experiment: str, form: Format) -> Path:
    """Write the snippet to a file of the current folder that is not there yet, and return its full path.

    Raises:
        LamedError: the folder cannot be written to.
    """
    directory = current_folder()
    stem = f"lamed-snippet-{_plain(experiment)}".rstrip("-")
    for number in count(1):
        path = directory / f"{stem}{f'-{number}' if number > 1 else ''}{_SUFFIX[form]}"
        try:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
        except FileExistsError:
            continue
        except OSError as error:
            raise refused(path, error) from None
        return path
    raise AssertionError("count() never ends")


def _plain(name: str) -> str:
    """The letters and digits of a name that every file system takes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST]
