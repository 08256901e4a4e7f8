"""A snapshot as the JSON document that `lamed results --json` prints and `lamed watch --json` repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lamed_tui.experiments.snapshot import Experiment, Goal, Snapshot

NOT_ASSESSED: dict[str, None] = dict.fromkeys(("lift", "lift_low", "lift_high", "evidence_p", "verdict"))
"""The statistical fields of a variant while nothing has assessed it: present, and null."""


def snapshot_document(snapshot: Snapshot) -> dict[str, Any]:
    """The document, in the order of the snapshot.

    `variants` of an experiment lists who took part, so that one without any conversion yet (`goals` is then empty)
    still shows its visitors. Rates are fractions, not percent; `taken_at` is ISO 8601 with its offset.
    """
    return {
        "namespace": snapshot.namespace,
        "taken_at": snapshot.taken_at.isoformat(timespec="milliseconds"),
        "experiments": [_experiment(experiment) for experiment in snapshot.experiments],
    }


def _experiment(experiment: Experiment) -> dict[str, Any]:
    return {
        "name": experiment.name,
        "control": experiment.control,
        "split": {"p": None, "state": None},
        "variants": [{"name": variant.name, "visitors": variant.visitors} for variant in experiment.variants],
        "goals": [_goal(goal) for goal in experiment.goals],
    }


def _goal(goal: Goal) -> dict[str, Any]:
    return {
        "name": goal.name,
        "unique": goal.unique,
        "variants": [
            {
                "name": variant.name,
                "visitors": variant.visitors,
                "conversions": variant.conversions,
                "rate": variant.rate,
                **NOT_ASSESSED,
            }
            for variant in goal.variants
        ],
    }
