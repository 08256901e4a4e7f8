"""How commands speak: data on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any, TextIO

import click

from lamed_tui.errors import UsageError, not_written
from lamed_tui.experiments.names import visible

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from lamed_tui.errors import LamedError


def print_json(document: Any) -> None:
    """One JSON document, indented, on stdout."""
    click.echo(json_text(document, indent=2))


def print_json_line(document: Any) -> None:
    """One JSON object on a line of its own, flushed, so that a reader sees it at once."""
    click.echo(json_text(document))
    sys.stdout.flush()


def json_text(value: Any, *, indent: int | None = None) -> str:
    """JSON whose strings cannot command the terminal that it may be shown on: the same value to whoever reads it."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    # json itself escapes all other ASCII that commands a terminal.
    return text if text.isascii() and "\x7f" not in text else "".join(map(_json_character, text))


def say(message: str) -> None:
    """A sentence for the person watching, on stderr; a terminal gets it broken between words.

    What others wrote, such as a key of `config.json`, cannot command the terminal.
    """
    _tell("\n".join(visible(line) for line in message.split("\n")))


def say_command(message: str) -> None:
    """As `say`, for a line that ends in a command: the terminal alone breaks it, so that it is pasted as one line."""
    click.echo(visible(message), err=True)


def fitted(text: str, columns: int, *, hanging: int = 0) -> str:
    """Text whose lines are at most so wide, unless a word is wider.

    What continues a line is indented as it is, and `hanging` columns more.
    """
    return "\n".join(
        textwrap.fill(
            line,
            columns,
            subsequent_indent=" " * (len(line) - len(line.lstrip()) + hanging),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.split("\n")
    )


def show_error(error: LamedError) -> None:
    """What happened and what to do next, on stderr."""
    what = "\n".join(visible(line) for line in error.what.split("\n"))
    _tell(f"{click.style('Error:', fg='red', bold=True) if is_coloured(sys.stderr) else 'Error:'} {what}")
    if error.fix:
        say(f"  {error.fix}")


def write_file(path: Path, content: bytes) -> None:
    """What `--output FILE` asks for.

    Raises:
        UsageError: it cannot be written; a file that was there is as it was.
    """
    from lamed_tui.writing import write_output

    try:
        write_output(path, content)
    except OSError as error:
        raise UsageError(not_written(path, error), "Name another file, or make room for this one.") from None


def table_console() -> Console:
    """A rich console on stdout, at least wide enough for a table that goes to a pipe."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def _tell(message: str) -> None:
    click.echo(fitted(message, shutil.get_terminal_size().columns) if sys.stderr.isatty() else message, err=True)


def _json_character(character: str) -> str:
    if character == "\n" or visible(character) == character:
        return character
    return json.dumps(character)[1:-1] if not character.isascii() else f"\\u{ord(character):04x}"


def is_coloured(stream: TextIO) -> bool:
    """Whether colours are welcome on a standard stream."""
    return stream.isatty() and not os.environ.get("NO_COLOR")
