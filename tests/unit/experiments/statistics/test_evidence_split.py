"""The split test."""

from __future__ import annotations

from fractions import Fraction
from math import exp, inf, log, nan

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lamed_tui.experiments.statistics.split import CONCENTRATIONS, Split, SplitState, split_test
from tests.unit.experiments.statistics.oracles import (
    all_finite,
    log_dirichlet_multinomial,
    log_evidence_in_decimals,
    log_multinomial,
    unhurried,
)

COUNTS = st.one_of(st.sampled_from([0, 1, 10**9, 10**12]), st.integers(0, 10**6), st.integers(0, 300))


def split(visitors: list[int], weights: list[float] | None = None, **options: tuple[float, ...]) -> Split:
    found = split_test(visitors, weights, **options)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("visitors", "concentrations", "p", "digit"),
    [
        ([1000, 1200], (10000.0,), 0.2143549, 1e-7),
        ([1000, 1200], (100.0,), 0.0007925, 1e-7),
        ([1000, 1200], CONCENTRATIONS, 0.0019258, 1e-7),
        ([0, 48], CONCENTRATIONS, 0.0012453, 1e-7),
    ],
)
def test_equal_weights_give_the_published_numbers(
    visitors: list[int], concentrations: tuple[float, ...], p: float, digit: float
) -> None:
    assert split(visitors, concentrations=concentrations).p == pytest.approx(p, abs=digit / 2)


@unhurried
@given(st.lists(st.tuples(st.integers(0, 5000), st.floats(0.1, 10)), min_size=2, max_size=6))
def test_p_agrees_with_scipys_dirichlet_multinomial(arms: list[tuple[int, float]]) -> None:
    visitors, weights = [count for count, _ in arms], [weight for _, weight in arms]
    shares = [weight / sum(weights) for weight in weights]
    null = log_multinomial(visitors, shares)
    logs = [log_dirichlet_multinomial(visitors, [k * share for share in shares]) - null for k in CONCENTRATIONS]
    if max(logs) < 300:
        mean = sum(exp(value) for value in logs) / len(logs)
        assert split(visitors, weights).p == pytest.approx(min(1.0, exp(-log(mean))), rel=1e-6)


@pytest.mark.parametrize(
    ("visitors", "state"),
    [
        ([1000, 1000], SplitState.OK),
        ([1000, 1170], SplitState.OK),
        ([1000, 1190], SplitState.WARN),
        ([1000, 1200], SplitState.WARN),
        ([1000, 1215], SplitState.ALARM),
        ([0, 60], SplitState.ALARM),
    ],
)
def test_it_warns_below_one_percent_and_alarms_below_one_in_a_thousand(visitors: list[int], state: SplitState) -> None:
    found = split(visitors)
    assert found.state is state
    assert (found.p < 0.01) == (state is not SplitState.OK)
    assert (found.p < 0.001) == (state is SplitState.ALARM)


def test_an_arm_without_visitors_counts() -> None:
    assert split([500, 500]).state is SplitState.OK
    assert split([500, 500, 0]).state is SplitState.ALARM


def test_uneven_weights_are_what_is_expected() -> None:
    assert split([9000, 1000], [9, 1]).p == 1
    assert split([5000, 5000], [9, 1]).state is SplitState.ALARM


def test_it_tells_the_expected_and_the_actual_shares() -> None:
    found = split([300, 100], [2, 2])
    assert found.expected == (0.5, 0.5)
    assert found.actual == (0.75, 0.25)


@unhurried
@given(st.lists(COUNTS, min_size=2, max_size=6))
def test_the_order_of_the_arms_does_not_matter(visitors: list[int]) -> None:
    forward, backward = split(visitors), split(visitors[::-1])
    assert forward.p == pytest.approx(backward.p, rel=1e-3, abs=1e-12)


@unhurried
@given(st.lists(COUNTS, min_size=2, max_size=4), st.floats(0.001, 1000))
def test_only_the_ratio_of_the_weights_matters(visitors: list[int], scale: float) -> None:
    weights = [float(number) for number in range(1, len(visitors) + 1)]
    scaled = split(visitors, [weight * scale for weight in weights])
    assert scaled.p == pytest.approx(split(visitors, weights).p, rel=1e-2, abs=1e-12)


@unhurried
@given(st.integers(2, 10**5), st.integers(0, 1000), st.integers(1, 1000))
def test_a_larger_mismatch_is_never_less_evidence(half: int, shift: int, more: int) -> None:
    shift, farther = min(shift, half), min(shift + more, half)
    near, far = split([half - shift, half + shift]), split([half - farther, half + farther])
    assert far.p <= near.p + 1e-9


@unhurried
@given(st.lists(COUNTS, min_size=1, max_size=12), st.floats(1e-6, 1e6))
@example([10**12, 0, 10**12], 1e6)
def test_no_counts_crash_it_or_give_a_number_that_is_none(visitors: list[int], weight: float) -> None:
    found = split(visitors, [weight, *[1.0] * (len(visitors) - 1)])
    assert all_finite(found)
    assert 0 <= found.p <= 1


@unhurried
@given(
    st.integers(6, 18).flatmap(lambda digits: st.tuples(st.just(digits), st.floats(-6, 6))),
    st.lists(st.floats(0.1, 10), min_size=1, max_size=3),
)
def test_it_is_as_exact_for_very_many_visitors(size: tuple[int, float], more: list[float]) -> None:
    """Standard deviations off the promise, judged by sixty digits of arithmetic."""
    digits, deviations = size
    weights = [1.0, *more]
    shares = [Fraction(weight) / sum(map(Fraction, weights)) for weight in weights]
    visitors = [round(10**digits * share) for share in shares]
    shift = round(deviations * (10**digits * float(shares[0] * (1 - shares[0]))) ** 0.5)
    visitors[0] += shift
    visitors[1] -= shift

    expected = log_evidence_in_decimals(visitors, shares, CONCENTRATIONS)

    assert split(visitors, weights).p == pytest.approx(min(1.0, exp(-expected)), rel=1e-6)


@pytest.mark.parametrize("arm", [10**15, 10**16, 10**17, 10**18])
def test_no_even_split_is_a_false_alarm_however_large(arm: int) -> None:
    assert split([arm, arm]).p == 1
    assert split([arm + 10**7, arm, arm]).state is SplitState.OK
    assert split([arm, arm + 10 * round(arm**0.5)]).state is SplitState.ALARM


def test_one_arm_or_no_visitor_yet_is_no_mismatch() -> None:
    assert split([5]).p == 1
    assert split([0, 0]).p == 1
    assert split([0, 0]).actual == (0, 0)


@pytest.mark.parametrize(
    ("visitors", "weights"),
    [([], None), ([5, -1], None), ([5, 5], [1.0]), ([5, 5], [1.0, 0.0]), ([5, 5], [1.0, inf]), ([5, 5], [1.0, nan])],
)
def test_what_cannot_be_tested_has_no_answer(visitors: list[int], weights: list[float] | None) -> None:
    assert split_test(visitors, weights) is None
