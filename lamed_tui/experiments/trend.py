"""How the numbers of one goal came about: rates of every variant and lifts over the control, look by look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamed_tui.experiments.history import thinned
from lamed_tui.experiments.statistics.arm import Arm
from lamed_tui.experiments.statistics.evidence import shortfall
from lamed_tui.experiments.statistics.lift import Lift, lift

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lamed_tui.experiments.assessment import Assessment
    from lamed_tui.experiments.statistics.evidence import Counts

Look = tuple["datetime", "Counts"]
"""A moment, and the counts since the start at that moment."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One goal over time; every sequence is as long as `moments`.

    Attributes:
        rates: conversions per visitor since the start, by variant.
        lifts: over the control, by variant; None until there is the minimum of data for it.
    """

    goal: str
    moments: tuple[datetime, ...]
    rates: Mapping[str, tuple[float | None, ...]]
    lifts: Mapping[str, tuple[Lift | None, ...]]

    @property
    def has_lifts(self) -> bool:
        """Whether any lift can be shown."""
        return any(one is not None for found in self.lifts.values() for one in found)


def trend(assessment: Assessment, goal: str, looks: Sequence[Look], *, most: int) -> Trend:
    """Follow a goal through at most so many looks, given in rising order."""
    kept = thinned(list(looks), most)
    design = assessment.evidence.design
    arms = {
        variant: [
            Arm(counts.conversions.get(goal, {}).get(variant, 0), counts.visitors.get(variant, 0)) for _, counts in kept
        ]
        for variant in assessment.evidence.variants
    }
    lifts: dict[str, tuple[Lift | None, ...]] = {}
    for variant in assessment.evidence.variants:
        finding = assessment.of(goal, variant)
        if finding is None or finding.comparison.rate_only or design.control is None:
            continue
        alpha, tuning = finding.comparison.alpha, design.tuning_visitors
        lifts[variant] = tuple(
            None if shortfall(control, arm) else lift(control, arm, alpha=alpha, tuning_visitors=tuning)
            for control, arm in zip(arms[design.control], arms[variant], strict=True)
        )
    return Trend(
        goal,
        tuple(moment for moment, _ in kept),
        {variant: tuple(arm.rate for arm in found) for variant, found in arms.items()},
        lifts,
    )


class Looks:
    """The looks taken while watching, thinned as they grow old: any subset of looks is as valid as all of them.

    Args:
        most: looks kept of one experiment.
    """

    def __init__(self, most: int = 120) -> None:
        self._most = most
        self._of: dict[str, list[Look]] = {}

    def take(self, experiment: str, look: Look) -> None:
        """Remember a look; one at which counters had shrunk (a reset) begins anew."""
        taken = self._of.setdefault(experiment, [])
        if taken and _shrank(taken[-1][1], look[1]):
            taken.clear()
        taken.append(look)
        if len(taken) > self._most:
            del taken[1:-1:2]

    def of(self, experiment: str) -> list[Look]:
        """In rising order."""
        return self._of.get(experiment, [])


def _shrank(before: Counts, now: Counts) -> bool:
    return sum(now.visitors.values()) < sum(before.visitors.values())


def joined(stored: Sequence[Look], watched: Sequence[Look]) -> list[Look]:
    """Looks of the series, then those of this session from where the series ends."""
    if not watched:
        return list(stored)
    first = watched[0][0]
    return [*(look for look in stored if look[0] < first), *watched]
