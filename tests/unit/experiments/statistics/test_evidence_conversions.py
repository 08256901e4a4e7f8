"""The exact test on conversions alone."""

from __future__ import annotations

from math import exp, log

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lamed_tui.experiments.statistics.conversions import CONCENTRATIONS, conversions_p, conversions_ratio
from tests.unit.experiments.statistics.oracles import all_finite, log_beta_binomial, log_binomial, unhurried

COUNTS = st.one_of(st.sampled_from([0, 1, 10**9, 10**12]), st.integers(0, 10**6), st.integers(0, 60))
FEW = st.integers(0, 3000)
SHARES = st.floats(0.02, 0.98)


def log_evidence(control: int, variant: int, share: float, odds: float) -> float:
    """ln M by scipy, against conversions that come from the variant with these odds."""
    total = control + variant
    # whichever of the two probabilities is small keeps its digits
    null = log_binomial(control, total, 1 / (1 + odds)) if odds > 1 else log_binomial(variant, total, odds / (1 + odds))
    logs = [log_beta_binomial(variant, total, k * share, k * (1 - share)) - null for k in CONCENTRATIONS]
    return max(logs) + log(sum(exp(value - max(logs)) for value in logs) / len(logs))


@pytest.mark.parametrize(
    ("control", "variant", "lower", "upper", "p"),
    [(100, 130, 0.886475, 1.918792, None), (200, 300, 1.108656, 2.042123, 0.00055949)],
)
def test_one_concentration_gives_the_published_numbers(
    control: int, variant: int, lower: float, upper: float, p: float | None
) -> None:
    found = conversions_ratio(control, variant, concentrations=(100,))
    assert found is not None
    assert found.lower == pytest.approx(lower, abs=5e-7)
    assert found.upper == pytest.approx(upper, abs=5e-7)
    if p is not None:
        assert conversions_p(control, variant, concentrations=(100,)) == pytest.approx(p, abs=5e-9)


@unhurried
@given(FEW, FEW, SHARES)
def test_p_agrees_with_scipys_beta_binomial(control: int, variant: int, share: float) -> None:
    expected = exp(-max(0.0, log_evidence(control, variant, share, share / (1 - share))))
    assert conversions_p(control, variant, share=share) == pytest.approx(expected, rel=1e-6)


@unhurried
@given(st.integers(1, 3000), st.integers(1, 3000), SHARES, st.floats(0.001, 0.5))
def test_the_ends_of_the_interval_are_where_the_evidence_reaches_one_over_alpha(
    control: int, variant: int, share: float, alpha: float
) -> None:
    found = conversions_ratio(control, variant, share=share, alpha=alpha)
    assert found is not None
    assert found.upper is not None
    for ratio in (found.lower, found.upper):
        evidence = log_evidence(control, variant, share, ratio * share / (1 - share))
        assert evidence == pytest.approx(-log(alpha), abs=1e-6)


@unhurried
@given(FEW, FEW, SHARES, st.floats(0.001, 0.5))
def test_p_is_at_most_alpha_exactly_when_the_interval_leaves_out_one(
    control: int, variant: int, share: float, alpha: float
) -> None:
    p, found = (
        conversions_p(control, variant, share=share),
        conversions_ratio(control, variant, share=share, alpha=alpha),
    )
    assert p is not None
    assert found is not None
    if abs(p / alpha - 1) > 1e-6:
        leaves_out_one = found.lower > 1 or (found.upper is not None and found.upper < 1)
        assert (p <= alpha) == leaves_out_one


@unhurried
@given(COUNTS, COUNTS, SHARES)
def test_swapping_the_arms_changes_nothing_but_the_direction(control: int, variant: int, share: float) -> None:
    p, swapped_p = conversions_p(control, variant, share=share), conversions_p(variant, control, share=1 - share)
    assert p == pytest.approx(swapped_p, rel=1e-3, abs=1e-12)
    forward = conversions_ratio(control, variant, share=share)
    backward = conversions_ratio(variant, control, share=1 - share)
    assert forward is not None
    assert backward is not None
    if backward.upper:
        assert forward.lower == pytest.approx(1 / backward.upper, rel=1e-3)


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
@given(COUNTS, COUNTS, SHARES, st.floats(1e-9, 0.99))
@example(0, 0, 0.5, 0.05)
@example(0, 10**9, 0.001, 0.05)
@example(10**12, 10**12, 0.999, 0.05)
def test_no_counts_crash_it_or_give_a_number_that_is_none(
    control: int, variant: int, share: float, alpha: float
) -> None:
    p, found = (
        conversions_p(control, variant, share=share),
        conversions_ratio(control, variant, share=share, alpha=alpha),
    )
    assert all_finite((p, found))
    assert p is not None
    assert 0 <= p <= 1


def test_without_conversions_nothing_is_contradicted() -> None:
    found = conversions_ratio(0, 0)
    assert conversions_p(0, 0) == 1
    assert found is not None
    assert (found.lower, found.upper) == (0, None)


@pytest.mark.parametrize(("control", "variant", "share"), [(-1, 5, 0.5), (5, -1, 0.5), (5, 5, 0.0), (5, 5, 1.0)])
def test_what_is_no_question_has_no_answer(control: int, variant: int, share: float) -> None:
    assert conversions_p(control, variant, share=share) is None
    assert conversions_ratio(control, variant, share=share) is None
