"""Numbers for one single look: familiar, and wrong as a reason to stop. Faces label them "not a stopping rule".

Whoever watches these and stops when they look good is wrong far more often than they say: "95% chance to beat control"
comes up at some time in about every second experiment without any difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, exp, expm1, fsum, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from lamed_tui.experiments.statistics.lift import ALPHA

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamed_tui.experiments.statistics.arm import Arm

_LARGEST_SUM = 20_000  # visitors; beyond, the sum grows slow and lgamma loses digits
_STEPS_PER_DEVIATION = 32
_DEVIATIONS = 9.0
_TAIL = 32.0  # e^-32 is 1e-14


def wilson_interval(arm: Arm, *, alpha: float = ALPHA) -> tuple[float, float] | None:
    """Interval of one arm's rate, as fractions; None when the arm is no proportion.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    if not arm.is_proportion:
        return None
    z = NormalDist().inv_cdf(1 - alpha / 2)
    n, p = arm.trials, arm.successes / arm.trials
    spread = z * z / n
    middle = (p + spread / 2) / (1 + spread)
    half = z * sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread)
    lower = 0.0 if arm.successes == 0 else middle - half
    upper = 1.0 if arm.successes == arm.trials else middle + half
    return lower, upper


@dataclass(frozen=True, slots=True)
class Chance:
    """What two Beta(1 + s, 1 + n - s) posteriors say about each other."""

    variant_is_better: float
    """P(B > A), 0 to 1."""
    loss_of_variant: float
    """Expected loss of rate by choosing the variant: the mean of max(p_A - p_B, 0)."""
    loss_of_control: float
    """Expected loss of rate by choosing the control."""


def chance(control: Arm, variant: Arm) -> Chance | None:
    """Chance that the variant's rate is higher, and what a wrong choice would cost; None when an arm is no proportion.

    Up to 20,000 visitors by the closed sum (9 digits), beyond by quadrature (8 digits, in a few milliseconds).

    Source: Cook, "Exact calculation of beta inequalities", UTMDABTR-005-05; Miller, "Formulas for Bayesian A/B
    testing" (2015).
    """
    if not (control.is_proportion and variant.is_proportion):
        return None
    ours, theirs = _Posterior.of(variant), _Posterior.of(control)
    solve = _by_sum if control.trials + variant.trials <= _LARGEST_SUM else _by_quadrature
    gap = ours.mean - theirs.mean
    # The smaller of the two losses is computed, the larger follows from it: the other way round digits would cancel.
    if gap >= 0:
        better, loss = solve(theirs, ours)
        return Chance(better, loss, loss + gap)
    better, loss = solve(ours, theirs)
    return Chance(1 - better, loss - gap, loss)


class _Posterior:
    """A beta distribution, also as a density over log-odds, where it is smooth and falls off on both sides."""

    def __init__(self, a: float, b: float) -> None:
        self.a, self.b = a, b
        self.mean = a / (a + b)

    @classmethod
    def of(cls, arm: Arm) -> _Posterior:
        return cls(1.0 + arm.successes, 1.0 + arm.trials - arm.successes)

    def grid(self) -> list[float]:
        """Evenly spaced log-odds that hold all of the probability, but for about 1e-14."""
        peak = log(self.a / self.b)
        deviation = sqrt(1 / self.a + 1 / self.b)
        step = deviation / _STEPS_PER_DEVIATION
        below = ceil((_DEVIATIONS * deviation + _TAIL / self.a) / step)
        above = ceil((_DEVIATIONS * deviation + _TAIL / self.b) / step)
        return [peak + i * step for i in range(-below, above + 1)]

    def density(self, grid: list[float]) -> Callable[[float], float]:
        """The density over log-odds, normalised on the grid: log-gamma would lose digits for a billion visitors."""
        peak = log(self.a / self.b)

        def relative(log_odds: float) -> float:
            distance = log_odds - peak
            return exp(self.a * distance - (self.a + self.b) * log1p(self.mean * expm1(distance)))

        total = fsum(map(relative, grid)) * (grid[-1] - grid[0]) / (len(grid) - 1)
        return lambda log_odds: relative(log_odds) / total


def _by_sum(lower: _Posterior, higher: _Posterior) -> tuple[float, float]:
    """P(higher > lower), and the mean of max(lower - higher, 0)."""
    # E[max(p - q, 0)] = E[p; p > q] - E[q; p > q], and p·Beta(a, b) is the mean times Beta(a + 1, b)
    loss = lower.mean * _is_larger(_Posterior(lower.a + 1, lower.b), higher)
    loss -= higher.mean * _is_larger(lower, _Posterior(higher.a + 1, higher.b))
    return _is_larger(higher, lower), max(loss, 0.0)


def _is_larger(first: _Posterior, second: _Posterior) -> float:
    """P(first > second) for whole-numbered parameters: a sum with as many terms as the smallest of them."""
    a, b, c, d = first.a, first.b, second.a, second.b
    smallest = min(a, b, c, d)
    if smallest == a:
        return _sum_of_terms(a, b, c, d)
    if smallest == c:
        return 1 - _sum_of_terms(c, d, a, b)
    if smallest == d:  # the same question about the failures
        return _sum_of_terms(d, c, b, a)
    return 1 - _sum_of_terms(b, a, d, c)


def _sum_of_terms(a: float, b: float, c: float, d: float) -> float:
    """P(Beta(a, b) > Beta(c, d)) as a sum of a terms."""
    log_term = _log_beta(c, b + d) - _log_beta(c, d)
    terms = [exp(log_term)]
    for i in range(1, round(a)):
        log_term += log((c + i - 1) * (b + i - 1) / (i * (b + c + d + i - 1)))
        terms.append(exp(log_term))
    return min(fsum(terms), 1.0)


def _log_beta(a: float, b: float) -> float:
    """Logarithm of the beta function."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _by_quadrature(lower: _Posterior, higher: _Posterior) -> tuple[float, float]:
    """As `_by_sum`, by Simpson's rule over a grid that is fine wherever one of the two densities lives.

    P(higher > lower) is the integral of the higher density times the lower distribution function; the loss is that of
    the higher distribution function times one minus the lower.
    """
    lower_grid, higher_grid = lower.grid(), higher.grid()
    f, g = lower.density(lower_grid), higher.density(higher_grid)
    better = loss = below_lower = below_higher = 0.0
    grid = sorted({*lower_grid, *higher_grid})
    f_left, g_left, x_left = f(grid[0]), g(grid[0]), _rate_slope(grid[0])
    for left, right in pairwise(grid):
        middle, sixth = (left + right) / 2, (right - left) / 6
        f_middle, g_middle, x_middle = f(middle), g(middle), _rate_slope(middle)
        f_right, g_right, x_right = f(right), g(right), _rate_slope(right)
        f_half = below_lower + sixth / 4 * (5 * f_left + 8 * f_middle - f_right)
        g_half = below_higher + sixth / 4 * (5 * g_left + 8 * g_middle - g_right)
        f_full = below_lower + sixth * (f_left + 4 * f_middle + f_right)
        g_full = below_higher + sixth * (g_left + 4 * g_middle + g_right)
        better += sixth * (g_left * below_lower + 4 * g_middle * f_half + g_right * f_full)
        loss += sixth * below_higher * (1 - below_lower) * x_left
        loss += sixth * (4 * g_half * (1 - f_half) * x_middle + g_full * (1 - f_full) * x_right)
        below_lower, below_higher = f_full, g_full
        f_left, g_left, x_left = f_right, g_right, x_right
    return min(max(better, 0.0), 1.0), max(loss, 0.0)


def _rate_slope(log_odds: float) -> float:
    """Change of the rate with its log-odds."""
    tail = exp(-abs(log_odds))
    return tail / (1 + tail) ** 2
