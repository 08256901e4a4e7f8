"""The command blocks of the documents, as a reader finds them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SHELL = {"bash", "sh", "console"}


@dataclass(frozen=True)
class Command:
    """One command that a document gives.

    Attributes:
        line: where it stands in the document, the first line being 1.
        shown: the lines that the document says are printed; None where it says nothing of the outcome.
    """

    line: int
    text: str
    shown: tuple[str, ...] | None = None

    @property
    def fails(self) -> bool:
        """Whether the document shows it failing."""
        return any(line.startswith("Error:") for line in self.shown or ())


def commands(document: Path) -> Iterator[Command]:
    """Every command of every block in a shell's language, in order.

    In a `console` block a command follows `$ ` and its output follows it; in the others every line is a command.
    """
    language = ""
    command: Command | None = None
    for number, line in enumerate(document.read_text().splitlines(), start=1):
        fence = re.match(r"```\s*(\w*)", line)
        if fence:
            if command is not None:
                yield command
            command, language = None, "" if language else fence[1] or "text"
        elif language == "console" and not line.startswith("$ "):
            if command is not None:
                command = Command(command.line, command.text, (*(command.shown or ()), line))
        elif language in _SHELL and line.strip() and not line.startswith("#"):
            if command is not None:
                yield command
            text = re.sub(r"\s{2,}#.*", "", line.removeprefix("$ "))
            command = Command(number, text, () if language == "console" else None)


def is_told(shown: str, said: str) -> bool:
    """Whether the lines that a document shows stand in the real output, in order; some may be left out.

    Numbers, identifiers, folders and line ends differ from run to run, and are not compared.
    """
    rest = _neutral(said)
    for line in filter(None, map(_neutral, shown.splitlines())):
        found = rest.find(line)
        if found < 0:
            return False
        rest = rest[found + len(line) :]
    return True


def _neutral(text: str) -> str:
    without_folders = re.sub(r"(?<!\S)/\S+/(?=[\w.]+\.json\b)", "", text)
    without_names = re.sub(r"\b[0-9a-f]{8,64}\b", "#", without_folders)
    return " ".join(re.sub(r"\d[\d.,:-]*", "0", without_names).split())
