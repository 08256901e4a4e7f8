"""Crossings that stay: a lift once proven remains proven, however the interval breathes afterwards.

The interval of `lift` holds at all looks at once, so having excluded 0 at one look is enough. Which looks were taken
does not matter either, so the crossings of an experiment can be worked out again at any time from the stored daily
series: `standing` folds the whole series, `advance` takes one more look, such as the present one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lamed_tui.experiments.statistics.evidence import Counts, measure
from lamed_tui.experiments.statistics.split import SplitState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from lamed_tui.experiments.statistics.evidence import Comparison, Design, Evidence


@dataclass(frozen=True, slots=True)
class Crossing:
    """The look at which a lift became proven."""

    day: date
    visitors: int
    """Of both compared arms together, at that look."""
    direction: int
    """1 for better than the control, -1 for worse."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the looks so far have proven; the empty one is where every series starts."""

    counts: Counts = field(default_factory=Counts)
    """At the last look."""
    crossings: Mapping[tuple[str, str], Crossing] = field(default_factory=dict)
    """By goal and variant."""


def standing(series: Iterable[tuple[date, Counts]], design: Design) -> Standing:
    """What a series of looks has proven.

    Args:
        series: days in rising order, each with the counts **since the start of the experiment**, not of that day.
    """
    result = Standing()
    for day, counts in series:
        result = advance(result, day, measure(counts, design))
    return result


def advance(before: Standing, day: date, evidence: Evidence) -> Standing:
    """Take one more look.

    A counter that shrank (the experiment was reset) or a variant that appeared (the experiment became another one)
    ends what stood before. A crossing in the opposite direction replaces the earlier one: the newest proof counts.
    Nothing becomes proven while the split test alarms.
    """
    crossings = {} if _starts_anew(before.counts, evidence.counts) else dict(before.crossings)
    if evidence.split is None or evidence.split.state is not SplitState.ALARM:
        for comparison in evidence.comparisons:
            direction = comparison.direction
            key = comparison.goal, comparison.variant
            if direction and (key not in crossings or crossings[key].direction != direction):
                crossings[key] = Crossing(day, _visitors(comparison), direction)
    return Standing(evidence.counts, crossings)


def _visitors(comparison: Comparison) -> int:
    return comparison.control_arm.trials + comparison.variant_arm.trials


def _starts_anew(before: Counts, now: Counts) -> bool:
    if _shrank(before.visitors, now.visitors):
        return True
    if any(_shrank(arms, now.conversions.get(goal, {})) for goal, arms in before.conversions.items()):
        return True
    # An experiment without a visitor has not begun, so that its first variants do not count as appearing
    begun = any(count > 0 for count in before.visitors.values())
    return begun and any(count > 0 and before.visitors.get(variant, 0) <= 0 for variant, count in now.visitors.items())


def _shrank(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    return any(now.get(variant, 0) < count for variant, count in before.items())
