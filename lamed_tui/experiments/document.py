"""Assessed experiments as the JSON document that `lamed results --json` prints and `lamed watch --json` repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.experiments.assessment import Assessment, Finding
    from lamed_tui.experiments.snapshot import Experiment, Goal, Snapshot


def snapshot_document(snapshot: Snapshot, assessments: Mapping[str, Assessment]) -> dict[str, Any]:
    """The document, in the order of the snapshot.

    `variants` of an experiment lists who took part, so that one without any conversion yet (`goals` is then empty)
    still shows its visitors. Rates and lifts are fractions, not percent; `taken_at` and `started` are ISO 8601 with
    their offset. What is not known, or may not be judged yet, is null.
    """
    return {
        "namespace": snapshot.namespace,
        "taken_at": snapshot.taken_at.isoformat(timespec="milliseconds"),
        "experiments": [_experiment(experiment, assessments[experiment.name]) for experiment in snapshot.experiments],
    }


def _experiment(experiment: Experiment, assessment: Assessment) -> dict[str, Any]:
    split, conclusion, history = assessment.evidence.split, assessment.conclusion, assessment.history
    pace = history.visitors_per_day() if history else {}
    shares = dict(zip(assessment.evidence.variants, split.expected, strict=True)) if split else {}
    return {
        "name": experiment.name,
        "control": experiment.control,
        "primary_goal": assessment.evidence.primary_goal,
        "conclusion": conclusion.code.value,
        "sentence": conclusion.sentence,
        "winner": conclusion.winner,
        "started": history.started.isoformat() if history and history.started else None,
        "days": history.age_days if history else None,
        "visitors_per_day": sum(pace.values()) if pace else None,
        "progress": assessment.progress,
        "split": {"p": split.p if split else None, "state": split.state.value if split else None},
        "variants": [
            {"name": variant.name, "visitors": variant.visitors, "expected_share": shares.get(variant.name)}
            for variant in experiment.variants
        ],
        "goals": [_goal(goal, assessment) for goal in experiment.goals],
    }


def _goal(goal: Goal, assessment: Assessment) -> dict[str, Any]:
    return {
        "name": goal.name,
        "unique": goal.unique,
        "variants": [
            {
                "name": variant.name,
                "visitors": variant.visitors,
                "conversions": variant.conversions,
                "rate": variant.rate,
                **_finding(assessment.of(goal.name, variant.name)),
            }
            for variant in goal.variants
        ],
    }


def _finding(finding: Finding | None) -> dict[str, Any]:
    """Nulls for the control, and for every variant while no control is known."""
    lower, upper = (finding.interval if finding else None) or (None, None)
    return {
        "lift": finding.lift if finding else None,
        "lift_low": lower,
        "lift_high": upper,
        "evidence_p": finding.p if finding else None,
        "verdict": finding.verdict.code.value if finding else None,
        "sentence": finding.verdict.sentence if finding else None,
        "needed": finding.verdict.needed if finding else None,
        "days_left": finding.verdict.days_left if finding else None,
    }
