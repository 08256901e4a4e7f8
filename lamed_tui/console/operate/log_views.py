"""What the logs show, as pure functions."""

from __future__ import annotations

from datetime import UTC
from enum import Enum
from typing import TYPE_CHECKING

from textual.content import Content

from lamed_tui.console.check_text import QUIET, wrapped
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lamed_tui.console.key_names import Keys
    from lamed_tui.deploy.logs import Level, Line

_STYLES: dict[Level, str] = {
    "debug": QUIET,
    "info": "$text-primary",
    "warning": "$text-warning",
    "error": "bold $text-error",
}
_ROOM_FOR_FUNCTION = 70
_INDENT = 2


class Least(Enum):
    """Which lines are shown, by how much they matter."""

    ALL = "everything, Lambda's own lines too"
    INFO = "info and worse"
    WARNING = "warnings and errors"
    ERROR = "errors"

    def next(self) -> Least:
        """The stricter one after this, and at last the loosest."""
        every = list(Least)
        return every[(every.index(self) + 1) % len(every)]

    def lets(self, level: Level) -> bool:
        """Whether a line of this level is shown."""
        shown = {
            Least.ALL: ("debug", "info", "warning", "error"),
            Least.INFO: ("info", "warning", "error"),
            Least.WARNING: ("warning", "error"),
            Least.ERROR: ("error",),
        }
        return level in shown[self]


def matching(lines: Iterable[Line], least: Least, wanted: str) -> list[Line]:
    """The lines of these levels in which the text occurs, whatever the case, also in the function's name."""
    folded = wanted.strip().casefold()
    return [line for line in lines if least.lets(line.level) and folded in f"{line.function} {line.text}".casefold()]


def line_text(line: Line, width: int) -> Content:
    """One line of a log in so many cells: when (UTC), how bad in words, by whom, and the whole text."""
    function = printable(line.function)
    in_one = width >= _ROOM_FOR_FUNCTION
    heading = f"{line.at.astimezone(UTC):%H:%M:%S} {line.level:<8}" + (f"{function}  " if in_one else function)
    room = width - len(heading) if in_one else width - _INDENT
    if in_one and room < width // 3:  # a very long name
        room, in_one = width - _INDENT, False
    first, *rest = wrapped(printable(line.text), room)
    indent = " " * (len(heading) if in_one else _INDENT)
    parts = [(first if in_one else f"\n{indent}{first}", ""), *((f"\n{indent}{part}", "") for part in rest)]
    time, level, name = heading[:9], heading[9:17], heading[17:]
    return Content.assemble((time, QUIET), (level, _STYLES[line.level]), (name, QUIET), *parts)


def status(shown: int, known: int, least: Least, *, follows: bool) -> Content:
    """What is shown of what is known, and whether more will come."""
    badge = (
        (" following ", "$text-success on $success-muted")
        if follows
        else (" stands still ", "$text-warning on $warning-muted")
    )
    of = f" of {known}" if shown != known else ""
    return Content.assemble(
        badge, (f" {plural(known, 'line') if not of else f'{shown}{of} lines'} · {least.value}", QUIET)
    )


def empty(known: Sequence[Line], wanted: str, key: Keys) -> str:
    """Why no line is shown."""
    if known:
        return (
            f'No line has "{printable(wanted.strip())}" in it.'
            if wanted.strip()
            else f"No line is of this level; {key('operate.level')} shows more."
        )
    return "Nothing was logged in the last ten minutes. New lines appear here as they come."
