"""From index members to the order of experiments, variants and goals, and from there, with counts, to snapshots.

The indexes change only when a new name is counted; the counts change all the time. So the order is worked out once and
then filled again and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamed.keys import PARTICIPATE, group_counters

from lamed_tui.experiments.names import natural_order, well_formed
from lamed_tui.experiments.snapshot import Experiment, Goal, Snapshot, Variant, VariantCount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from lamed_tui.config.model import ExperimentSettings

CONTROL_NAMES = ("control", "original", "baseline", "default")
"""Variant names that mean "what there was before", the likeliest first; case is ignored."""

Keys = tuple[str, ...]
"""Counter keys whose counts belong together: the spellings of one name."""


@dataclass(frozen=True, slots=True)
class GoalLayout:
    """One goal, with the keys of each variant in the experiment's order."""

    name: str
    unique: bool
    keys: tuple[Keys, ...]


@dataclass(frozen=True, slots=True)
class ExperimentLayout:
    """One experiment, with the keys of each variant's participants."""

    name: str
    control: str | None
    variants: tuple[tuple[str, Keys], ...]
    goals: tuple[GoalLayout, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Every experiment of a namespace in order, and where its counts are."""

    namespace: str
    experiments: tuple[ExperimentLayout, ...]

    def filled(self, counts: Mapping[str, int], taken_at: datetime) -> Snapshot:
        """The snapshot with these counts by key; a key that is not there counts 0, as it does for lamed 0.4.3."""
        return Snapshot(self.namespace, taken_at, tuple(_filled(one, counts) for one in self.experiments))


def arrange(
    namespace: str,
    *,
    experiments: Iterable[str],
    counter_keys: Iterable[str],
    settings: Mapping[str, ExperimentSettings],
) -> Layout:
    """Work out the order, which depends on nothing but the names and the settings.

    Args:
        experiments: the members of the namespace's experiments set, as stored.
        counter_keys: the members of its counter keys set, as stored.
        settings: what the configuration says about experiments, by name.
    """
    found: dict[str, dict[tuple[str, str], Keys]] = {}
    for name, counters in group_counters(namespace, experiments, counter_keys).items():
        # Two spellings that are no UTF-8 may become the same text: their counts then belong together.
        experiment = found.setdefault(well_formed(name), {})
        for (goal, variant), keys in counters.items():
            names = (well_formed(goal), well_formed(variant))
            experiment[names] = (*experiment.get(names, ()), *keys)
    ordered = sorted(found.items(), key=lambda item: natural_order(item[0]))
    return Layout(namespace, tuple(_arranged(name, keys, settings.get(name)) for name, keys in ordered))


def choose_control(variants: Iterable[str], configured: str | None) -> str | None:
    """The variant to compare with: the configured one, else the one whose name says so, else None.

    A configured control that has not been seen yet stays the control: another one must not take its place meanwhile.
    """
    if configured is not None:
        return configured
    by_folded_name = {name.casefold(): name for name in sorted(variants, reverse=True)}
    return next((by_folded_name[name] for name in CONTROL_NAMES if name in by_folded_name), None)


def _arranged(name: str, keys: Mapping[tuple[str, str], Keys], settings: ExperimentSettings | None) -> ExperimentLayout:
    names = {variant for _, variant in keys}
    control = choose_control(names, settings.control if settings else None)
    variants = sorted(names, key=lambda variant: (variant != control, natural_order(variant)))
    primary = settings.primary_goal if settings else None
    repeatable = settings.non_unique_goals if settings else ()
    goals = sorted({goal for goal, _ in keys} - {PARTICIPATE}, key=lambda goal: (goal != primary, natural_order(goal)))
    return ExperimentLayout(
        name,
        control,
        tuple((variant, keys.get((PARTICIPATE, variant), ())) for variant in variants),
        tuple(
            GoalLayout(goal, goal not in repeatable, tuple(keys.get((goal, variant), ()) for variant in variants))
            for goal in goals
        ),
    )


def _filled(layout: ExperimentLayout, counts: Mapping[str, int]) -> Experiment:
    names = [name for name, _ in layout.variants]
    visitors = _totals([keys for _, keys in layout.variants], counts)
    goals = [
        Goal(goal.name, goal.unique, tuple(map(VariantCount, names, visitors, _totals(goal.keys, counts))))
        for goal in layout.goals
    ]
    return Experiment(layout.name, layout.control, tuple(map(Variant, names, visitors)), tuple(goals))


def _totals(keys: Sequence[Keys], counts: Mapping[str, int]) -> list[int]:
    """The count behind each group of keys, which is nearly always a single one."""
    count = counts.get
    return [count(one[0], 0) if len(one) == 1 else sum([count(key, 0) for key in one]) for one in keys]
