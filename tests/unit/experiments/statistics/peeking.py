"""Watching an A/A test all the time: how often does it ever show a difference that is not there?

Each simulated experiment sends every visitor to one of several identical arms and is looked at after every 20 visitors,
2,000 times. numpy finds the looks at which something might be shown, with formulas of its own, and the product's
functions then decide at those looks. A random sample of all looks goes through the product as well, so that the search
cannot hide anything.

`test_peeking.py` holds the rates below alpha, and `docs/make_simulation.py` draws them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose, log
from typing import TYPE_CHECKING

import numpy as np

from lamed_tui.experiments.statistics.evidence import Counts, Design, measure
from lamed_tui.experiments.statistics.verdict import VerdictCode, verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lamed_tui.experiments.statistics.evidence import Comparison
    from lamed_tui.experiments.statistics.verdict import Verdict

ALPHA = 0.05
EXPERIMENTS = 2000
LOOKS = 2000
VISITORS_BETWEEN_LOOKS = 20
SAMPLE = 1500
FALSE = {
    VerdictCode.BEATS_CONTROL,
    VerdictCode.WORSE_THAN_CONTROL,
    VerdictCode.BROKEN,
    VerdictCode.SPLIT_MISMATCH,
}
"""What would be wrong to say of two identical arms; "no difference larger than ±10%" is true of them."""


@dataclass(frozen=True)
class Runs:
    """Counts of many experiments (rows) at every look (columns)."""

    control_visitors: NDArray[np.int64]
    variant_visitors: NDArray[np.int64]
    control_conversions: NDArray[np.int64]
    variant_conversions: NDArray[np.int64]
    share: float

    @classmethod
    def simulated(cls, rate: float, share: float, seed: int, *, variant_rate: float | None = None) -> Runs:
        """With one rate for both arms, unless the variant has its own."""
        random = np.random.default_rng(seed)
        to_variant = random.binomial(VISITORS_BETWEEN_LOOKS, share, (EXPERIMENTS, LOOKS))
        to_control = VISITORS_BETWEEN_LOOKS - to_variant
        return cls(
            to_control.cumsum(axis=1),
            to_variant.cumsum(axis=1),
            random.binomial(to_control, rate).cumsum(axis=1),
            random.binomial(to_variant, rate if variant_rate is None else variant_rate).cumsum(axis=1),
            share,
        )

    def product(self, experiment: int | np.integer, look: int | np.integer) -> tuple[Comparison, Verdict]:
        """What the product says at one look."""
        visitors = {"control": self.control_visitors[experiment, look], "blue": self.variant_visitors[experiment, look]}
        conversions = {
            "control": self.control_conversions[experiment, look],
            "blue": self.variant_conversions[experiment, look],
        }
        counts = Counts(
            {name: int(count) for name, count in visitors.items()},
            {"buy": {name: int(count) for name, count in conversions.items()}},
        )
        design = Design(control="control", weights={"control": 1 - self.share, "blue": self.share}, alpha=ALPHA)
        evidence = measure(counts, design)
        (verdict,) = verdicts(evidence)
        return evidence.comparisons[0], verdict

    def log_evidence(self, alpha: float = ALPHA) -> NDArray[np.float64]:
        """ln E of the log ratio, by numpy."""
        visitors = self.control_visitors + self.variant_visitors
        mixture = (-2 * log(alpha) + log(1 - 2 * log(alpha))) / 5000
        weight = visitors * mixture
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = sum(
                1 / (successes + 0.5) - 1 / (trials + 0.5)
                for successes, trials in (
                    (self.control_conversions, self.control_visitors),
                    (self.variant_conversions, self.variant_visitors),
                )
            )
            control = (self.control_conversions + 0.5) / (self.control_visitors + 0.5)
            variant = (self.variant_conversions + 0.5) / (self.variant_visitors + 0.5)
            squared = np.log(variant / control) ** 2 / variance
            log_evidence: NDArray[np.float64] = weight / (weight + 1) * squared / 2 - np.log(weight + 1) / 2
        return log_evidence

    def standard_errors(self) -> NDArray[np.float64]:
        """The z of a textbook test of two proportions, by numpy."""
        visitors = self.control_visitors + self.variant_visitors
        pooled = (self.control_conversions + self.variant_conversions) / visitors
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = pooled * (1 - pooled) * (1 / self.control_visitors + 1 / self.variant_visitors)
            control = self.control_conversions / self.control_visitors
            variant = self.variant_conversions / self.variant_visitors
            z: NDArray[np.float64] = np.abs(variant - control) / np.sqrt(variance)
        return z

    def has_minimum_of_data(self) -> NDArray[np.bool_]:
        """100 visitors per arm, 25 conversions and 25 non-conversions, without the rule for lopsided splits."""
        visitors = self.control_visitors + self.variant_visitors
        conversions = self.control_conversions + self.variant_conversions
        fewest = np.minimum(self.control_visitors, self.variant_visitors)
        enough: NDArray[np.bool_] = (fewest >= 100) & (conversions >= 25) & (visitors - conversions >= 25)
        return enough

    def may_be_a_mismatch(self) -> NDArray[np.bool_]:
        """Looks at which visitors or conversions are split worse than 3.5 standard errors; an alarm takes over 4."""

        def is_off(control: NDArray[np.int64], variant: NDArray[np.int64]) -> NDArray[np.bool_]:
            total = control + variant
            spread = np.sqrt(total * self.share * (1 - self.share))
            off: NDArray[np.bool_] = (np.abs(variant - total * self.share) > 3.5 * spread) & (total > 0)
            return off

        few = np.minimum(self.control_conversions, self.variant_conversions) < 25
        return is_off(self.control_visitors, self.variant_visitors) | (
            few & is_off(self.control_conversions, self.variant_conversions)
        )


@dataclass(frozen=True)
class Case:
    """One simulation: the rate of both arms, the share of visitors that the variant gets, and a seed."""

    rate: float
    share: float
    seed: int


CASES = (Case(0.01, 0.5, 101), Case(0.05, 0.5, 102), Case(0.2, 0.5, 103), Case(0.05, 0.1, 104), Case(0.95, 0.1, 105))


@dataclass(frozen=True)
class Rates:
    """Share of the experiments that ever, at any look, ..."""

    naive_by_look: NDArray[np.float64]
    """... up to each look had z > 1.96 with the minimum of data."""
    interval: float
    """... had an interval without 0, with the minimum of data of `evidence.shortfall`."""
    verdict_by_look: NDArray[np.float64]
    """... up to each look showed a false verdict of any kind."""
    no_difference: float
    """... ended with "no difference larger than ±10%", which is true."""

    @property
    def naive(self) -> float:
        """At any look."""
        return float(self.naive_by_look[-1])

    @property
    def verdict(self) -> float:
        """At any look."""
        return float(self.verdict_by_look[-1])

    def row(self, case: Case) -> str:
        """A line of the table in docs/statistics.md."""
        cells = (f"{case.rate:.0%}", f"{case.share:.0%}", f"{self.naive:.1%}")
        return f"| {' | '.join(cells)} | {self.interval:.2%} | {self.verdict:.2%} | {self.no_difference:.0%} |"


def watch(case: Case) -> Rates:
    """Look at every experiment of a case all the time."""
    runs = Runs.simulated(case.rate, case.share, case.seed)
    log_evidence, enough = runs.log_evidence(), runs.has_minimum_of_data()
    beyond = enough & (log_evidence > -log(ALPHA) - 1e-6)
    suspects = beyond | runs.may_be_a_mismatch()
    intervals = no_difference = 0
    shown_since = np.zeros(LOOKS)
    for experiment in range(EXPERIMENTS):
        intervals += any(runs.product(experiment, look)[0].direction for look in np.flatnonzero(beyond[experiment]))
        for look in np.flatnonzero(suspects[experiment]):
            if runs.product(experiment, look)[1].code in FALSE:
                shown_since[look] += 1
                break
        no_difference += runs.product(experiment, LOOKS - 1)[1].code is VerdictCode.NO_DIFFERENCE
    check_that_the_search_hides_nothing(runs, log_evidence, suspects, case.seed)
    naive = enough & (runs.standard_errors() > 1.96)
    return Rates(
        naive_by_look=np.logical_or.accumulate(naive, axis=1).mean(axis=0),
        interval=intervals / EXPERIMENTS,
        verdict_by_look=shown_since.cumsum() / EXPERIMENTS,
        no_difference=no_difference / EXPERIMENTS,
    )


def check_that_the_search_hides_nothing(
    runs: Runs, log_evidence: NDArray[np.float64], suspects: NDArray[np.bool_], seed: int
) -> None:
    random = np.random.default_rng(seed + 1)
    for experiment, look in zip(
        random.integers(EXPERIMENTS, size=SAMPLE), random.integers(LOOKS, size=SAMPLE), strict=True
    ):
        comparison, verdict = runs.product(experiment, look)
        if comparison.lift is not None:
            assert isclose(comparison.lift.log_evidence, log_evidence[experiment, look], abs_tol=1e-9)
        assert verdict.code not in FALSE or suspects[experiment, look]


def family(variants: int, rate: float, seed: int) -> float:
    """Share of the experiments with several variants in which any of them ever had an interval without 0."""
    random = np.random.default_rng(seed)
    arms = ["control", *(f"variant {number}" for number in range(variants))]
    design = Design(control="control", alpha=ALPHA)
    false = 0
    for _ in range(EXPERIMENTS):
        arrived = random.multinomial(VISITORS_BETWEEN_LOOKS, [1 / len(arms)] * len(arms), LOOKS)
        visitors, conversions = arrived.cumsum(axis=0), random.binomial(arrived, rate).cumsum(axis=0)
        pairs = [
            Runs(visitors[None, :, 0], visitors[None, :, arm], conversions[None, :, 0], conversions[None, :, arm], 0.5)
            for arm in range(1, len(arms))
        ]
        level = -log(ALPHA / variants) - 1e-6
        beyond = np.logical_or.reduce([pair.log_evidence(ALPHA / variants)[0] > level for pair in pairs])
        for look in np.flatnonzero(beyond):
            counts = Counts(
                dict(zip(arms, visitors[look].tolist(), strict=True)),
                {"buy": dict(zip(arms, conversions[look].tolist(), strict=True))},
            )
            if any(comparison.direction for comparison in measure(counts, design).comparisons):
                false += 1
                break
    return false / EXPERIMENTS
