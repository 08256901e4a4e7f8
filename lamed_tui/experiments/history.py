"""When things were counted: the stored hours and days of one experiment, and what can be told from them.

The series holds how much was counted in each hour of the last three days and on each day of the last 400
(`lamed.keys`). Counts since the start are the present totals minus what came later, so that events from before the
series began are part of every look. All times are UTC, as the series is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from lamed.keys import PARTICIPATE

from lamed_tui.experiments.statistics.evidence import Counts

if TYPE_CHECKING:
    from collections.abc import Mapping

Name = tuple[str, str]
"""Goal (or `PARTICIPATE`) and variant."""

Points = dict[Name, dict[int, int]]
"""By goal and variant: epoch second at which an hour or a day begins -> events counted in it."""

_HOUR, _DAY = 3_600, 86_400
_PACE_DAYS = 7


class Window(StrEnum):
    """How much of the past the numbers are about."""

    START = "since start"
    DAY = "last 24 h"
    HOUR = "last hour"

    @property
    def seconds(self) -> int | None:
        """How far it reaches back at least; None for everything."""
        return {Window.START: None, Window.DAY: _DAY, Window.HOUR: _HOUR}[self]

    def next(self) -> Window:
        """The one after this, and at last the first again."""
        order = list(Window)
        return order[(order.index(self) + 1) % len(order)]


@dataclass(frozen=True, slots=True)
class History:
    """What the series and the counters of one experiment said at one moment.

    Attributes:
        totals: the counters, read together with the series.
    """

    read_at: datetime
    totals: Mapping[Name, int]
    hours: Points
    days: Points

    @property
    def started(self) -> datetime | None:
        """The beginning of the hour, or of the day, of the first event; None when it lies before the series."""
        for points in (self.hours, self.days):
            if any(self.totals.values()) and self._complete(points):
                return _moment(min(_moments(points), default=None))
        return None

    @property
    def known_since(self) -> datetime | None:
        """The first day of the series; the experiment may be older."""
        return _moment(min(_moments(self.days), default=None))

    @property
    def age_days(self) -> float | None:
        """Days since the first event; at least the days of the series where the start lies before them."""
        since = self.started or self.known_since
        return max((self.read_at - since).total_seconds(), 0.0) / _DAY if since is not None else None

    def visitors_per_day(self) -> dict[str, float]:
        """The pace of each variant over the last seven whole days, or what there is; empty within the first hours.

        The first hour or day is left out: how much of it had passed at the first event is not known.
        """
        now = self.read_at.timestamp()
        if self._complete(self.hours):
            points, until = self.hours, now
            since = min(_moments(self.hours), default=until) + _HOUR
        else:
            points, until = self.days, float(now // _DAY * _DAY)
            since = max(until - _PACE_DAYS * _DAY, min(_moments(self.days), default=until) + _DAY)
        if until - since < _HOUR:
            return {}
        days = (until - since) / _DAY
        return {
            variant: sum(count for moment, count in counted.items() if since <= moment < until) / days
            for (goal, variant), counted in points.items()
            if goal == PARTICIPATE
        }

    def within(self, window: Window) -> tuple[datetime, Counts] | None:
        """What was counted lately, from the whole hour in which the window begins; None for everything."""
        if window.seconds is None:
            return None
        since = int(self.read_at.timestamp() - window.seconds) // _HOUR * _HOUR
        recent = {
            name: sum(count for moment, count in points.items() if moment >= since)
            for name, points in self.hours.items()
        }
        return datetime.fromtimestamp(since, UTC), counts_of(recent)

    def by_day(self) -> list[tuple[date, Counts]]:
        """At the end of each past day with events, the counts since the start.

        Today is left out: a snapshot read just before the series would seem to have shrunk, as after a reset.
        """
        today = self.read_at.astimezone(UTC).date()
        looks = self._looks(self.days, _DAY, whole=True)
        return [(moment.date(), counts) for moment, counts in looks if moment.date() < today]

    def looks(self) -> list[tuple[datetime, Counts]]:
        """The counts since the start, hour by hour while the experiment is young, else day by day."""
        if self._complete(self.hours):
            return self._looks(self.hours, _HOUR)
        return self._looks(self.days, _DAY)

    def _looks(self, points: Points, unit: int, *, whole: bool = False) -> list[tuple[datetime, Counts]]:
        now = int(self.read_at.timestamp())
        later = {name: sum(counted.values()) for name, counted in points.items()}
        looks = []
        for moment in _moments(points):
            for name, counted in points.items():
                later[name] -= counted.get(moment, 0)
            counts = {name: max(0, total - later.get(name, 0)) for name, total in self.totals.items()}
            end = moment if whole else min(moment + unit, now)
            looks.append((datetime.fromtimestamp(end, UTC), counts_of(counts)))
        return looks

    def _complete(self, points: Points) -> bool:
        """Whether every event stands in these points."""
        return all(sum(points.get(name, {}).values()) >= total for name, total in self.totals.items())


def counts_of(counted: Mapping[Name, int]) -> Counts:
    """Counters by goal and variant as the statistics take them."""
    conversions: dict[str, dict[str, int]] = {}
    visitors = {variant: 0 for _, variant in counted}
    for (goal, variant), count in counted.items():
        if goal == PARTICIPATE:
            visitors[variant] = count
        else:
            conversions.setdefault(goal, {})[variant] = count
    return Counts(visitors, conversions)


def thinned(looks: list[tuple[datetime, Counts]], most: int) -> list[tuple[datetime, Counts]]:
    """At most so many looks, evenly spread, the first and the last among them."""
    if len(looks) <= most:
        return looks
    step = (len(looks) - 1) / (most - 1)
    return [looks[round(number * step)] for number in range(most)]


def age_text(days: float) -> str:
    """ "3.2 days", "12 days"; under a day "5 h"."""
    if days < 1:
        return f"{int(days * 24)} h"
    return f"{days:.1f} days" if days < 10 else f"{days:,.0f} days"


def _moments(points: Points) -> list[int]:
    return sorted({moment for counted in points.values() for moment, count in counted.items() if count})


def _moment(second: int | None) -> datetime | None:
    return None if second is None else datetime.fromtimestamp(second, UTC)
