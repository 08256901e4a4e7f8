"""Numbers for one single look."""

from __future__ import annotations

from fractions import Fraction
from math import erf, sqrt

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from lamed_tui.experiments.statistics.arm import Arm
from lamed_tui.experiments.statistics.single_look import Chance, chance, wilson_interval
from tests.unit.experiments.statistics.oracles import all_finite, beta_chance_and_loss, unhurried, wilson

COUNTS = st.one_of(st.sampled_from([0, 1, 10**9]), st.integers(0, 10**9), st.integers(0, 200))
ARMS = st.builds(Arm, COUNTS, COUNTS)
TRIALS = st.one_of(st.integers(1, 50), st.integers(1, 30_000))
few = settings(deadline=None, max_examples=40)  # one answer takes milliseconds


@st.composite
def proportions(draw: st.DrawFn) -> Arm:
    trials = draw(TRIALS)
    return Arm(draw(st.integers(0, trials)), trials)


def chances(control: Arm, variant: Arm) -> Chance:
    found = chance(control, variant)
    assert found is not None
    return found


@pytest.mark.parametrize(("arm", "lower", "upper"), [(Arm(81, 263), 0.255289, 0.366210), (Arm(0, 20), 0.0, 0.161125)])
def test_wilsons_interval_gives_the_published_numbers(arm: Arm, lower: float, upper: float) -> None:
    assert wilson_interval(arm) == pytest.approx((lower, upper), abs=5e-7)


@unhurried
@given(proportions(), st.floats(0.0001, 0.9))
def test_wilsons_interval_agrees_with_statsmodels(arm: Arm, alpha: float) -> None:
    assert wilson_interval(arm, alpha=alpha) == pytest.approx(wilson(arm.successes, arm.trials, alpha), abs=1e-12)


@unhurried
@given(ARMS)
def test_wilsons_interval_lies_between_0_and_1_around_the_rate(arm: Arm) -> None:
    found = wilson_interval(arm)
    assert (found is None) == (not arm.is_proportion)
    if found and arm.rate is not None:
        assert 0 <= found[0] <= arm.rate <= found[1] <= 1


def test_the_chance_to_be_better_gives_the_published_numbers() -> None:
    assert chances(Arm(49, 100), Arm(51, 100)).variant_is_better == pytest.approx(0.610770523, abs=5e-10)
    found = chances(Arm(100, 1000), Arm(130, 1000))
    assert found.variant_is_better == pytest.approx(0.982165066, abs=5e-10)
    assert found.loss_of_variant == pytest.approx(9.2374e-5, abs=5e-10)


@settings(few, max_examples=100)
@given(proportions(), proportions())
@example(Arm(3, 10), Arm(9_000, 30_000))
@example(Arm(0, 30_000), Arm(0, 1))
def test_chance_and_loss_agree_with_scipys_beta_distribution(control: Arm, variant: Arm) -> None:
    parameters = [(1 + arm.successes, 1 + arm.trials - arm.successes) for arm in (control, variant)]
    better, loss = beta_chance_and_loss(*parameters)
    found = chances(control, variant)
    assert found.variant_is_better == pytest.approx(better, abs=1e-7)
    assert found.loss_of_variant == pytest.approx(loss, rel=1e-6, abs=1e-8)


def test_the_loss_between_two_nearly_perfect_rates_keeps_its_digits() -> None:
    """For Beta(a, 1) and Beta(b, 2) the integral of one distribution function times one minus the other is exact."""
    control, variant = Arm(13_914, 13_914), Arm(14_299, 14_300)
    a, b = 13_915, 14_300
    loss = 1 - Fraction(b, b + 2) - Fraction(b + 1, a + b + 1) + Fraction(b, a + b + 2)
    assert chances(control, variant).loss_of_variant == pytest.approx(float(loss), rel=1e-8)


@few
@given(proportions(), proportions())
def test_swapping_the_arms_mirrors_everything(control: Arm, variant: Arm) -> None:
    forward, backward = chances(control, variant), chances(variant, control)
    assert forward.variant_is_better == pytest.approx(1 - backward.variant_is_better, abs=1e-8)
    assert forward.loss_of_variant == pytest.approx(backward.loss_of_control, abs=1e-8)


@few
@given(proportions(), st.integers(1, 30_000), st.data())
def test_more_conversions_never_lower_the_chance_to_be_better(control: Arm, trials: int, data: st.DataObject) -> None:
    fewer = data.draw(st.integers(0, trials - 1))
    more = data.draw(st.integers(fewer + 1, trials))
    before, after = chances(control, Arm(fewer, trials)), chances(control, Arm(more, trials))
    assert after.variant_is_better >= before.variant_is_better - 1e-8


@few
@given(st.integers(10**6, 10**9), st.floats(0.01, 0.99), st.floats(-4, 4))
def test_for_large_counts_the_chance_is_nearly_that_of_a_normal_difference(
    trials: int, rate: float, standard_errors: float
) -> None:
    successes = round(trials * rate)
    more = successes + round(standard_errors * sqrt(2 * rate * (1 - rate) * trials))
    assume(0 < more < trials)
    z = (more - successes) / sqrt(2 * rate * (1 - rate) * trials)
    found = chances(Arm(successes, trials), Arm(more, trials))
    assert found.variant_is_better == pytest.approx((1 + erf(z / sqrt(2))) / 2, abs=2e-3)


@few
@given(ARMS, ARMS)
@example(Arm(0, 10**9), Arm(10**9, 10**9))
@example(Arm(0, 1), Arm(10**9, 10**9))
@example(Arm(10**15, 10**15), Arm(0, 10**15))
def test_no_counts_crash_it_or_give_a_number_that_is_none(control: Arm, variant: Arm) -> None:
    found = chance(control, variant)
    assert all_finite(found)
    assert (found is None) == (not (control.is_proportion and variant.is_proportion))
    if found:
        assert 0 <= found.variant_is_better <= 1
        assert 0 <= found.loss_of_variant <= 1
        assert 0 <= found.loss_of_control <= 1
