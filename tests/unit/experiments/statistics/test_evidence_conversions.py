"""The exact test on conversions alone."""

from __future__ import annotations

from math import exp, log

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lamed_tui.experiments.statistics.conversions import CONCENTRATIONS, conversions_p
from tests.unit.experiments.statistics.oracles import all_finite, log_beta_binomial, log_binomial, unhurried

COUNTS = st.one_of(st.sampled_from([0, 1, 10**9, 10**12]), st.integers(0, 10**6), st.integers(0, 60))
FEW = st.integers(0, 3000)
SHARES = st.floats(0.02, 0.98)
RATIOS = st.floats(0.05, 20)


def log_evidence(control: int, variant: int, share: float, odds: float) -> float:
    """ln M by scipy, against conversions that come from the variant with these odds."""
    total = control + variant
    # whichever of the two probabilities is small keeps its digits
    null = log_binomial(control, total, 1 / (1 + odds)) if odds > 1 else log_binomial(variant, total, odds / (1 + odds))
    logs = [log_beta_binomial(variant, total, k * share, k * (1 - share)) - null for k in CONCENTRATIONS]
    return max(logs) + log(sum(exp(value - max(logs)) for value in logs) / len(logs))


def p_of(control: int, variant: int, ratio: float = 1.0) -> float:
    """With the one concentration of the published numbers."""
    p = conversions_p(control, variant, ratio=ratio, concentrations=(100,))
    assert p is not None
    return p


def test_one_concentration_gives_the_published_p() -> None:
    assert p_of(200, 300) == pytest.approx(0.00055949, abs=5e-9)


@pytest.mark.parametrize(
    ("control", "variant", "lower", "upper"), [(100, 130, 0.886475, 1.918792), (200, 300, 1.108656, 2.042123)]
)
def test_one_concentration_gives_the_published_intervals(
    control: int, variant: int, lower: float, upper: float
) -> None:
    """An interval holds the ratios with p above 5%, so p passes 5% within half a unit of the last published digit."""
    half = 5e-7
    assert p_of(control, variant, lower - half) < 0.05 < p_of(control, variant, lower + half)
    assert p_of(control, variant, upper + half) < 0.05 < p_of(control, variant, upper - half)


@unhurried
@given(FEW, FEW, SHARES, RATIOS)
def test_p_agrees_with_scipys_beta_binomial(control: int, variant: int, share: float, ratio: float) -> None:
    expected = exp(-max(0.0, log_evidence(control, variant, share, ratio * share / (1 - share))))
    assert conversions_p(control, variant, share=share, ratio=ratio) == pytest.approx(expected, rel=1e-6)


@unhurried
@given(COUNTS, COUNTS, SHARES, RATIOS)
def test_swapping_the_arms_changes_nothing(control: int, variant: int, share: float, ratio: float) -> None:
    p = conversions_p(control, variant, share=share, ratio=ratio)
    swapped = conversions_p(variant, control, share=1 - share, ratio=1 / ratio)
    assert p == pytest.approx(swapped, rel=1e-3, abs=1e-12)


@unhurried
@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 500))
def test_a_larger_imbalance_is_never_less_evidence(fewer: int, lead: int, more_lead: int) -> None:
    total = 2 * fewer + lead + more_lead
    closer = conversions_p(total - (fewer + lead), fewer + lead)
    farther = conversions_p(total - (fewer + lead + more_lead), fewer + lead + more_lead)
    assert closer is not None
    assert farther is not None
    if 2 * (fewer + lead) >= total:
        assert farther <= closer + 1e-12


@unhurried
@given(st.integers(0, 60), st.integers(1, 3000), SHARES, RATIOS, st.floats(1, 20))
def test_a_ratio_farther_from_what_is_observed_is_never_less_contradicted(
    fewer: int, control: int, share: float, ratio: float, farther: float
) -> None:
    """What makes one boundary speak for every ratio beyond it."""
    variant = min(fewer, control)
    if variant * (1 - share) > ratio * control * share:
        return
    near, far = (conversions_p(control, variant, share=share, ratio=one) for one in (ratio, ratio * farther))
    assert near is not None
    assert far is not None
    assert far <= near + 1e-12


@unhurried
@given(COUNTS, COUNTS, st.one_of(SHARES, st.sampled_from([0.001, 0.999])), RATIOS)
@example(0, 0, 0.5, 1)
@example(0, 10**9, 0.001, 1)
@example(10**12, 10**12, 0.999, 2)
def test_no_counts_crash_it_or_give_a_number_that_is_none(
    control: int, variant: int, share: float, ratio: float
) -> None:
    p = conversions_p(control, variant, share=share, ratio=ratio)
    assert all_finite(p)
    assert p is not None
    assert 0 <= p <= 1


def test_without_conversions_nothing_is_contradicted() -> None:
    assert conversions_p(0, 0) == 1


@pytest.mark.parametrize(("control", "variant", "share"), [(-1, 5, 0.5), (5, -1, 0.5), (5, 5, 0.0), (5, 5, 1.0)])
def test_what_is_no_question_has_no_answer(control: int, variant: int, share: float) -> None:
    assert conversions_p(control, variant, share=share) is None
