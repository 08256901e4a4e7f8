"""How numbers read, the same on every face."""

from __future__ import annotations

from datetime import UTC, date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

UNKNOWN = "–"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rate_text(rate: float | None) -> str:
    """A share as percent with two digits, enough to see a change at low conversion rates; a dash when there is none."""
    return UNKNOWN if rate is None else f"{rate:.2%}"


def lift_text(lift: float | None) -> str:
    """A relative difference: "+12.3%", "+123%"."""
    if lift is None:
        return UNKNOWN
    shown = 100 * lift
    return f"{shown:+,.0f}%" if abs(shown) >= 99.95 else f"{shown:+.1f}%"


def lift_sentence(estimate: float | None, lower: float, upper: float | None) -> str:
    """A lift and its interval in a sentence; an upper end of None means that no bound can be told."""
    interval = f"between {lift_text(lower)} and {'any number' if upper is None else lift_text(upper)}"
    return f"lift {interval}" if estimate is None else f"lift {lift_text(estimate)}, {interval}"


def count_text(count: int) -> str:
    """A count with its thousands set apart."""
    return f"{count:,}"


def duration_text(seconds: float) -> str:
    """A duration in its largest whole unit: "4 s", "2 min", "3 h", "5 d"."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def plural(count: int, noun: str, *, separated: bool = False) -> str:
    """ "1 visitor", "1200 visitors"; separated, as beside aligned numbers, "1,200 visitors"."""
    return f"{count_text(count) if separated else count} {noun}{'' if count == 1 else 's'}"


def day_text(day: date) -> str:
    """ "12 Mar", whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def utc_day(moment: datetime) -> date:
    """The day in UTC, by which everything is counted, of a moment with a time zone."""
    return moment.astimezone(UTC).date()
