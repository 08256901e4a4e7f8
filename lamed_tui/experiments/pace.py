"""How fast events come in, from the counters alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lamed_tui.experiments.snapshot import Snapshot

WINDOW = 10.0
"""Seconds that a pace is averaged over: short enough to see traffic stop, long enough to hold still."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Events of each experiment at one moment, in seconds of a clock that never goes back.

    Attributes:
        untold: experiments whose visitors the source does not tell yet, so that nobody knows how many events they have.
    """

    at: float
    events: Mapping[str, int]
    untold: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pace:
    """Events per second.

    Attributes:
        total: over all experiments; None while it cannot be told.
        by_experiment: without those whose counters shrank (reset or deleted), which nothing can be said about yet.
    """

    total: float | None
    by_experiment: Mapping[str, float]


UNKNOWN_PACE = Pace(None, {})


def totals_of(snapshot: Snapshot, at: float) -> Totals:
    """What is needed of a snapshot to tell a pace later."""
    return Totals(
        at,
        {experiment.name: experiment.events for experiment in snapshot.experiments},
        frozenset(experiment.name for experiment in snapshot.experiments if not experiment.visitors_told),
    )


def recent(history: Sequence[Totals], newest: Totals) -> tuple[Totals, ...]:
    """The history with the newest totals, without what is older than `WINDOW`; at least two of them if there are."""
    kept = [one for one in history if newest.at - one.at <= WINDOW] or list(history[-1:])
    return (*kept, newest)


def pace_of(history: Sequence[Totals]) -> Pace:
    """The pace between the oldest and the newest totals. An experiment that is new since then began at zero."""
    if len(history) < 2 or history[-1].at <= history[0].at:
        return UNKNOWN_PACE
    oldest, newest = history[0], history[-1]
    seconds = newest.at - oldest.at
    grown = {name: events - oldest.events.get(name, 0) for name, events in newest.events.items()}
    untold = oldest.untold | newest.untold
    by_experiment = {name: growth / seconds for name, growth in grown.items() if growth >= 0 and name not in untold}
    complete = len(by_experiment) == len(grown)
    return Pace(sum(by_experiment.values()) if complete else None, by_experiment)
