"""What a person should think of a variant on a goal, and of the experiment: rules over `evidence`, first match wins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING

from lamed_tui.experiments.names import printable
from lamed_tui.experiments.statistics.sample_size import balanced_size, days_left, sequential_sample_size
from lamed_tui.experiments.statistics.split import SplitState
from lamed_tui.experiments.wording import count_text, day_text, lift_sentence, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.experiments.statistics.crossing import Crossing
    from lamed_tui.experiments.statistics.evidence import Comparison, Design, Evidence
    from lamed_tui.experiments.statistics.lift import Lift


class VerdictCode(StrEnum):
    """For programs; these never change meaning."""

    SPLIT_MISMATCH = "split_mismatch"
    RATE_ONLY = "rate_only"
    NOT_ENOUGH_DATA = "not_enough_data"
    BROKEN = "broken"
    BEATS_CONTROL = "beats_control"
    WORSE_THAN_CONTROL = "worse_than_control"
    NO_DIFFERENCE = "no_difference"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one variant and one goal."""

    code: VerdictCode
    label: str
    """A few words, for a column."""
    sentence: str
    """For people; starts with the label, and adds the numbers."""
    needed: str
    """What to do or to wait for; empty when nothing is needed."""
    days_left: float | None = None
    """Until the planned size is reached; only while undecided, and only when the pace is known."""


def verdicts(
    evidence: Evidence,
    *,
    crossings: Mapping[tuple[str, str], Crossing] | None = None,
    visitors_per_day: Mapping[str, float] | None = None,
) -> tuple[Verdict, ...]:
    """One verdict for each of the evidence's comparisons, in their order.

    Args:
        crossings: what earlier looks have proven, by goal and variant (`crossing.Standing`).
        visitors_per_day: the present pace by variant, for the estimate of days left.
    """
    if evidence.split is not None and evidence.split.state is SplitState.ALARM:
        return (split_mismatch(evidence),) * len(evidence.comparisons)
    crossings, pace = crossings or {}, visitors_per_day or {}
    return tuple(
        verdict(
            comparison,
            evidence.design,
            crossing=crossings.get((comparison.goal, comparison.variant)),
            control_per_day=pace.get(evidence.design.control or "", 0.0),
            variant_per_day=pace.get(comparison.variant, 0.0),
        )
        for comparison in evidence.comparisons
    )


def split_mismatch(evidence: Evidence) -> Verdict:
    """Rule 1: nothing else may be believed while visitors do not arrive by the weights."""
    label = "Split mismatch: do not trust"
    shares = ""
    if evidence.split is not None:
        rows = zip(evidence.variants, evidence.split.expected, evidence.split.actual, strict=True)
        shares = ", ".join(
            f"{printable(name)} {actual:.1%} instead of {expected:.1%}" for name, expected, actual in rows
        )
    return Verdict(
        VerdictCode.SPLIT_MISMATCH,
        label,
        f"{label} ({shares})",
        "Find out which variant loses visitors and why (a slow page, a redirect, wrong weights), then reset.",
    )


def verdict(
    comparison: Comparison,
    design: Design,
    *,
    crossing: Crossing | None = None,
    control_per_day: float = 0.0,
    variant_per_day: float = 0.0,
) -> Verdict:
    """Rules 2 to 6 for one comparison; arguments as in `verdicts`."""
    lift = comparison.lift
    if comparison.rate_only:
        return _rate_only(comparison)
    if comparison.shortfall is not None or lift is None:
        return _broken(comparison) or _not_enough_data(comparison)
    direction = lift.direction or (crossing.direction if crossing else 0)
    if direction:
        return _decided(lift, direction, crossing)
    if lift.is_within(design.minimum_detectable_effect):
        return _no_difference(lift, design)
    # Just past the minimum of data an arm without a single conversion is undecided by its lift: 0 of 200 against 160 of
    # 200. It was called broken before, and must not be called undecided now.
    return _broken(comparison) or _undecided(comparison, design, control_per_day, variant_per_day)


def _rate_only(comparison: Comparison) -> Verdict:
    exceeded = any(arm.successes > arm.trials for arm in (comparison.control_arm, comparison.variant_arm))
    reason = "Counts exceed visitors" if exceeded else "Counted more than once per visitor"
    label = f"{reason}: rate only"
    return Verdict(
        VerdictCode.RATE_ONLY, label, label, "For a verdict, count a goal that a visitor can reach only once."
    )


def _broken(comparison: Comparison) -> Verdict | None:
    imbalance = comparison.imbalance
    if imbalance is None:
        return None
    control, variant = comparison.control_arm.successes, comparison.variant_arm.successes
    label = "Variant may be broken" if variant < imbalance.expected else "Control may be broken"
    counts = f"{count_text(variant)} of {plural(control + variant, 'conversion')}"
    return Verdict(
        VerdictCode.BROKEN,
        label,
        f"{label}: {counts} where {imbalance.expected:,.0f} were expected",
        "Check that its page works and that its goal is tracked.",
    )


def _not_enough_data(comparison: Comparison) -> Verdict:
    missing = comparison.shortfall
    if missing is None:
        return Verdict(VerdictCode.NOT_ENOUGH_DATA, "Not enough data", "Not enough data", "Wait for more visitors.")
    label = f"Not enough data ({count_text(missing.have)}/{count_text(missing.need)} {missing.noun})"
    where = _fewer_visitors(comparison) if missing.noun == "visitors" else ""
    return Verdict(
        VerdictCode.NOT_ENOUGH_DATA,
        label,
        label,
        f"Wait for {count_text(missing.need - missing.have)} more {missing.noun}{where}.",
    )


def _decided(lift: Lift, direction: int, crossing: Crossing | None) -> Verdict:
    better = direction > 0
    label = "Beats control" if better else "Worse than control"
    since = ""
    if crossing is not None and crossing.direction == direction:
        since = f" (crossed {day_text(crossing.day)} at {count_text(crossing.visitors)} visitors)"
    code = VerdictCode.BEATS_CONTROL if better else VerdictCode.WORSE_THAN_CONTROL
    return Verdict(code, label, f"{label}{since}: {lift_sentence(lift.estimate, lift.lower, lift.upper)}", "")


def _no_difference(lift: Lift, design: Design) -> Verdict:
    label = f"No difference larger than ±{_percent(design.minimum_detectable_effect)}"
    return Verdict(
        VerdictCode.NO_DIFFERENCE, label, f"{label}: {lift_sentence(lift.estimate, lift.lower, lift.upper)}", ""
    )


def _undecided(comparison: Comparison, design: Design, control_per_day: float, variant_per_day: float) -> Verdict:
    label = "Undecided, safe to keep watching"
    effect = _percent(design.minimum_detectable_effect)
    needed = planned_size(comparison, design)
    if needed is None:
        return Verdict(VerdictCode.UNDECIDED, label, label, "Wait for more visitors.")
    control, variant = comparison.control_arm.trials, comparison.variant_arm.trials
    missing = ceil(needed - balanced_size(control, variant))
    days = days_left(needed, control, variant, control_per_day=control_per_day, variant_per_day=variant_per_day)
    if missing <= 0:
        return Verdict(
            VerdictCode.UNDECIDED,
            label,
            f"{label}: the planned size is reached, so the lift is probably smaller than ±{effect}",
            "Stop if so small a lift does not matter, or go on.",
            0.0,
        )
    left = "" if days is None else f": {_days_text(days)} left"
    more = f"About {count_text(_roughly(missing))} more visitors per variant would probably show a lift of ±{effect}."
    return Verdict(VerdictCode.UNDECIDED, label, label + left, more, days)


def planned_size(comparison: Comparison, design: Design) -> float | None:
    """Visitors per arm after which a lift as large as the design's smallest interesting one is probably proven.

    From the pooled rate, which, unlike the control's own, neither jumps nor is 0 early. Where the rate leaves no room
    for such a rise, the size for as large a fall.
    """
    visitors = comparison.control_arm.trials + comparison.variant_arm.trials
    if visitors <= 0:
        return None
    rate = (comparison.control_arm.successes + comparison.variant_arm.successes) / visitors
    change = rate * design.minimum_detectable_effect
    if rate + change >= 1:
        change = -change
    return sequential_sample_size(
        rate, change, alpha=comparison.alpha, power=design.power, tuning_visitors=design.tuning_visitors
    )


def _fewer_visitors(comparison: Comparison) -> str:
    control, variant = comparison.control_arm.trials, comparison.variant_arm.trials
    return f" in {printable(comparison.variant)}" if variant < control else " in the control"


def _roughly(count: int) -> int:
    """Two digits of it: an estimate from rates that still move has no more."""
    return round(float(f"{count:.2g}"))


def _percent(share: float) -> str:
    return f"{share * 100:.10g}%"


def _days_text(days: float) -> str:
    whole = ceil(days)
    return "more than a year" if whole > 365 else f"about {plural(whole, 'day')}"
