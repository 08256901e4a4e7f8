"""Assessed experiments as flat lines, each complete in itself: for screen readers, pipes and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.experiments.assessment import nothing_text, p_text, split_text
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.statistics.verdict import VerdictCode
from lamed_tui.experiments.wording import lift_sentence, plural, rate_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lamed_tui.experiments.assessment import Assessment, Finding
    from lamed_tui.experiments.snapshot import Experiment, Snapshot

_SAY_THE_LIFT = frozenset({VerdictCode.BEATS_CONTROL, VerdictCode.WORSE_THAN_CONTROL, VerdictCode.NO_DIFFERENCE})
"""Verdicts whose sentences give the lift and its interval already."""

Row = tuple[str, str | None, str | None]
"""What a line is about: experiment, goal, variant."""


def flat_lines(snapshot: Snapshot, assessments: Mapping[str, Assessment]) -> dict[Row, str]:
    """One line an experiment, then one a variant and goal, in the snapshot's order.

    Numbers come without separators, as programs want them.
    """
    return {
        row: line
        for experiment in snapshot.experiments
        for row, line in _lines(experiment, assessments[experiment.name])
    }


def changed_lines(before: Mapping[Row, str], now: Mapping[Row, str]) -> list[str]:
    """The lines that are new or read differently, then those that are gone."""
    changed = [line for row, line in now.items() if before.get(row) != line]
    return [*changed, *(f"{_heading(row)}: gone" for row in before if row not in now)]


def heading(snapshot: Snapshot, label: str) -> str:
    """What is being looked at, where, and when it was read."""
    experiments = plural(len(snapshot.experiments), "experiment")
    return f"{label}, namespace {printable(snapshot.namespace)}, {experiments}, read at {clock_text(snapshot)}"


def clock_text(snapshot: Snapshot) -> str:
    """The time of day of the reading, in the time zone it carries."""
    return f"{snapshot.taken_at:%H:%M:%S %Z}"


def _lines(experiment: Experiment, assessment: Assessment) -> Iterator[tuple[Row, str]]:
    if not experiment.variants:
        yield _line((experiment.name, None, None), nothing_text(experiment))
        return
    parts = [assessment.conclusion.sentence, split_text(assessment)]
    yield _line((experiment.name, None, None), ", ".join(part for part in parts if part))
    for goal in experiment.goals:
        for one in goal.variants:
            counts = f"{plural(one.conversions, 'conversion')}, {plural(one.visitors, 'visitor')}"
            rate = f", {rate_text(one.rate)}" if one.visitors else ""
            role = ", the control" if one.name == experiment.control else ""
            found = _finding(assessment.of(goal.name, one.name))
            yield _line((experiment.name, goal.name, one.name), counts + rate + role + found)
    if not experiment.goals:
        for variant in experiment.variants:
            visitors = plural(variant.visitors, "visitor")
            yield _line((experiment.name, None, variant.name), f"{visitors}, no goal reached yet")


def _finding(finding: Finding | None) -> str:
    if finding is None:
        return ""
    if finding.verdict.code is VerdictCode.SPLIT_MISMATCH:  # the shares stand in the experiment's own line
        return f"; {finding.verdict.label}"
    parts = [finding.verdict.sentence]
    if finding.interval is not None and finding.verdict.code not in _SAY_THE_LIFT:
        parts.append(lift_sentence(finding.lift, *finding.interval))
    if finding.p is not None:
        parts.append(f"p {p_text(finding.p)}")
    return "; " + "; ".join(parts)


def _line(row: Row, values: str) -> tuple[Row, str]:
    return row, f"{_heading(row)}: {values}"


def _heading(row: Row) -> str:
    return ", ".join(printable(name) for name in row if name is not None)
