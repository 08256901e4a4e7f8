"""How many visitors, how many days."""

from __future__ import annotations

from math import log, sqrt

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lamed_tui.experiments.statistics.arm import Arm
from lamed_tui.experiments.statistics.lift import boundary, lift, mixture_variance
from lamed_tui.experiments.statistics.sample_size import (
    balanced_size,
    days_left,
    fixed_sample_size,
    sequential_sample_size,
)
from tests.unit.experiments.statistics.oracles import all_finite, normal_cdf, one_tail_size, root, unhurried

RATES = st.floats(0.001, 0.999)
POWERS = st.floats(0.5, 0.99)
ALPHAS = st.floats(1e-4, 0.3)
EFFECTS = st.one_of(st.floats(0.005, 3), st.floats(-0.9, -0.005))


@pytest.mark.parametrize(("rate", "difference", "size"), [(0.20, 0.05, 1030.22), (0.05, 0.005, 30244.40)])
def test_the_fixed_size_gives_the_published_numbers(rate: float, difference: float, size: float) -> None:
    assert fixed_sample_size(rate, difference) == pytest.approx(size, abs=0.005)


def test_the_sequential_size_gives_the_published_numbers() -> None:
    assert sequential_sample_size(0.05, 0.01, tuning_visitors=5000) == pytest.approx(16958, abs=0.5)
    assert fixed_sample_size(0.05, 0.01) == pytest.approx(7663, abs=0.5)


@unhurried
@given(RATES, EFFECTS, ALPHAS, POWERS)
def test_the_fixed_size_agrees_with_statsmodels(rate: float, effect: float, alpha: float, power: float) -> None:
    assume(0.001 < rate * (1 + effect) < 0.999)
    other = rate * (1 + effect)
    spreads = sqrt(2 * rate * (1 - rate)), sqrt(rate * (1 - rate) + other * (1 - other))
    found = fixed_sample_size(rate, rate * effect, alpha=alpha, power=power)
    assert found == pytest.approx(one_tail_size(abs(rate * effect), power, alpha / 2, *spreads), rel=1e-6)


@unhurried
@given(RATES, EFFECTS, ALPHAS, POWERS, st.floats(100, 1e6))
def test_the_sequential_size_is_where_scipy_finds_the_power_reached(
    rate: float, effect: float, alpha: float, power: float, tuning_visitors: float
) -> None:
    other = rate * (1 + effect)
    assume(0.001 < other < 0.999)

    def excess(size: float) -> float:
        error = sqrt(((1 - rate) / rate + (1 - other) / other) / size)
        half_width = error * boundary(2 * size, alpha, mixture_variance(alpha, tuning_visitors))
        return normal_cdf((abs(log(other / rate)) - half_width) / error) - power

    found = sequential_sample_size(rate, rate * effect, alpha=alpha, power=power, tuning_visitors=tuning_visitors)
    assert found is not None
    assert found == pytest.approx(root(excess, found / 3, found * 3), rel=1e-5)


@unhurried
@given(RATES, EFFECTS, ALPHAS)
def test_watching_costs_more_visitors_than_one_single_look(rate: float, effect: float, alpha: float) -> None:
    assume(0.001 < rate * (1 + effect) < 0.999)
    sequential, fixed = (size(rate, rate * effect, alpha=alpha) for size in (sequential_sample_size, fixed_sample_size))
    assert sequential is not None
    assert fixed is not None
    assert sequential > fixed * 0.9  # the two use different scales, which matters for large effects


def test_at_the_sequential_size_the_expected_counts_are_about_one_power_quantile_past_the_boundary() -> None:
    size = sequential_sample_size(0.05, 0.01, power=0.5)
    assert size is not None
    found = lift(Arm(round(size * 0.05), round(size)), Arm(round(size * 0.06), round(size)))
    assert found is not None
    assert found.p == pytest.approx(0.05, rel=0.05)  # power .5: the expected counts sit on the boundary itself


@pytest.mark.parametrize(
    ("rate", "difference"),
    [(0.0, 0.1), (1.0, -0.1), (0.5, 0.0), (0.5, 0.5), (0.5, -0.5), (0.9, 0.2), (-0.1, 0.3), (0.5, 1e-200)],
)
def test_there_is_no_size_for_what_is_no_question(rate: float, difference: float) -> None:
    assert fixed_sample_size(rate, difference) is None
    assert sequential_sample_size(rate, difference) is None


@unhurried
@given(
    st.floats(-1, 2),
    st.one_of(st.floats(-1, 1), st.sampled_from([1e-16, -1e-16, 1e-9])),
    st.floats(1e-9, 0.9),
    st.floats(0.5, 0.999),
    st.floats(1, 1e12),
)
@example(1e-12, 1e-13, 0.05, 0.8, 5000.0)
def test_sizes_are_finite_and_positive_or_none(
    rate: float, difference: float, alpha: float, power: float, tuning_visitors: float
) -> None:
    sizes = (
        fixed_sample_size(rate, difference, alpha=alpha, power=power),
        sequential_sample_size(rate, difference, alpha=alpha, power=power, tuning_visitors=tuning_visitors),
    )
    assert all_finite(sizes)
    assert all(size is None or size > 0 for size in sizes)


@pytest.mark.parametrize(
    ("control", "variant", "balanced"), [(1000, 1000, 1000), (3000, 1000, 1500), (0, 5, 0), (0, 0, 0)]
)
def test_uneven_arms_are_worth_their_harmonic_mean(control: int, variant: int, balanced: float) -> None:
    assert balanced_size(control, variant) == balanced


@pytest.mark.parametrize(
    ("needed", "control", "variant", "control_per_day", "variant_per_day", "days"),
    [
        (1000, 100, 100, 50, 50, 18),
        (1000, 1000, 1000, 50, 50, 0),
        (1000, 5000, 5000, 0, 0, 0),
        (1000, 100, 100, 0, 0, None),
        (1000, 0, 0, 50, 50, 20),
        (1000, 0, 0, 50, 0, None),
        (1000, 100, 600, 50, 0, 58),  # the control catches up until the fixed 600 are worth 1,000 with it
        (1000, 100, 400, 50, 0, None),  # however many visitors the control gets, 400 others are worth 800 at most
    ],
)
def test_days_left(
    needed: float, control: int, variant: int, control_per_day: float, variant_per_day: float, days: float | None
) -> None:
    found = days_left(needed, control, variant, control_per_day=control_per_day, variant_per_day=variant_per_day)
    assert found == (None if days is None else pytest.approx(days))


@unhurried
@given(st.floats(1, 1e6), st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0.01, 1e5), st.floats(0.01, 1e5))
def test_after_the_days_left_the_arms_are_worth_what_is_needed(
    needed: float, control: int, variant: int, control_per_day: float, variant_per_day: float
) -> None:
    days = days_left(needed, control, variant, control_per_day=control_per_day, variant_per_day=variant_per_day)
    assert days is not None
    reached = balanced_size(control + days * control_per_day, variant + days * variant_per_day)
    assert reached == pytest.approx(needed, rel=1e-6) if days else reached >= needed
