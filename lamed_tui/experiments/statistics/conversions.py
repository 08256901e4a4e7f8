"""An exact always-valid test that looks at conversions only, so that it holds from the very first one.

If both arms convert alike, each conversion comes from the variant with the probability of its share of visitors; if the
variant converts half as often, with less, and just as exactly. That needs neither visitor counts nor a minimum of data,
and catches a variant whose goal never fires long before `lift` may speak.

Source: Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022, arXiv 2011.03567.
"""

from __future__ import annotations

from math import exp, fsum, lgamma, log, log1p
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CONCENTRATIONS = (1.0, 10.0, 100.0)
"""k: how strongly the Beta prior sits on the expected share. The weakest is for an arm that never converts: with it,
"less than half as often" is sure after 26 conversions of the other arm, and only after 45 without it."""


def conversions_p(
    control: int,
    variant: int,
    *,
    share: float = 0.5,
    ratio: float = 1.0,
    concentrations: Sequence[float] = CONCENTRATIONS,
) -> float | None:
    """Always-valid p-value against "the variant converts `ratio` times as often as the control".

    The ratios with p above alpha are the always-valid interval, so of two ratios on the same side of the observed one
    the farther is the more contradicted: a p below alpha for 1/2, where less is observed, also rules out all above 1/2.

    Args:
        control: conversions of the control.
        variant: conversions of the variant.
        share: the variant's expected share of the visitors of both arms.
        ratio: of the two conversion rates, positive; 1 is equal.

    Returns:
        None for negative counts or a share that is not between 0 and 1.
    """
    if min(control, variant) < 0 or not 0 < share < 1:
        return None
    log_odds = log(share) - log1p(-share) + log(ratio)
    log_evidence = log_mean_exp(
        [
            log_beta(k * share + variant, k * (1 - share) + control) - log_beta(k * share, k * (1 - share))
            for k in concentrations
        ]
    )
    log_evidence += variant * _log_one_plus_exp(-log_odds) + control * _log_one_plus_exp(log_odds)
    return exp(-max(0.0, log_evidence))


def _log_one_plus_exp(value: float) -> float:
    return max(value, 0.0) + log1p(exp(-abs(value)))


def log_beta(a: float, b: float) -> float:
    """Logarithm of the beta function."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def log_mean_exp(logarithms: Sequence[float]) -> float:
    """Logarithm of the mean of numbers given by their logarithms, without leaving the range of a double."""
    largest = max(logarithms)
    return largest + log(fsum([exp(value - largest) for value in logarithms]) / len(logarithms))
