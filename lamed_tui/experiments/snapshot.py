"""What the counters said at one moment, as frozen values that every face renders.

An experiment's participants and its goals are kept apart: `Experiment.variants` says who took part, `Experiment.goals`
what they reached. An experiment that nobody has converted in yet therefore has variants with visitors, and no goals.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamed.keys import PARTICIPATE, group_counters

from lamed_tui.experiments.names import natural_order, well_formed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from lamed_tui.config.model import ExperimentSettings

CONTROL_NAMES = ("control", "original", "baseline", "default")
"""Variant names that mean "what there was before", the likeliest first; case is ignored."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One arm of an experiment and how many visitors took part in it."""

    name: str
    visitors: int


@dataclass(frozen=True, slots=True)
class VariantCount:
    """One arm on one goal.

    Attributes:
        visitors: participants of the variant.
        conversions: how often the goal was reached; may exceed `visitors` when a visitor can reach it repeatedly.
    """

    name: str
    visitors: int
    conversions: int

    @property
    def rate(self) -> float | None:
        """Conversions per visitor; None when there are no visitors to divide by."""
        return self.conversions / self.visitors if self.visitors else None


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal, with every variant of its experiment in the experiment's order.

    Attributes:
        unique: whether a visitor can reach it only once, as far as the settings say.
    """

    name: str
    unique: bool
    variants: tuple[VariantCount, ...]

    @property
    def conversions(self) -> int:
        """Over all variants."""
        return sum(variant.conversions for variant in self.variants)


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment.

    Attributes:
        control: the variant that the others are compared with, when it can be known.
        variants: every arm, the control first, then by name.
        goals: the primary goal first when the settings name one, then by name.
    """

    name: str
    control: str | None
    variants: tuple[Variant, ...]
    goals: tuple[Goal, ...]

    @property
    def visitors(self) -> int:
        """Over all variants."""
        return sum(variant.visitors for variant in self.variants)

    @property
    def events(self) -> int:
        """Everything counted for this experiment: participations and conversions."""
        return self.visitors + sum(goal.conversions for goal in self.goals)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every experiment of a namespace, by name.

    Attributes:
        taken_at: when the counters were read, with a time zone.
    """

    namespace: str
    taken_at: datetime
    experiments: tuple[Experiment, ...]


def build_snapshot(
    namespace: str,
    taken_at: datetime,
    *,
    experiments: Iterable[str],
    counter_keys: Iterable[str],
    counts: Mapping[str, int],
    settings: Mapping[str, ExperimentSettings],
) -> Snapshot:
    """Make a snapshot of what was read.

    Args:
        experiments: the members of the namespace's experiments set, as stored.
        counter_keys: the members of its counter keys set, as stored.
        counts: count by counter key; a key that is not there counts 0, as it does for lamed 0.4.3.
        settings: what the configuration says about experiments, by name.
    """
    totals: dict[str, Counter[tuple[str, str]]] = {}
    for name, counters in group_counters(namespace, experiments, counter_keys).items():
        # Two spellings that are no UTF-8 may become the same text: their counts then stand together.
        experiment = totals.setdefault(well_formed(name), Counter())
        for (goal, variant), keys in counters.items():
            experiment[well_formed(goal), well_formed(variant)] += sum(counts.get(key, 0) for key in keys)
    built = [_experiment(name, counters, settings.get(name)) for name, counters in totals.items()]
    return Snapshot(namespace, taken_at, tuple(sorted(built, key=lambda experiment: natural_order(experiment.name))))


def choose_control(variants: Iterable[str], configured: str | None) -> str | None:
    """The variant to compare with: the configured one, else the one whose name says so, else None.

    A configured control that has not been seen yet stays the control: another one must not take its place meanwhile.
    """
    if configured is not None:
        return configured
    by_folded_name = {name.casefold(): name for name in sorted(variants, reverse=True)}
    return next((by_folded_name[name] for name in CONTROL_NAMES if name in by_folded_name), None)


def _experiment(name: str, totals: Mapping[tuple[str, str], int], settings: ExperimentSettings | None) -> Experiment:
    names = {variant for _, variant in totals}
    control = choose_control(names, settings.control if settings else None)
    variants = tuple(
        Variant(variant, totals.get((PARTICIPATE, variant), 0))
        for variant in sorted(names, key=lambda variant: (variant != control, natural_order(variant)))
    )
    primary = settings.primary_goal if settings else None
    repeatable = settings.non_unique_goals if settings else ()
    goals = tuple(
        Goal(
            goal,
            goal not in repeatable,
            tuple(
                VariantCount(variant.name, variant.visitors, totals.get((goal, variant.name), 0))
                for variant in variants
            ),
        )
        for goal in sorted(
            {goal for goal, _ in totals} - {PARTICIPATE}, key=lambda goal: (goal != primary, natural_order(goal))
        )
    )
    return Experiment(name, control, variants, goals)
