"""How many visitors a question needs, and how many days that leaves.

Both sizes are per arm of an equal split, as exact numbers: round up to whole visitors when showing them. The fixed size
is for one single look at the end and stands there for comparison only; the sequential size, about twice as large, is
what an experiment that may be watched needs.

Source: for the fixed size the normal approximation for two proportions, with the base rate's variance in both arms when
there is no difference (the convention of https://www.evanmiller.org/ab-testing/sample-size.html; others pool the two
rates there and get a few percent more or less); for the sequential size the boundary of `lift`.
"""

from __future__ import annotations

from math import exp, log, log1p, sqrt
from statistics import NormalDist

from lamed_tui.experiments.statistics.lift import ALPHA, TUNING_VISITORS, boundary, mixture_variance

POWER = 0.8
"""Chance to see a difference that is there."""

_NORMAL = NormalDist()
_SMALLEST_EFFECT = 1e-100  # in standard deviations; keeps the size within a double
_CLOSE = 1e-4  # Newton squares the error: after such a step it is about 1e-9
_MOST_STEPS = 50  # two or three are needed


def fixed_sample_size(
    base_rate: float, difference: float, *, alpha: float = ALPHA, power: float = POWER
) -> float | None:
    """Visitors per arm to see `difference` (absolute, of either sign) over `base_rate` at one single look.

    Returns:
        None unless both rates are between 0 and 1, and differ.
    """
    if _effect(base_rate, difference) < _SMALLEST_EFFECT:
        return None
    other = base_rate + difference
    spread = _NORMAL.inv_cdf(1 - alpha / 2) * sqrt(2 * base_rate * (1 - base_rate))
    spread += _NORMAL.inv_cdf(power) * sqrt(base_rate * (1 - base_rate) + other * (1 - other))
    return (spread / difference) ** 2


def sequential_sample_size(
    base_rate: float,
    difference: float,
    *,
    alpha: float = ALPHA,
    power: float = POWER,
    tuning_visitors: float = TUNING_VISITORS,
) -> float | None:
    """Visitors per arm after which the interval of `lift` leaves out 0 with probability `power`, for a power from .5.

    It is the n at which the true log ratio is as long as the interval's half-width plus z_power standard errors. Both
    sides are smooth in ln n and meet once, so Newton's method finds it.

    Returns:
        None unless both rates are between 0 and 1, and differ.
    """
    effect = _effect(base_rate, difference)
    if effect < _SMALLEST_EFFECT:
        return None
    mixture = mixture_variance(alpha, tuning_visitors)
    quantile = _NORMAL.inv_cdf(power)
    log_size = 2 * log((3 + quantile) / effect)
    for _ in range(_MOST_STEPS):
        visitors = 2 * exp(log_size)
        reach = boundary(visitors, alpha, mixture)
        excess = log_size / 2 + log(effect / (quantile + reach))
        weight = visitors * mixture
        reach_slope = (1 - (log1p(weight) - 2 * log(alpha)) / weight) / (2 * reach)
        step = excess / (0.5 - reach_slope / (quantile + reach))
        log_size -= step
        if abs(step) < _CLOSE:
            break
    return exp(log_size)


def balanced_size(control: float, variant: float) -> float:
    """Visitors per arm of the equal split that tells as much as these two arms: their harmonic mean."""
    total = control + variant
    return 2 * control * variant / total if total > 0 else 0.0


def days_left(
    needed: float, control: float, variant: float, *, control_per_day: float, variant_per_day: float
) -> float | None:
    """Days until two arms are worth `needed` visitors per arm if they go on at their pace; 0 when they are already.

    Args:
        needed: a size of this module.
        control: visitors of the control so far.
        variant: visitors of the variant so far.
        control_per_day: visitors per day, such as the mean of the last days of the series.
        variant_per_day: the same for the variant.

    Returns:
        None when no number of days would do, because too little arrives.
    """
    if balanced_size(control, variant) >= needed:
        return 0.0
    # balanced_size(control + t·control_per_day, variant + t·variant_per_day) = needed, as a quadratic in t
    square = 2 * control_per_day * variant_per_day
    linear = 2 * (control * variant_per_day + variant * control_per_day) - needed * (control_per_day + variant_per_day)
    constant = 2 * control * variant - needed * (control + variant)
    root = sqrt(linear * linear - 4 * square * constant)
    if linear > 0:
        return -2 * constant / (linear + root)
    return (root - linear) / (2 * square) if square > 0 else None


def _effect(base_rate: float, difference: float) -> float:
    """Log ratio of the two rates in standard deviations of one visitor per arm; 0 when there is no question."""
    other = base_rate + difference
    if not (0 < base_rate < 1 and 0 < other < 1):
        return 0.0
    return abs(log1p(difference / base_rate)) / sqrt((1 - base_rate) / base_rate + (1 - other) / other)
