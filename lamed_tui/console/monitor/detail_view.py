"""One experiment as text of a given width: what is proven, every variant on every goal. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from lamed_tui.console.monitor.fitting import cell, cut, filled
from lamed_tui.experiments.assessment import nothing_text
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.statistics.conclusion import ConclusionCode
from lamed_tui.experiments.statistics.verdict import VerdictCode
from lamed_tui.experiments.table import HEADINGS, Cells, cells, facts, is_marked
from lamed_tui.experiments.wording import UNKNOWN, count_text, day_text, lift_text, rate_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lamed_tui.console.key_names import Keys
    from lamed_tui.experiments.assessment import Assessment, Finding
    from lamed_tui.experiments.history import Window
    from lamed_tui.experiments.snapshot import Experiment, Goal, VariantCount
    from lamed_tui.experiments.statistics.evidence import Counts

_QUIET = "$foreground-muted"
_ROOMY = 52
_WIDE = 96
"""Cells from which all columns stand beside each other; below, a variant takes two lines."""
_SPACIOUS = 116
_NARROWEST_NAME, _WIDEST_NAME = 8, 30
_GAP, _NARROW_GAP = 3, 2

STYLES = {
    VerdictCode.SPLIT_MISMATCH: "$text-error",
    VerdictCode.BROKEN: "$text-error",
    VerdictCode.BEATS_CONTROL: "$text-success",
    VerdictCode.WORSE_THAN_CONTROL: "$text-warning",
    VerdictCode.NO_DIFFERENCE: "$text-secondary",
    VerdictCode.RATE_ONLY: _QUIET,
    VerdictCode.NOT_ENOUGH_DATA: _QUIET,
    VerdictCode.UNDECIDED: "",
}
"""Of a verdict; its words say the same, so colour is never needed to understand it."""

_SHORT = {
    VerdictCode.SPLIT_MISMATCH: "do not trust",
    VerdictCode.UNDECIDED: "Undecided",
    VerdictCode.RATE_ONLY: "Rate only",
}
"""Labels that are too long for a column; their sentence stands below."""

_CONCLUSIONS = {
    ConclusionCode.WINNER: "bold $text-success",
    ConclusionCode.SPLIT_MISMATCH: "bold $text-error",
    ConclusionCode.NO_CONTROL: "bold $text-warning",
    ConclusionCode.CONTROL_UNSEEN: "bold $text-warning",
    ConclusionCode.NO_PRIMARY_GOAL: "$text-warning",
}


@dataclass(frozen=True)
class Recent:
    """What was counted lately."""

    window: Window
    since: datetime
    counts: Counts


def summary(assessment: Assessment, pace: str, width: int, key: Keys) -> Content:
    """What is proven, and the facts around it."""
    sentence = assessment.conclusion.sentence
    if not assessment.experiment.variants:
        return Content()
    if assessment.conclusion.code is ConclusionCode.NO_CONTROL:
        sentence = f"No control is known. Press {key('monitor.control')} to choose it."
    if assessment.conclusion.code is ConclusionCode.CONTROL_UNSEEN:
        sentence += f". Press {key('monitor.control')} to choose another."
    told = facts(assessment)
    with_pace = [*told, f"{pace} events/s"]
    if pace and len(list(filled(with_pace, width, " · "))) == len(list(filled(told, width, " · "))):
        told = with_pace  # the list tells it too, so it shall not take a line that comes and goes with its digits
    if width < _ROOMY - 10:  # a small screen needs its lines for the numbers
        told = [told[0], told[-1]] if len(told) > 2 else told
    said = list(filled([sentence], width, " "))
    if width < _ROOMY - 10 and len(said) > 2:
        said = [said[0], cut(f"{said[1]} {said[2]}", width)]
    lines = [Content.styled(line, _CONCLUSIONS.get(assessment.conclusion.code, "bold")) for line in said]
    return Content("\n").join([*lines, *(Content.styled(line, _QUIET) for line in filled(told, width, " · "))])


def detail(assessment: Assessment, width: int, recent: Recent | None = None) -> Content:
    """Every goal with every variant; of the counts in a window, when one is given."""
    experiment = assessment.experiment
    if not experiment.variants:
        text = nothing_text(experiment)
        return Content.styled("\n".join(filled([f"{text[0].upper()}{text[1:]}."], width, " ")), _QUIET)
    columns = _columns(assessment, width)
    if not experiment.goals:
        return Content("\n").join(_visitor_lines(experiment, columns))
    blocks = [Content("\n").join(_goal_lines(goal, assessment, columns, recent)) for goal in experiment.goals]
    if recent is not None:
        since = f"{day_text(recent.since)}, {recent.since:%H:%M} UTC"
        note = f"{recent.window}: since {since}. What is proven is about everything since the start."
        blocks.insert(
            0, Content("\n").join(Content.styled(line, "$text-warning") for line in filled([note], width, " "))
        )
    return Content("\n\n").join(blocks)


@dataclass(frozen=True)
class _Columns:
    """Widths in cells, the same for all goals of an experiment so that they line up."""

    width: int
    name: int
    visitors: int
    conversions: int
    rate: int
    lift: int
    interval: int
    evidence: int
    verdict: int

    @property
    def wide(self) -> bool:
        return self.verdict > 0


def _columns(assessment: Assessment, width: int) -> _Columns:
    experiment = assessment.experiment
    rows = [cells(one, goal, assessment) for goal in experiment.goals for one in goal.variants]
    gap = _GAP if _ROOMY <= width < _WIDE or width >= _SPACIOUS else _NARROW_GAP
    visitors = _widest("Visitors", *(count_text(one.visitors) for one in experiment.variants)) + gap
    conversions = _widest(_conversions_label(width), *(one.conversions for one in rows)) + gap
    rate = _widest("Rate", *(one.rate for one in rows)) + gap
    left = width - visitors - conversions - rate
    narrow = _Columns(width, min(max(_NARROWEST_NAME, left), _WIDEST_NAME), visitors, conversions, rate, 0, 0, 0, 0)
    if width < _WIDE:
        return narrow
    lift = _widest("Lift", *(one.lift for one in rows)) + gap
    interval = _widest(HEADINGS[4], *(one.interval for one in rows)) + gap
    evidence = _widest("Evidence", *(one.evidence for one in rows)) + gap
    verdict = min(22, _widest("Verdict", *(_label(found) for found in assessment.findings.values()))) + 3
    room = left - lift - interval - evidence - verdict
    if room < _NARROWEST_NAME:  # numbers that are wider than people ever see
        return narrow
    name = min(room, _WIDEST_NAME)
    return _Columns(width, name, visitors, conversions, rate, lift, interval, evidence, verdict)


def _goal_lines(goal: Goal, assessment: Assessment, columns: _Columns, recent: Recent | None) -> Iterator[Content]:
    experiment = assessment.experiment
    role = " · primary" if goal.name == assessment.evidence.primary_goal and len(experiment.goals) > 1 else ""
    role = " · guardrail" if goal.name in assessment.evidence.design.guardrails else role
    if cell_len(printable(goal.name) + role) > columns.name:
        role = ""
    title = cell(printable(goal.name), columns.name, role if goal.unique else " · repeats")
    yield _heading(title, columns)
    for one in goal.variants:
        found = cells(one, goal, assessment)
        if recent is not None:
            yield _recent_line(one, goal, experiment, recent, columns)
            continue
        yield _numbers(one, experiment, found, columns, assessment.of(goal.name, one.name))
        finding = assessment.of(goal.name, one.name)
        if finding is not None and not columns.wide:
            yield from _second_lines(found, finding, columns.width)
    if recent is None and columns.wide:
        yield from _sentences(goal, assessment, columns.width)


def _numbers(
    one: VariantCount, experiment: Experiment, found: Cells, columns: _Columns, finding: Finding | None
) -> Content:
    line = Content.assemble(
        _variant_cell(one.name, experiment.control, columns.name),
        found.visitors.rjust(columns.visitors),
        found.conversions.rjust(columns.conversions),
        (found.rate.rjust(columns.rate), "bold"),
    )
    if not columns.wide:
        return line
    code = finding.verdict.code if finding else None
    label = _label(finding) if finding else ""
    return Content.assemble(
        line,
        found.lift.rjust(columns.lift),
        found.interval.rjust(columns.interval),
        found.evidence.rjust(columns.evidence),
        (cell("   " + label, columns.verdict), STYLES[code] if code else _QUIET),
    )


def _label(finding: Finding) -> str:
    """Short enough for a column: what is in parentheses stands in the sentence below."""
    verdict = finding.verdict
    return _SHORT.get(verdict.code, verdict.label.partition(" (")[0])


def _second_lines(found: Cells, finding: Finding, width: int) -> Iterator[Content]:
    """Under a variant where there is no room beside it."""
    verdict = finding.verdict
    if finding.interval is not None and verdict.code is not VerdictCode.SPLIT_MISMATCH:
        parts = [f"{found.lift}  ({found.interval})", found.evidence]
        yield from (Content(f"  {line}") for line in filled(parts, width - 2, "  "))
    for line in filled(
        [verdict.label if verdict.code is VerdictCode.SPLIT_MISMATCH else _plain_sentence(finding)], width - 2, " "
    ):
        yield Content.styled(f"  {line}", STYLES[verdict.code])


def _sentences(goal: Goal, assessment: Assessment, width: int) -> Iterator[Content]:
    """Under a goal: what the verdicts mean and what they wait for."""
    for one in goal.variants:
        finding = assessment.of(goal.name, one.name)
        if finding is None or finding.verdict.code is VerdictCode.SPLIT_MISMATCH:
            continue
        who = f"{printable(one.name)}: " if len(goal.variants) > 2 else ""
        text = f"{who}{_plain_sentence(finding)}"
        needed = finding.verdict.needed
        for line in filled([f"{text}. {needed}" if needed else text], width, " "):
            yield Content.styled(line, _QUIET)


def _plain_sentence(finding: Finding) -> str:
    """The sentence without the numbers that stand beside it anyway."""
    head, _, _ = finding.verdict.sentence.partition(": lift ")
    return head


def _recent_line(one: VariantCount, goal: Goal, experiment: Experiment, recent: Recent, columns: _Columns) -> Content:
    visitors = recent.counts.visitors.get(one.name, 0)
    conversions = recent.counts.conversions.get(goal.name, {}).get(one.name, 0)
    rate = conversions / visitors if visitors else None
    lift = UNKNOWN
    control = experiment.control
    if control is not None and control != one.name:
        base_visitors = recent.counts.visitors.get(control, 0)
        base = recent.counts.conversions.get(goal.name, {}).get(control, 0)
        if base and base_visitors and rate is not None:
            lift = lift_text(rate * base_visitors / base - 1)
    return Content.assemble(
        _variant_cell(one.name, control, columns.name),
        count_text(visitors).rjust(columns.visitors),
        count_text(conversions).rjust(columns.conversions),
        (rate_text(rate).rjust(columns.rate), "bold"),
        lift.rjust(columns.lift) if columns.wide else "",
    )


def _visitor_lines(experiment: Experiment, columns: _Columns) -> Iterator[Content]:
    label = "Visitors".rjust(columns.visitors)
    yield Content.assemble((cell("No goal reached yet", columns.name), "bold $primary"), (label, _QUIET))
    for one in experiment.variants:
        name = _variant_cell(one.name, experiment.control, columns.name)
        yield Content.assemble(name, count_text(one.visitors).rjust(columns.visitors))


def _heading(title: str, columns: _Columns) -> Content:
    widths = [columns.visitors, columns.conversions, columns.rate]
    labels = ["Visitors", _conversions_label(columns.width), "Rate"]
    if columns.wide:
        widths += [columns.lift, columns.interval, columns.evidence]
        labels += ["Lift", HEADINGS[4], "Evidence"]
    labelled = "".join(label.rjust(width) for label, width in zip(labels, widths, strict=True))
    verdict = "   Verdict" if columns.wide else ""
    return Content.assemble((title, "bold $primary"), (labelled + verdict, _QUIET))


def _conversions_label(width: int) -> str:
    return "Conversions" if width >= _ROOMY else "Conv."


def _variant_cell(name: str, control: str | None, width: int) -> str:
    """The control is marked, unless its name says it already."""
    return cell(printable(name), width, " · control" if is_marked(name, control) else "")


def _widest(*texts: str) -> int:
    return max(len(text) for text in texts)
