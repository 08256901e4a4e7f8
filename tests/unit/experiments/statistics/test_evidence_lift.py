"""The lift and its interval: published vectors, an independent computation, and how it must behave everywhere."""

from __future__ import annotations

from math import exp, inf, log, pi, sqrt

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lamed_tui.experiments.statistics.arm import Arm
from lamed_tui.experiments.statistics.lift import Lift, boundary, lift, mixture_variance
from tests.unit.experiments.statistics.oracles import (
    all_finite,
    integral,
    log_ratio_interval,
    normal_quantile,
    unhurried,
)

COUNTS = st.one_of(st.sampled_from([0, 1, 2, 25, 10**9, 10**12]), st.integers(0, 10**9), st.integers(0, 500))
ARMS = st.builds(Arm, COUNTS, COUNTS)
PROPORTIONS = st.tuples(COUNTS, COUNTS).map(lambda pair: Arm(min(pair), max(pair))).filter(lambda arm: arm.trials > 0)
ALPHAS = st.floats(1e-6, 0.5)


def judged(control: Arm, variant: Arm, **design: float) -> Lift:
    found = lift(control, variant, **design)
    assert found is not None
    return found


def centre_of(found: Lift) -> float:
    """The middle of the interval on the log scale: the ratio of (s + ½)/(n + ½), minus 1."""
    assert found.upper is not None
    return sqrt((1 + found.lower) * (1 + found.upper)) - 1


@pytest.mark.parametrize(
    ("control", "variant", "centre", "lower", "upper", "p"),
    [
        (Arm(100, 1000), Arm(130, 1000), 0.298507, -0.121132, 0.918515, 0.387870),
        (Arm(20, 2000), Arm(45, 2000), 1.219512, -0.005716, 3.954555, 0.052923),
    ],
)
def test_the_log_ratio_sequence_gives_the_published_numbers(
    control: Arm, variant: Arm, centre: float, lower: float, upper: float, p: float
) -> None:
    found = judged(control, variant, alpha=0.05, tuning_visitors=5000)
    assert (centre_of(found), found.lower, found.upper, found.p) == pytest.approx((centre, lower, upper, p), abs=5e-7)


def test_the_estimate_shown_is_the_plain_ratio_of_rates() -> None:
    assert judged(Arm(100, 1000), Arm(130, 1000)).estimate == pytest.approx(0.3)


def test_the_boundary_is_that_of_a_normal_mixture_in_confseq() -> None:
    standard_error = 1 / sqrt(100)
    assert standard_error * boundary(100, 0.05, mixture_variance(0.05, 100)) == pytest.approx(0.3035209, abs=5e-8)


@pytest.mark.parametrize(
    ("control", "variant", "lower", "upper"),
    [((100, 1000), (130, 1000), -0.014518, 0.074518), ((20, 2000), (45, 2000), 0.000359, 0.024641)],
)
def test_the_boundary_around_an_absolute_difference_is_that_of_gbstats(
    control: tuple[int, int], variant: tuple[int, int], lower: float, upper: float
) -> None:
    rates = [successes / trials for successes, trials in (control, variant)]
    variance = sum(rate * (1 - rate) / arm[1] for rate, arm in zip(rates, (control, variant), strict=True))
    half_width = sqrt(variance) * boundary(control[1] + variant[1], 0.05, mixture_variance(0.05, 5000))
    difference = rates[1] - rates[0]
    assert difference - half_width == pytest.approx(lower, abs=5e-7)
    assert difference + half_width == pytest.approx(upper, abs=5e-7)


@unhurried
@given(PROPORTIONS, PROPORTIONS, ALPHAS)
def test_the_interval_is_a_single_look_interval_stretched_by_the_boundary(
    control: Arm, variant: Arm, alpha: float
) -> None:
    assume(max(control.trials, variant.trials) <= 10**7)  # beyond, statsmodels' own 1/s - 1/n loses the digits compared
    assume(control.successes < control.trials and variant.successes < variant.trials)
    found = judged(control, variant, alpha=alpha)
    low, high = log_ratio_interval(
        (variant.successes, variant.trials), (control.successes, control.trials), alpha=0.3173
    )
    standard_error = (log(high) - log(low)) / 2 / normal_quantile(1 - 0.3173 / 2)
    reach = boundary(control.trials + variant.trials, alpha, mixture_variance(alpha, 5000))
    middle = (log(high) + log(low)) / 2
    assume(middle + standard_error * reach < 600)
    assert found.upper is not None
    assert log(1 + found.upper) == pytest.approx(middle + standard_error * reach, rel=1e-4, abs=1e-5)


@unhurried
@given(st.integers(20, 10**5), st.floats(-8, 8), ALPHAS)
def test_the_evidence_is_a_likelihood_ratio_averaged_over_a_normal_prior(
    visitors: int, standard_errors: float, alpha: float
) -> None:
    """E is the mean of exp(effect·S - effect²·N/2) over effects drawn from a normal of variance rho²."""
    mixture = mixture_variance(alpha, 5000)
    total = standard_errors * sqrt(visitors)

    def weighed(effect: float) -> float:
        density = exp(-effect * effect / mixture / 2) / sqrt(2 * pi * mixture)
        return exp(effect * total - effect * effect * visitors / 2) * density

    peak = total / (visitors + 1 / mixture)
    width = 12 / sqrt(visitors + 1 / mixture)
    weight = visitors * mixture
    log_evidence = (weight / (weight + 1) * standard_errors**2 - log(weight + 1)) / 2
    assert log(integral(weighed, peak - width, peak + width)) == pytest.approx(log_evidence, abs=1e-6)


@unhurried
@given(PROPORTIONS, PROPORTIONS, ALPHAS)
def test_p_is_at_most_alpha_exactly_when_the_interval_leaves_out_no_difference(
    control: Arm, variant: Arm, alpha: float
) -> None:
    found = lift(control, variant, alpha=alpha)
    if found is not None and abs(found.p / alpha - 1) > 1e-6:
        assert (found.p <= alpha) == (found.direction != 0)


@unhurried
@given(PROPORTIONS, PROPORTIONS)
def test_swapping_the_arms_turns_the_interval_around(control: Arm, variant: Arm) -> None:
    forward, backward = lift(control, variant), lift(variant, control)
    assert (forward is None) == (backward is None)
    if forward and backward:
        assert forward.p == pytest.approx(backward.p)
        assert forward.direction == -backward.direction
        if forward.upper is not None and backward.upper is not None:
            # a lower end within 1e-16 of -100% has no digits left to be compared by
            assert (1 + forward.lower) * (1 + backward.upper) == pytest.approx(1, rel=1e-6) or forward.lower < -1 + 1e-9


@unhurried
@given(PROPORTIONS, st.integers(1, 10**9), st.data())
def test_more_conversions_of_a_leading_variant_are_never_less_evidence(
    control: Arm, trials: int, data: st.DataObject
) -> None:
    fewer = data.draw(st.integers(0, trials - 1))
    more = data.draw(st.integers(fewer + 1, trials))
    before, after = lift(control, Arm(fewer, trials)), lift(control, Arm(more, trials))
    leads = (fewer + 0.5) * (control.trials + 0.5) >= (control.successes + 0.5) * (trials + 0.5)
    if before and after and leads:
        assert after.log_evidence >= before.log_evidence - 1e-9 * abs(before.log_evidence)


@unhurried
@given(st.integers(1, 400), st.integers(401, 900), st.integers(2, 1000))
def test_the_same_rates_in_more_visitors_narrow_the_interval(fewer: int, more: int, times: int) -> None:
    before = judged(Arm(fewer, 1000), Arm(more, 1000))
    after = judged(Arm(fewer * times, 1000 * times), Arm(more * times, 1000 * times))
    assert before.upper is not None
    assert after.upper is not None
    assert log((1 + after.upper) / (1 + after.lower)) < log((1 + before.upper) / (1 + before.lower))


def test_a_smaller_alpha_widens_the_interval() -> None:
    wide, narrow = (judged(Arm(100, 1000), Arm(130, 1000), alpha=alpha) for alpha in (0.01, 0.05))
    assert wide.lower < narrow.lower
    assert (wide.upper or inf) > (narrow.upper or inf)


@unhurried
@given(PROPORTIONS, PROPORTIONS)
def test_the_estimate_lies_inside_the_interval(control: Arm, variant: Arm) -> None:
    found = lift(control, variant)
    if found and found.estimate is not None:
        assert found.lower <= found.estimate
        assert found.upper is None or found.estimate <= found.upper


@unhurried
@given(ARMS, ARMS, st.floats(1e-12, 0.999), st.floats(1, 1e12))
@example(Arm(0, 1), Arm(0, 10**9), 0.05, 5000.0)
@example(Arm(10**9, 10**9), Arm(10**9, 10**9), 0.05, 5000.0)
@example(Arm(-1, 5), Arm(2, -3), 0.05, 5000.0)
def test_no_counts_crash_it_or_give_a_number_that_is_none(
    control: Arm, variant: Arm, alpha: float, tuning_visitors: float
) -> None:
    found = lift(control, variant, alpha=alpha, tuning_visitors=tuning_visitors)
    assert all_finite(found)
    if found:
        assert 0 <= found.p <= 1
        assert found.lower >= -1
        assert found.upper is None or found.upper >= found.lower


@pytest.mark.parametrize(
    ("control", "variant"),
    [
        (Arm(0, 0), Arm(5, 10)),
        (Arm(5, 10), Arm(0, 0)),
        (Arm(11, 10), Arm(5, 10)),
        (Arm(5, 10), Arm(-1, 10)),
        (Arm(10, 10), Arm(20, 20)),
    ],
)
def test_a_lift_that_is_undefined_is_none(control: Arm, variant: Arm) -> None:
    assert lift(control, variant) is None


def test_without_conversions_of_the_control_there_is_an_interval_but_no_estimate() -> None:
    found = judged(Arm(0, 5000), Arm(300, 5000))
    assert found.estimate is None
    assert found.direction == 1


def test_an_interval_without_an_end_is_neither_above_nor_below_nor_within_anything() -> None:
    found = judged(Arm(0, 1), Arm(0, 1), tuning_visitors=1e9)
    assert found.upper is None
    assert found.direction == 0
    assert not found.is_within(10)


@pytest.mark.parametrize(("successes", "trials", "rate"), [(3, 12, 0.25), (0, 0, None), (30, 12, 2.5), (1, -1, None)])
def test_an_arm_tells_its_rate(successes: int, trials: int, rate: float | None) -> None:
    assert Arm(successes, trials).rate == rate
