"""An exact always-valid test that looks at conversions only, so that it holds from the very first one.

If all arms convert alike, each conversion comes from the variant with the probability of its share of visitors. That
needs neither visitor counts nor a minimum of data, and catches a variant whose goal never fires long before
`lift` may speak.

Source: Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022, arXiv 2011.03567.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, fsum, lgamma, log, log1p
from typing import TYPE_CHECKING

from lamed_tui.experiments.statistics.lift import ALPHA

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CONCENTRATIONS = (10.0, 100.0, 1000.0)
"""k: how strongly the Beta prior sits on the expected share. Averaging three makes it sensitive early and late."""

_STEEPEST = 700.0  # log-odds of the bisection's outer ends; e^709 is the last that a double holds
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Ratio of the variant's conversion rate to the control's, as far as conversions alone tell; 1 is equal."""

    lower: float
    upper: float | None
    """None when the control has no conversion: nothing bounds the ratio."""


def conversions_p(
    control: int, variant: int, *, share: float = 0.5, concentrations: Sequence[float] = CONCENTRATIONS
) -> float | None:
    """Always-valid p-value against "both arms convert alike".

    Args:
        control: conversions of the control.
        variant: conversions of the variant.
        share: the variant's expected share of the visitors of both arms.

    Returns:
        None for negative counts or a share that is not between 0 and 1.
    """
    if min(control, variant) < 0 or not 0 < share < 1:
        return None
    log_evidence = _log_mixture(control, variant, share, concentrations)
    log_evidence -= variant * log(share) + control * log1p(-share)
    return exp(-max(0.0, log_evidence))


def conversions_ratio(
    control: int,
    variant: int,
    *,
    share: float = 0.5,
    alpha: float = ALPHA,
    concentrations: Sequence[float] = CONCENTRATIONS,
) -> RateRatio | None:
    """All ratios that the conversions do not contradict, at every look at once; arguments as in `conversions_p`."""
    if min(control, variant) < 0 or not 0 < share < 1:
        return None
    constant = _log_mixture(control, variant, share, concentrations) + log(alpha)

    def contradicts(log_odds: float) -> bool:
        return constant + variant * _log_one_plus_exp(-log_odds) + control * _log_one_plus_exp(log_odds) >= 0

    likeliest = log(variant or 0.5) - log(control or 0.5)
    scale = (1 - share) / share
    lower = exp(_edge(contradicts, likeliest, -_STEEPEST)) * scale if variant else 0.0
    upper = exp(_edge(contradicts, likeliest, _STEEPEST)) * scale if control else None
    return RateRatio(lower, upper)


def _log_mixture(control: int, variant: int, share: float, concentrations: Sequence[float]) -> float:
    """The part of ln M that does not depend on the tested probability, averaged over the concentrations."""
    return log_mean_exp(
        [
            log_beta(k * share + variant, k * (1 - share) + control) - log_beta(k * share, k * (1 - share))
            for k in concentrations
        ]
    )


def _edge(contradicts: Callable[[float], bool], inside: float, outside: float) -> float:
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if contradicts(middle):
            outside = middle
        else:
            inside = middle
    return inside


def _log_one_plus_exp(value: float) -> float:
    return max(value, 0.0) + log1p(exp(-abs(value)))


def log_beta(a: float, b: float) -> float:
    """Logarithm of the beta function."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def log_mean_exp(logarithms: Sequence[float]) -> float:
    """Logarithm of the mean of numbers given by their logarithms, without leaving the range of a double."""
    largest = max(logarithms)
    return largest + log(fsum([exp(value - largest) for value in logarithms]) / len(logarithms))
