"""Experiments as a look at the counters finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed.keys import PARTICIPATE

from lamed_tui.experiments.snapshot import Experiment, Goal, Variant, VariantCount

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


def experiment(
    name: str,
    arms: Mapping[str, int],
    goals: Mapping[str, Sequence[int]],
    *,
    control: str | None = None,
    repeats: Collection[str] = (),
) -> Experiment:
    """An experiment with visitors by variant, and conversions by goal in the order of the variants."""
    return Experiment(
        name,
        control,
        tuple(Variant(variant, visitors) for variant, visitors in arms.items()),
        tuple(
            Goal(
                goal,
                goal not in repeats,
                tuple(VariantCount(*arm, count) for arm, count in zip(arms.items(), counts, strict=True)),
            )
            for goal, counts in goals.items()
        ),
    )


def totals_of(one: Experiment) -> dict[tuple[str, str], int]:
    """Every count of an experiment by goal and variant, visitors among them."""
    visitors = {(PARTICIPATE, variant.name): variant.visitors for variant in one.variants}
    return visitors | {(goal.name, arm.name): arm.conversions for goal in one.goals for arm in goal.variants}
