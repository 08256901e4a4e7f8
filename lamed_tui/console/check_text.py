"""How a check of the preflight reads, wherever it is shown: a word for its state, and what was found beside it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from textual.content import Content

QUIET = "$foreground-muted"
ROOM_FOR_COLUMNS = 60
"""Cells from which on what was found stands beside the title, and not below it."""

_STYLES = {
    "pass": "$text-success on $success-muted",
    "warn": "$text-warning on $warning-muted",
    "fail": "$text-error on $error-muted",
    "running": "$text-primary on $primary-muted",
}


@dataclass(frozen=True)
class Columns:
    """Cells of the first columns: the state in words with a blank on each side, the title, and the time it took.

    `below` is how far what was found is indented where it stands below the title.
    """

    state: int
    title: int
    took: int = 0
    below: int = 6


def check_line(
    state: str, title: str, detail: str, fix: str, width: int, columns: Columns, *, took: str = ""
) -> Content:
    """A check in so many cells: in columns where there is room, else with what was found below its title."""
    in_columns = width >= ROOM_FOR_COLUMNS
    indent = " " * (columns.state + columns.title + columns.took if in_columns else columns.below)
    texts = [(text, style) for text, style in ((detail, ""), (fix, QUIET)) if text]
    found = [(line, style) for text, style in texts for line in wrapped(text, width - len(indent) - 1)]
    tag = (f" {state} ".ljust(columns.state), _STYLES.get(state, QUIET))
    if in_columns:
        first, *found = found or [("", "")]
        took = f"{took:>{columns.took - 1}} " if columns.took else ""
        heading = [tag, (f" {title}".ljust(columns.title), QUIET), (f"{took} ", QUIET), first]
    else:
        heading = [tag, (f" {title}", "bold"), (f"  {took}" if took else "", QUIET)]
    return Content.assemble(*heading, *((f"\n{indent} {line}", style) for line, style in found))


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most so many cells, at least one."""
    return textwrap.wrap(text, max(8, width), break_on_hyphens=False) or [""]
