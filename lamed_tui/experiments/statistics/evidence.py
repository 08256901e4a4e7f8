"""What the counters of one experiment prove: the split test and, for each goal and variant, the lift over the control.

Everything here may be looked at as often as one likes. Sentences are `verdict`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, inf
from typing import TYPE_CHECKING

from lamed_tui.experiments.statistics.arm import Arm
from lamed_tui.experiments.statistics.conversions import conversions_p
from lamed_tui.experiments.statistics.lift import ALPHA, TUNING_VISITORS, Lift, lift
from lamed_tui.experiments.statistics.sample_size import POWER
from lamed_tui.experiments.statistics.split import Split, split_test

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_VISITORS = 100
"""Visitors that each arm needs before its lift may be judged."""

LEAST_EVENTS = 25
"""Conversions, and non-conversions, that both arms together need before their lift may be judged."""

_LOPSIDED_BELOW = 0.4
_LOPSIDED_POWER = 1.5

BROKEN_BELOW = 0.001
"""p of the conversions alone below which an arm is called broken before its lift is proven."""

HARDLY = 0.5
"""An arm may be broken when it surely converts less than this share of what the other does. Against "both alike", a
variant that truly converts twice as often as the control would have the control called broken again and again."""


@dataclass(frozen=True, slots=True)
class Design:
    """What was decided before the data. Changing it while an experiment runs voids the guarantees."""

    control: str | None = None
    weights: Mapping[str, float] | None = None
    """Positive, of any sum; equal when None."""
    primary_goal: str | None = None
    non_unique_goals: frozenset[str] = frozenset()
    guardrails: frozenset[str] = frozenset()
    minimum_detectable_effect: float = 0.1
    """Relative; 0.1 is 10%."""
    alpha: float = ALPHA
    power: float = POWER
    tuning_visitors: float = TUNING_VISITORS


@dataclass(frozen=True, slots=True)
class Counts:
    """The counters of one experiment at one moment, since its start. The order of the mappings is kept."""

    visitors: Mapping[str, int] = field(default_factory=dict)
    """Participants by variant."""
    conversions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By goal, then by variant; a variant that is not there has 0."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What is missing before a lift may be judged."""

    have: int
    need: int
    noun: str
    """What is counted: "visitors", "conversions" or "non-conversions"."""


@dataclass(frozen=True, slots=True)
class Imbalance:
    """Conversions that are spread over two arms as hardly ever happens when both work."""

    p: float
    """Against the weaker arm converting `HARDLY` as often as the other; exact, from the conversions alone."""
    expected: float
    """Conversions that the variant's share of the visitors promises it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variant against the control on one goal."""

    goal: str
    variant: str
    control_arm: Arm
    variant_arm: Arm
    alpha: float
    """After Bonferroni."""
    rate_only: bool
    """The goal is marked non-unique, or some arm of it counts more conversions than visitors."""
    lift: Lift | None
    """None where it is undefined, and for a goal that has rates only."""
    shortfall: Shortfall | None
    imbalance: Imbalance | None
    """What makes one arm look broken; looked for only while the lift proves nothing and an arm has few conversions."""

    @property
    def direction(self) -> int:
        """1 when the lift is proven positive, -1 when negative, 0 when not, or when it may not be judged."""
        if self.rate_only or self.shortfall or self.lift is None:
            return 0
        return self.lift.direction


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything measured for one experiment at one moment."""

    counts: Counts
    design: Design
    variants: tuple[str, ...]
    """Every arm: those counted, in their order, then those that only the design names."""
    primary_goal: str | None
    """The design's, or the only goal that can be tested and is no guardrail."""
    split: Split | None
    """Shares in the order of `variants`; None without variants, a weight for each, or on a negative count."""
    comparisons: tuple[Comparison, ...]
    """By goal, then by variant; empty when no control is known, or one that was never seen."""

    @property
    def seen(self) -> list[str]:
        """The variants that were counted."""
        return _counted(self.counts)

    @property
    def is_control_unseen(self) -> bool:
        """Whether others were counted, and the control not yet."""
        return bool(self.seen) and self.design.control is not None and self.design.control not in self.seen

    def arm(self, goal: str, variant: str) -> Arm:
        """The counters of one variant on one goal."""
        return _arm(self.counts, goal, variant)


def measure(counts: Counts, design: Design) -> Evidence:
    """Measure one experiment. Never raises on any counts, and leaves no number that is not finite."""
    variants = _variants(counts, design)
    goals = _goals(counts, design)
    testable = [goal for goal in goals if goal not in design.non_unique_goals]
    candidates = [goal for goal in testable if goal not in design.guardrails]
    primary = design.primary_goal or (candidates[0] if len(candidates) == 1 else None)
    weights = _weights(variants, design)
    visitors = [counts.visitors.get(variant, 0) for variant in variants]
    comparisons: list[Comparison] = []
    if design.control in variants:
        shares = _shares(variants, weights, design.control)
        for goal in goals:
            tests = len(shares) * (1 if goal == primary else len(testable))
            comparisons += _compare(counts, design, goal, shares, corrected_alpha(design.alpha, tests))
    return Evidence(
        counts=counts,
        design=design,
        variants=variants,
        primary_goal=primary,
        split=split_test(visitors, [weights[variant] for variant in variants]) if weights else None,
        comparisons=tuple(comparisons),
    )


def corrected_alpha(alpha: float, comparisons: int) -> float:
    """alpha of each of several comparisons, so that the chance of any false one stays alpha (Bonferroni)."""
    return alpha / max(comparisons, 1)


def shortfall(control: Arm, variant: Arm) -> Shortfall | None:
    """What is missing before `lift` may be believed; None when nothing is.

    100 visitors in each arm, and 25 conversions and 25 non-conversions in both together. When one arm receives less
    than 40% of the visitors it takes more non-conversions: where nearly everybody converts, the lift of a small arm
    rests on its few non-conversions. With 25 alone, 10% against 90% of the visitors at a rate of 99% were called
    different in 13% of A/A tests; with this rule in 2%.
    """
    fewest = min(control.trials, variant.trials)
    if fewest < LEAST_VISITORS:
        return Shortfall(fewest, LEAST_VISITORS, "visitors")
    conversions = control.successes + variant.successes
    if conversions < LEAST_EVENTS:
        return Shortfall(conversions, LEAST_EVENTS, "conversions")
    visitors = control.trials + variant.trials
    lopsided = max(_LOPSIDED_BELOW * visitors / fewest, 1.0) ** _LOPSIDED_POWER
    needed = ceil(LEAST_EVENTS * lopsided)
    if visitors - conversions < needed:
        return Shortfall(visitors - conversions, needed, "non-conversions")
    return None


def _variants(counts: Counts, design: Design) -> tuple[str, ...]:
    """Every variant that was counted or has a weight.

    A control that neither knows is most likely misspelt: as a variant without visitors it would look like a mismatch of
    the split. It is one only as long as there is no other.
    """
    named = [*_counted(counts), *(design.weights or ())]
    if design.control is not None and not named:
        named.append(design.control)
    return tuple(dict.fromkeys(named))


def _counted(counts: Counts) -> list[str]:
    return list(dict.fromkeys([*counts.visitors, *(name for arms in counts.conversions.values() for name in arms)]))


def _goals(counts: Counts, design: Design) -> list[str]:
    named = [*counts.conversions, *sorted(design.guardrails)]
    if design.primary_goal is not None:
        named.append(design.primary_goal)
    return list(dict.fromkeys(named))


def _weights(variants: tuple[str, ...], design: Design) -> Mapping[str, float] | None:
    """The weight of every variant, or None when the design has no usable one for some variant."""
    if design.weights is None:
        return dict.fromkeys(variants, 1.0)
    return design.weights if all(0 < design.weights.get(variant, 0) < inf for variant in variants) else None


def _shares(variants: tuple[str, ...], weights: Mapping[str, float] | None, control: str) -> dict[str, float | None]:
    """Each variant but the control with its expected share of the visitors of both."""
    others = [variant for variant in variants if variant != control]
    if weights is None:
        return dict.fromkeys(others)
    return {variant: weights[variant] / (weights[variant] + weights[control]) for variant in others}


def _compare(
    counts: Counts, design: Design, goal: str, shares: Mapping[str, float | None], alpha: float
) -> list[Comparison]:
    control_arm = _arm(counts, goal, design.control or "")
    arms = {variant: _arm(counts, goal, variant) for variant in shares}
    # One arm that can be no proportion shows that visitors reach the goal repeatedly, in whatever variant
    rate_only = goal in design.non_unique_goals
    for arm in (control_arm, *arms.values()):
        rate_only = rate_only or not 0 <= arm.successes <= arm.trials
    comparisons = []
    for variant, share in shares.items():
        arm = arms[variant]
        missing = shortfall(control_arm, arm)
        judged = imbalance = None
        if not rate_only:
            judged = lift(control_arm, arm, alpha=alpha, tuning_visitors=design.tuning_visitors)
            # While an arm has few conversions the lift's interval is wide, and the exact test may know more
            silent = missing is not None or judged is None or judged.direction == 0
            if share is not None and silent and min(control_arm.successes, arm.successes) < LEAST_EVENTS:
                imbalance = _imbalance(control_arm.successes, arm.successes, share)
        comparisons.append(Comparison(goal, variant, control_arm, arm, alpha, rate_only, judged, missing, imbalance))
    return comparisons


def _imbalance(control: int, variant: int, share: float) -> Imbalance | None:
    control_rate, variant_rate = control * share, variant * (1 - share)  # as one number of visitors would convert
    if variant_rate < HARDLY * control_rate:
        ratio = HARDLY
    elif control_rate < HARDLY * variant_rate:
        ratio = 1 / HARDLY
    else:
        return None
    p = conversions_p(control, variant, share=share, ratio=ratio)
    return Imbalance(p, (control + variant) * share) if p is not None and p < BROKEN_BELOW else None


def _arm(counts: Counts, goal: str, variant: str) -> Arm:
    return Arm(counts.conversions.get(goal, {}).get(variant, 0), counts.visitors.get(variant, 0))
