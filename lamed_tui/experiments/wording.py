"""How numbers read, the same on every face."""

from __future__ import annotations

UNKNOWN = "–"


def rate_text(rate: float | None) -> str:
    """A share as percent with two digits, enough to see a change at low conversion rates; a dash when there is none."""
    return UNKNOWN if rate is None else f"{rate:.2%}"


def count_text(count: int) -> str:
    """A count with its thousands set apart."""
    return f"{count:,}"


def duration_text(seconds: float) -> str:
    """A duration in its largest whole unit: "4 s", "2 min", "3 h", "5 d"."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def plural(count: int, noun: str) -> str:
    """ "1 visitor", "1200 visitors": for running text, where nothing is aligned."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
