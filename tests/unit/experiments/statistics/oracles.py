"""scipy and statsmodels as independent judges of our formulas. Neither ships types, so that stays in this one file."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import settings
from scipy import integrate, optimize, stats  # type: ignore[import-untyped]  # no types in the package
from statsmodels.stats import power as power_analysis  # type: ignore[import-untyped]  # no types in the package
from statsmodels.stats import proportion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from fractions import Fraction


unhurried = settings(deadline=None)
"""For property tests: the machine may be busy, and the first call into scipy is slow."""

DAY = date(2025, 3, 12)


def log_beta_binomial(successes: int, trials: int, a: float, b: float) -> float:
    return float(stats.betabinom.logpmf(successes, trials, a, b))


def log_binomial(successes: int, trials: int, probability: float) -> float:
    return float(stats.binom.logpmf(successes, trials, probability))


def log_dirichlet_multinomial(counts: Sequence[int], concentrations: Sequence[float]) -> float:
    return float(stats.dirichlet_multinomial.logpmf(counts, concentrations, sum(counts)))


def log_multinomial(counts: Sequence[int], shares: Sequence[float]) -> float:
    return float(stats.multinomial.logpmf(counts, sum(counts), shares))


def log_evidence_in_decimals(
    counts: Sequence[int], shares: Sequence[Fraction], concentrations: Sequence[float]
) -> float:
    """ln of the Dirichlet-multinomial evidence as it stands in the paper, with digits enough for what cancels."""
    with localcontext(Context(prec=60)):
        exact = [Decimal(share.numerator) / share.denominator for share in shares]
        promised = sum(count * share.ln() for count, share in zip(counts, exact, strict=True))
        logs = []
        for k in map(Decimal, concentrations):
            terms = [
                _log_gamma(k * share + count) - _log_gamma(k * share)
                for count, share in zip(counts, exact, strict=True)
            ]
            logs.append(sum(terms) + _log_gamma(k) - _log_gamma(k + sum(counts)) - promised)
        return float((sum((value.exp() for value in logs), Decimal(0)) / len(logs)).ln())


def _log_gamma(value: Decimal) -> Decimal:
    """Stirling's series, where it has twenty digits: far out, and from there back by the recurrence."""
    back = Decimal(0)
    while value < 200:
        back += value.ln()
        value += 1
    half_log_two_pi = Decimal("0.918938533204672741780329736405617639861397473637783412817")
    coefficients = [(1, 12), (-1, 360), (1, 1260), (-1, 1680), (1, 1188), (-691, 360360), (1, 156)]
    series = sum(Decimal(a) / b / value ** (2 * n + 1) for n, (a, b) in enumerate(coefficients))
    return (value - Decimal("0.5")) * value.ln() - value + half_log_two_pi + series - back


def log_ratio_interval(variant: tuple[int, int], control: tuple[int, int], alpha: float) -> tuple[float, float]:
    """Single-look interval of the ratio of two rates, with ½ added to each count."""
    low, high = proportion.confint_proportions_2indep(
        *variant, *control, method="log-adjusted", compare="ratio", alpha=alpha
    )
    return float(low), float(high)


def wilson(successes: int, trials: int, alpha: float) -> tuple[float, float]:
    low, high = proportion.proportion_confint(successes, trials, alpha=alpha, method="wilson")
    return float(low), float(high)


def one_tail_size(difference: float, power: float, alpha: float, spread_without: float, spread_with: float) -> float:
    """Size at which a normal test has this power; the spreads are standard deviations without and with a difference."""
    return float(
        power_analysis.normal_sample_size_one_tail(
            difference, power, alpha, std_null=spread_without, std_alternative=spread_with
        )
    )


def normal_quantile(probability: float) -> float:
    return float(stats.norm.ppf(probability))


def normal_cdf(value: float) -> float:
    return float(stats.norm.cdf(value))


def beta_chance_and_loss(control: tuple[int, int], variant: tuple[int, int]) -> tuple[float, float]:
    """P(B > A) and the mean of max(A - B, 0) for two beta distributions, by quadrature over the narrower one."""
    first, second = stats.beta(*control), stats.beta(*variant)
    nodes, weights = np.polynomial.legendre.leggauss(120)
    # a cosine instead of a straight line: quantiles are not smooth towards 0 and 1
    nodes, weights = (1 - np.cos(np.pi * (nodes + 1) / 2)) / 2, weights * np.pi / 4 * np.sin(np.pi * (nodes + 1) / 2)
    if first.std() < second.std():
        rate = first.ppf(nodes)
        beyond = stats.beta(variant[0] + 1, variant[1])
        better, lost = second.sf(rate), rate * second.cdf(rate) - second.mean() * beyond.cdf(rate)
    else:
        rate = second.ppf(nodes)
        beyond = stats.beta(control[0] + 1, control[1])
        better, lost = first.cdf(rate), first.mean() * beyond.sf(rate) - rate * first.sf(rate)
    return float(weights @ better), float(weights @ lost)


def integral(function: Callable[[float], float], low: float, high: float) -> float:
    value, _ = integrate.quad(function, low, high, limit=200, epsrel=1e-10)
    return float(value)


def root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(optimize.brentq(function, low, high, xtol=1e-9, rtol=1e-12))


def numbers_in(value: Any) -> Iterator[float]:
    """Every number inside nested dataclasses, mappings and sequences."""
    if isinstance(value, bool | str | date) or value is None:
        return
    if isinstance(value, int | float):
        yield value
    elif is_dataclass(value):
        for one in fields(value):
            yield from numbers_in(getattr(value, one.name))
    elif isinstance(value, dict):
        yield from numbers_in(list(value.values()))
    else:
        for item in value:
            yield from numbers_in(item)


def all_finite(value: Any) -> bool:
    return all(isfinite(number) for number in numbers_in(value))
