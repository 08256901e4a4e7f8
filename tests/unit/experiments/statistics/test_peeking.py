"""Tests that are watched all the time hardly ever show what is not so. `pytest -rP` shows the rates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamed_tui.experiments.statistics.evidence import BROKEN_BELOW, HARDLY
from lamed_tui.experiments.statistics.verdict import VerdictCode
from tests.unit.experiments.statistics.peeking import ALPHA, CASES, EXPERIMENTS, LOOKS, Case, Runs, family, watch

PAGE = Path(__file__).parents[4] / "docs" / "statistics.md"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_a_a_test_watched_all_the_time_hardly_ever_shows_a_difference(case: Case) -> None:
    rates = watch(case)
    print(  # noqa: T201 - the rates are what this test is for
        f"A/A at {case.rate:.0%}, {case.share:.0%} of visitors to the variant, {EXPERIMENTS} experiments of {LOOKS} "
        f"looks: ever z > 1.96 {rates.naive:.1%}, ever an interval without 0 {rates.interval:.2%}, "
        f"ever a false verdict {rates.verdict:.2%}, at last no difference above 10% {rates.no_difference:.0%}"
    )
    assert rates.naive > 0.3
    assert rates.interval <= ALPHA
    assert rates.verdict <= ALPHA
    assert rates.row(case) in PAGE.read_text(), "docs/statistics.md shows other numbers: run docs/make_simulation.py"


def test_several_variants_together_hardly_ever_show_a_difference() -> None:
    rate = family(3, 0.05, seed=106)
    print(f"A/A/A/A at 5%: ever any interval without 0 {rate:.2%}")  # noqa: T201 - as above
    assert rate <= ALPHA
    assert f"{rate:.2%}" in PAGE.read_text(), "docs/statistics.md shows another number"


@pytest.mark.parametrize("rate", [0.1, 0.36, 0.9])
def test_a_control_that_is_beaten_twice_over_is_hardly_ever_called_broken(rate: float) -> None:
    """Nor a variant that does so much worse: both work, and the lift will say how well."""
    runs = Runs.simulated(rate * HARDLY, 0.5, 107, variant_rate=rate)
    few = np.minimum(runs.control_conversions, runs.variant_conversions) < 25
    total = runs.control_conversions + runs.variant_conversions
    suspects = few & (runs.variant_conversions > total * 0.6) & (total >= 20)
    broken = 0
    for looks, experiment in zip(suspects, range(EXPERIMENTS), strict=True):
        codes = (runs.product(experiment, look)[1].code for look in np.flatnonzero(looks))
        broken += VerdictCode.BROKEN in codes
    print(f"{rate:.0%} against {rate * HARDLY:.0%}: ever called broken {broken / EXPERIMENTS:.2%}")  # noqa: T201 - as above
    assert broken / EXPERIMENTS <= BROKEN_BELOW
