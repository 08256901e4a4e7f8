"""What the numbers of an experiment prove: counters, settings and history joined. Every face renders this, and nothing
else, so that the screen, `lamed results` and every export say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamed.keys import PARTICIPATE

from lamed_tui.experiments.history import History, counts_of
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.statistics.conclusion import Conclusion, ConclusionCode, conclude
from lamed_tui.experiments.statistics.crossing import Standing, advance, standing
from lamed_tui.experiments.statistics.evidence import Design, Evidence, measure
from lamed_tui.experiments.statistics.sample_size import balanced_size
from lamed_tui.experiments.statistics.split import SplitState
from lamed_tui.experiments.statistics.verdict import Verdict, VerdictCode, planned_size, verdicts
from lamed_tui.experiments.wording import UNKNOWN, lift_text, utc_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from lamed_tui.config.model import ExperimentSettings
    from lamed_tui.experiments.snapshot import Experiment, Snapshot
    from lamed_tui.experiments.statistics.evidence import Comparison, Counts


@dataclass(frozen=True, slots=True)
class Finding:
    """One variant on one goal, against the control."""

    comparison: Comparison
    verdict: Verdict

    @property
    def lift(self) -> float | None:
        """The plain relative difference, 0.1 for 10% more; None where there is none."""
        return self.comparison.lift.estimate if self.comparison.lift else None

    @property
    def interval(self) -> tuple[float, float | None] | None:
        """The always-valid interval of the lift; None until there is the minimum of data for it.

        An upper end of None means that no bound can be told.
        """
        found = self.comparison.lift
        return (found.lower, found.upper) if found and self.comparison.shortfall is None else None

    @property
    def p(self) -> float | None:
        """The always-valid p-value; None as the interval is."""
        found = self.comparison.lift
        return found.p if found and self.comparison.shortfall is None else None


@dataclass(frozen=True, slots=True)
class Assessment:
    """One experiment.

    Attributes:
        findings: by goal and variant, the control left out; empty when no control is known.
        standing: what this and earlier looks have proven, for the next look to go on from.
        history: None where no series was read.
        progress: share of the planned size that is reached on the primary goal, 0 to 1, of the variant furthest
            behind; None where there is no plan.
    """

    experiment: Experiment
    evidence: Evidence
    findings: Mapping[tuple[str, str], Finding]
    conclusion: Conclusion
    standing: Standing
    history: History | None
    progress: float | None

    def of(self, goal: str, variant: str) -> Finding | None:
        """What was found for a variant on a goal."""
        return self.findings.get((goal, variant))

    def primary(self) -> Iterator[Finding]:
        """The findings on the primary goal; on every goal while there is no primary one."""
        goal = self.evidence.primary_goal
        return (one for (name, _), one in self.findings.items() if goal is None or name == goal)


def assess(
    experiment: Experiment,
    settings: ExperimentSettings | None,
    *,
    today: date,
    history: History | None = None,
    before: Standing | None = None,
) -> Assessment:
    """Assess one experiment.

    Args:
        today: the day of this look, in UTC.
        history: the stored series, which crossings, the start and the pace come from.
        before: what earlier looks have proven, where that is known; else it is worked out from the history.
    """
    design = design_of(experiment, settings)
    evidence = measure(snapshot_counts(experiment), design)
    if before is None:
        before = standing(history.by_day(), design) if history else Standing()
    now_standing = advance(before, today, evidence)
    pace = history.visitors_per_day() if history else None
    found = verdicts(evidence, crossings=now_standing.crossings, visitors_per_day=pace)
    return Assessment(
        experiment=experiment,
        evidence=evidence,
        findings={
            (one.goal, one.variant): Finding(one, verdict)
            for one, verdict in zip(evidence.comparisons, found, strict=True)
        },
        conclusion=conclude(evidence, found, days=history.age_days if history else None),
        standing=now_standing,
        history=history,
        progress=_progress(evidence, found),
    )


def assess_all(
    snapshot: Snapshot,
    settings: Mapping[str, ExperimentSettings],
    histories: Mapping[str, History] | None = None,
    before: Mapping[str, Standing] | None = None,
) -> dict[str, Assessment]:
    """Every experiment of a snapshot, by name; the arguments, by name too, as in `assess`."""
    known, stood = histories or {}, before or {}
    today = utc_day(snapshot.taken_at)
    return {
        one.name: assess(
            one,
            settings.get(one.name),
            today=today,
            history=known.get(one.name),
            before=stood.get(one.name),
        )
        for one in snapshot.experiments
    }


def design_of(experiment: Experiment, settings: ExperimentSettings | None) -> Design:
    """What was decided about an experiment before the data; without settings, the defaults."""
    if settings is None:
        return Design(control=experiment.control)
    return Design(
        control=experiment.control,
        weights=settings.weights,
        primary_goal=settings.primary_goal,
        non_unique_goals=frozenset(settings.non_unique_goals),
        guardrails=frozenset(settings.guardrails),
        minimum_detectable_effect=settings.minimum_detectable_effect,
        tuning_visitors=settings.tuning_visitors,
    )


def snapshot_counts(experiment: Experiment) -> Counts:
    """The counters of a snapshot as the statistics take them."""
    counted = {(PARTICIPATE, variant.name): variant.visitors for variant in experiment.variants}
    for goal in experiment.goals:
        counted |= {(goal.name, one.name): one.conversions for one in goal.variants}
    return counts_of(counted)


def headline(assessment: Assessment) -> str:
    """The state of an experiment in a few words, for a list: what most needs to be known first."""
    conclusion = assessment.conclusion
    if not assessment.experiment.variants:  # the settings may name some nevertheless
        return "nothing counted" if assessment.experiment.visitors_told else "no goal yet"
    fixed = {
        ConclusionCode.SPLIT_MISMATCH: "split mismatch",
        ConclusionCode.ONE_VARIANT: "one variant",
        ConclusionCode.NO_CONTROL: "control not known",
        ConclusionCode.CONTROL_UNSEEN: "control never seen",
    }
    if conclusion.code in fixed:
        return fixed[conclusion.code]
    if not assessment.evidence.comparisons:
        return "no goal yet"
    if conclusion.winner is not None:
        return f"winner: {printable(conclusion.winner)}"
    return _of_verdicts(list(assessment.primary()), conclusion.candidate)


def nothing_text(experiment: Experiment) -> str:
    """Why an experiment shows no variant at all; empty when it shows some."""
    if experiment.variants:
        return ""
    if experiment.visitors_told:
        return "nothing counted yet"
    return "no goal reached yet, and the API tells visitors only beside goals"


def _of_verdicts(findings: list[Finding], candidate: str | None) -> str:
    by_code: dict[VerdictCode, str] = {}
    for one in findings:
        by_code.setdefault(one.verdict.code, printable(one.comparison.variant))
    if VerdictCode.BROKEN in by_code:
        return "may be broken"
    if VerdictCode.BEATS_CONTROL in by_code:
        return f"{printable(candidate) if candidate else by_code[VerdictCode.BEATS_CONTROL]} leads"
    for code, words in (
        (VerdictCode.UNDECIDED, "undecided"),
        (VerdictCode.NOT_ENOUGH_DATA, "not enough data"),
        (VerdictCode.WORSE_THAN_CONTROL, "control leads"),
        (VerdictCode.NO_DIFFERENCE, "no difference"),
        (VerdictCode.RATE_ONLY, "rate only"),
    ):
        if code in by_code:
            return words
    return "undecided"


def split_text(assessment: Assessment) -> str:
    """The split test in a few words."""
    split = assessment.evidence.split
    if len(assessment.evidence.variants) < 2:
        return ""
    if split is None:
        return "split not checked: the weights do not name every variant"
    words = {SplitState.OK: "split as planned", SplitState.WARN: "split suspicious", SplitState.ALARM: "SPLIT MISMATCH"}
    return words[split.state] if split.state is SplitState.OK else f"{words[split.state]} (p {p_text(split.p)})"


def p_text(p: float) -> str:
    """A p-value with the digits that matter: "0.38", "0.012", "<0.0001"."""
    if p < 0.0001:
        return "<0.0001"
    return f"{p:.2f}" if p >= 0.095 else f"{p:.2g}" if p >= 0.001 else f"{p:.4f}"


def interval_text(interval: tuple[float, float | None] | None) -> str:
    """An interval of the lift: "-1.2% … +5.3%"."""
    if interval is None:
        return UNKNOWN
    lower, upper = interval
    highest = 99.99
    return f"{lift_text(lower)} … {'any' if upper is None or upper > highest else lift_text(upper)}"


def _progress(evidence: Evidence, found: Iterable[Verdict]) -> float | None:
    shares = []
    for comparison, verdict in zip(evidence.comparisons, found, strict=True):
        if comparison.goal != evidence.primary_goal or verdict.code is VerdictCode.RATE_ONLY:
            continue
        needed = planned_size(comparison, evidence.design)
        if needed:
            reached = balanced_size(comparison.control_arm.trials, comparison.variant_arm.trials)
            shares.append(min(reached / needed, 1.0))
    return min(shares, default=None)
