"""Assessed experiments as rows of text: the table of `lamed results`, CSV and Markdown."""

from __future__ import annotations

import csv
from dataclasses import astuple, dataclass
from io import StringIO
from typing import TYPE_CHECKING

from lamed_tui.experiments.assessment import interval_text, nothing_text, p_text, split_text
from lamed_tui.experiments.history import age_text
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.wording import UNKNOWN, count_text, day_text, lift_text, plural, rate_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lamed_tui.experiments.assessment import Assessment
    from lamed_tui.experiments.history import History
    from lamed_tui.experiments.snapshot import Experiment, Goal, Snapshot, VariantCount

HEADINGS = ("Visitors", "Conversions", "Rate", "Lift", "95% always-valid", "Evidence", "Verdict")
"""Of the numbers of a row; all but the last are aligned to the right."""

CSV_FIELDS = (
    *("experiment", "goal", "variant", "is_control", "visitors", "conversions", "rate"),
    *("lift", "lift_low", "lift_high", "evidence_p", "verdict", "sentence", "split_p", "split_state"),
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\|`*_[]<>#~&!"})


@dataclass(frozen=True, slots=True)
class Cells:
    """What the columns of `HEADINGS` say about one variant on one goal."""

    visitors: str
    conversions: str
    rate: str
    lift: str
    interval: str
    evidence: str
    verdict: str


def cells(one: VariantCount, goal: Goal, assessment: Assessment) -> Cells:
    """The row of a variant on a goal."""
    finding = assessment.of(goal.name, one.name)
    lift = interval = evidence = UNKNOWN
    verdict = "control" if one.name == assessment.experiment.control else ""
    if finding is not None:
        verdict = finding.verdict.label
        lift, interval = lift_text(finding.lift), interval_text(finding.interval)
        evidence = UNKNOWN if finding.p is None else f"p {p_text(finding.p)}"
    return Cells(
        count_text(one.visitors), count_text(one.conversions), rate_text(one.rate), lift, interval, evidence, verdict
    )


def variant_label(name: str, experiment: Experiment) -> str:
    """The variant's name; the control is marked, unless its name says so already."""
    return printable(name) + (" (control)" if is_marked(name, experiment.control) else "")


def is_marked(name: str, control: str | None) -> bool:
    """Whether a variant is to be marked as the control: it is, and its name does not say so already."""
    return name == control and name.casefold() != "control"


def facts(assessment: Assessment) -> list[str]:
    """What to know about an experiment as a whole, a few words each."""
    history = assessment.history
    visitors = plural(assessment.experiment.visitors, "visitor", separated=True)
    found = [nothing_text(assessment.experiment) or visitors]
    if history is not None and history.age_days is not None:
        found.append(_age(history, history.age_days))
        pace = sum(history.visitors_per_day().values())
        if pace:
            found.append(f"{count_text(round(pace))} visitors/day")
    if assessment.progress is not None:
        effect = assessment.evidence.design.minimum_detectable_effect
        found.append(f"{assessment.progress:.0%} of the way to ±{effect * 100:g}%")
    if split := split_text(assessment):
        found.append(split)
    return found


def _age(history: History, days: float) -> str:
    """The start is known to the hour, so no smaller age than hours is told."""
    if history.started is None:
        return f"since before {day_text(history.known_since or history.read_at)} ({age_text(days)})"
    if days < 1:
        return f"since {history.started:%H:%M} UTC"
    return f"since {day_text(history.started)} ({age_text(days)})"


def as_csv(snapshot: Snapshot, assessments: Mapping[str, Assessment]) -> str:
    """One line a variant and goal, numbers unformatted; names that a spreadsheet would run are quoted."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_FIELDS)
    for experiment in snapshot.experiments:
        writer.writerows(_csv_rows(experiment, assessments[experiment.name]))
    return text.getvalue()


def as_markdown(snapshot: Snapshot, assessments: Mapping[str, Assessment]) -> str:
    """A section an experiment, readable in a pull request."""
    taken = f"{day_text(snapshot.taken_at)}, {snapshot.taken_at:%H:%M %Z}"
    parts = [f"## Results of {_escaped(snapshot.namespace)}, {taken}"]
    for experiment in snapshot.experiments:
        parts += _markdown_section(experiment, assessments[experiment.name])
    parts.append(
        "Intervals and p-values are always-valid: they hold however often one looks. They allow for several variants."
    )
    return "\n\n".join(parts) + "\n"


def _csv_rows(experiment: Experiment, assessment: Assessment) -> Iterator[tuple[object, ...]]:
    split = assessment.evidence.split
    tail = (split.p, split.state.value) if split else ("", "")
    name = _no_formula(experiment.name)
    if not experiment.goals:
        for variant in experiment.variants:
            is_control = variant.name == experiment.control
            yield name, "", _no_formula(variant.name), is_control, variant.visitors, *[""] * 8, *tail
    for goal in experiment.goals:
        for one in goal.variants:
            finding = assessment.of(goal.name, one.name)
            lower, upper = (finding.interval if finding else None) or (None, None)
            numbers = (finding.lift, lower, upper, finding.p) if finding else (None,) * 4
            words = (finding.verdict.code.value, finding.verdict.sentence) if finding else ("", "")
            yield (
                *(name, _no_formula(goal.name), _no_formula(one.name), one.name == experiment.control),
                *(one.visitors, one.conversions, one.rate, *numbers, *words, *tail),
            )


def _markdown_section(experiment: Experiment, assessment: Assessment) -> Iterator[str]:
    yield f"### {_escaped(experiment.name)}"
    yield f"**{_escaped(assessment.conclusion.sentence)}**"
    yield " · ".join(_escaped(fact) for fact in facts(assessment))
    if experiment.goals:
        rows = [("Goal", "Variant", *HEADINGS), ("---", "---", *["---:"] * (len(HEADINGS) - 1), "---")]
        for goal in experiment.goals:
            for one in goal.variants:
                found = cells(one, goal, assessment)
                label = variant_label(one.name, experiment)
                rows.append((_escaped(printable(goal.name)), _escaped(label), *map(_escaped, astuple(found))))
        yield "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _escaped(text: str) -> str:
    return printable(text).translate(_MARKDOWN)


def _no_formula(name: str) -> str:
    shown = printable(name)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
