"""What an experiment as a whole has shown: one variant wins, none does, or what still stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lamed_tui.experiments.names import printable
from lamed_tui.experiments.statistics.evidence import corrected_alpha, shortfall
from lamed_tui.experiments.statistics.lift import lift
from lamed_tui.experiments.statistics.split import SplitState
from lamed_tui.experiments.statistics.verdict import VerdictCode, split_mismatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lamed_tui.experiments.statistics.evidence import Evidence
    from lamed_tui.experiments.statistics.verdict import Verdict

LEAST_DAYS = 7
"""Before a winner is named: people behave differently on different days of the week."""


class ConclusionCode(StrEnum):
    """For programs; these never change meaning."""

    WINNER = "winner"
    NO_WINNER = "no_winner"
    OPEN = "open"
    SPLIT_MISMATCH = "split_mismatch"
    NO_CONTROL = "no_control"
    CONTROL_UNSEEN = "control_unseen"
    NO_PRIMARY_GOAL = "no_primary_goal"
    ONE_VARIANT = "one_variant"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """On one experiment."""

    code: ConclusionCode
    sentence: str
    winner: str | None = None
    """The variant that wins, when one does."""
    candidate: str | None = None
    """While open: the variant that would win if nothing of `missing` were missing."""
    missing: tuple[str, ...] = ()
    """While open: every condition that is not met yet, a short phrase each."""


def conclude(evidence: Evidence, verdicts: Sequence[Verdict], *, days: float | None) -> Conclusion:
    """Draw the conclusion from the verdicts of `verdict.verdicts` on the same evidence.

    A winner beats the control on the primary goal at alpha/m. The split is clean, 7 days have passed, no guardrail is
    worse, and no other variant is unresolved against it.

    Args:
        days: since the first event; None when unknown, which is never enough.
    """
    obstacle = _obstacle(evidence)
    if obstacle is not None:
        return obstacle
    primary = {
        comparison.variant: verdict
        for comparison, verdict in zip(evidence.comparisons, verdicts, strict=True)
        if comparison.goal == evidence.primary_goal
    }
    beating = [variant for variant, verdict in primary.items() if verdict.code is VerdictCode.BEATS_CONTROL]
    if not beating:
        return _without_a_leader(primary)
    candidate = max(beating, key=lambda variant: evidence.arm(evidence.primary_goal or "", variant).rate or 0.0)
    missing = (
        *_unmet_conditions(evidence, days),
        *_worse_guardrails(evidence, verdicts, candidate),
        *_unresolved_rivals(evidence, primary, candidate),
    )
    if missing:
        sentence = f"{printable(candidate)} leads, but is no winner yet: {', '.join(missing)}"
        return Conclusion(ConclusionCode.OPEN, sentence, candidate=candidate, missing=missing)
    return Conclusion(ConclusionCode.WINNER, f"Winner: {printable(candidate)}", winner=candidate)


def _obstacle(evidence: Evidence) -> Conclusion | None:
    """Why no winner can be looked for at all."""
    if evidence.is_control_unseen:
        control, seen = printable(evidence.design.control or ""), ", ".join(map(printable, evidence.seen))
        return Conclusion(ConclusionCode.CONTROL_UNSEEN, f"The control {control} was never seen, only: {seen}")
    if evidence.split is not None and evidence.split.state is SplitState.ALARM:
        return Conclusion(ConclusionCode.SPLIT_MISMATCH, split_mismatch(evidence).sentence)
    if len(evidence.variants) < 2:
        return Conclusion(ConclusionCode.ONE_VARIANT, "Fewer than two variants: nothing to compare")
    if evidence.design.control is None:
        return Conclusion(ConclusionCode.NO_CONTROL, "No control is known: name the variant to compare with")
    if evidence.primary_goal is None:
        return Conclusion(ConclusionCode.NO_PRIMARY_GOAL, "No primary goal is chosen: no winner will be named")
    return None


def _without_a_leader(primary: Mapping[str, Verdict]) -> Conclusion:
    settled = {VerdictCode.WORSE_THAN_CONTROL, VerdictCode.NO_DIFFERENCE}
    missing = tuple(
        f"{printable(variant)}: {verdict.label}" for variant, verdict in primary.items() if verdict.code not in settled
    )
    if missing:
        return Conclusion(ConclusionCode.OPEN, f"No winner yet ({'; '.join(missing)})", missing=missing)
    return Conclusion(ConclusionCode.NO_WINNER, "No winner: no variant beats the control")


def _unmet_conditions(evidence: Evidence, days: float | None) -> Iterator[str]:
    if evidence.split is None:
        yield "the split cannot be checked, because the weights do not name every variant"
    elif evidence.split.state is not SplitState.OK:
        yield f"the split is suspicious (p = {evidence.split.p:.4f})"
    if days is None:
        yield f"it is not known whether {LEAST_DAYS} days have passed"
    elif days < LEAST_DAYS:
        yield f"{int(days)} of {LEAST_DAYS} days have passed"


def _worse_guardrails(evidence: Evidence, verdicts: Sequence[Verdict], candidate: str) -> Iterator[str]:
    for comparison, verdict in zip(evidence.comparisons, verdicts, strict=True):
        is_guardrail = comparison.goal in evidence.design.guardrails and comparison.variant == candidate
        if is_guardrail and verdict.code is VerdictCode.WORSE_THAN_CONTROL:
            yield f"the guardrail {printable(comparison.goal)} is worse"


def _unresolved_rivals(evidence: Evidence, primary: Mapping[str, Verdict], candidate: str) -> Iterator[str]:
    """The variants that may still be better than the candidate by more than the smallest interesting effect.

    Each pair is judged at the same alpha/m as against the control. That suffices: naming a wrong winner takes a false
    decision against the one arm that is truly best, and only m others can be decided against it.
    """
    design, goal = evidence.design, evidence.primary_goal or ""
    alpha = corrected_alpha(design.alpha, len(primary))
    ours = evidence.arm(goal, candidate)
    for rival, verdict in primary.items():
        if rival == candidate or verdict.code is VerdictCode.WORSE_THAN_CONTROL:
            continue
        theirs = evidence.arm(goal, rival)
        lead = lift(theirs, ours, alpha=alpha, tuning_visitors=design.tuning_visitors)
        resolved = lead is not None and (lead.direction > 0 or lead.is_within(design.minimum_detectable_effect))
        if not resolved or shortfall(theirs, ours) is not None:
            yield f"{printable(rival)} is unresolved against it"
