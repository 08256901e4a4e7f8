"""Lift over the control with an interval and a p-value that hold at every look.

The log ratio of the two rates is followed by an asymptotic confidence sequence: with probability 1 - alpha its interval
covers the true lift at all looks at once, so looking often, or stopping at the first good look, costs nothing.

Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence
sequences", arXiv 2103.06476; the boundary is the normal mixture of their theorem 2.2, tuned as in their appendix B.2.
"Asymptotic" means that it needs a minimum of data: `evidence.shortfall` holds it back until then, and
tests/unit/experiments/statistics/test_peeking.py shows that this is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, expm1, log, log1p, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lamed_tui.experiments.statistics.arm import Arm

ALPHA = 0.05
"""Share of experiments without any difference that may ever be called different."""

TUNING_VISITORS = 5000
"""N*: the number of visitors, both arms together, at which the interval is tightest. Fix it before the data."""

_LARGEST_EXPONENT = 700.0  # e^709 is the last that a double holds


@dataclass(frozen=True, slots=True)
class Lift:
    """Relative difference of a variant's rate to the control's; 0.1 is 10% more."""

    estimate: float | None
    """p_B/p_A - 1, clamped into the interval; None while the control has no conversion."""
    lower: float
    upper: float | None
    """None when no bound can be told: larger than e^700."""
    p: float
    """Always-valid p-value, min(1, 1/E): at most alpha exactly when the interval leaves out 0."""
    log_evidence: float
    """ln E, where E is the evidence against "no difference"; E of 20 is p of .05."""

    @property
    def direction(self) -> int:
        """1 when the whole interval is above 0, -1 when it is below, otherwise 0."""
        if self.lower > 0:
            return 1
        return -1 if self.upper is not None and self.upper < 0 else 0

    def is_within(self, margin: float) -> bool:
        """Whether the whole interval lies inside ±`margin`."""
        return -margin < self.lower and self.upper is not None and self.upper < margin


def lift(control: Arm, variant: Arm, *, alpha: float = ALPHA, tuning_visitors: float = TUNING_VISITORS) -> Lift | None:
    """Compare two arms.

    Args:
        alpha: chance of ever being wrong, for this comparison (already divided among several), between 0 and 1.
        tuning_visitors: N* above.

    Returns:
        None where a lift is undefined: an arm without visitors or with more conversions than visitors, or every
        visitor converted in both arms (no variance to judge by).
    """
    if not (control.is_proportion and variant.is_proportion):
        return None
    control_log_rate, control_variance = _log_rate(control)
    variant_log_rate, variant_variance = _log_rate(variant)
    variance = control_variance + variant_variance
    if variance == 0:
        return None
    visitors = control.trials + variant.trials
    mixture = mixture_variance(alpha, tuning_visitors)
    log_ratio = variant_log_rate - control_log_rate
    half_width = sqrt(variance) * boundary(visitors, alpha, mixture)
    weight = visitors * mixture
    log_evidence = (weight / (weight + 1) * log_ratio * log_ratio / variance - log1p(weight)) / 2
    lower = expm1(log_ratio - half_width)
    upper = expm1(log_ratio + half_width) if log_ratio + half_width < _LARGEST_EXPONENT else None
    return Lift(
        _clamped_estimate(control, variant, lower, upper),
        lower,
        upper,
        exp(-log_evidence) if log_evidence > 0 else 1.0,
        log_evidence,
    )


@lru_cache(maxsize=256)
def mixture_variance(alpha: float, tuning_visitors: float) -> float:
    """ρ²: the variance of the mixture that makes the interval tightest at `tuning_visitors`."""
    return (-2 * log(alpha) + log(1 - 2 * log(alpha))) / tuning_visitors


def boundary(visitors: float, alpha: float, mixture: float) -> float:
    """How many standard errors the interval reaches to each side at `visitors`, both arms together.

    Where a single look has 1.96, this is about 3 at N* and grows with the square root of a logarithm.
    """
    weight = visitors * mixture
    return sqrt((weight + 1) / weight * (log1p(weight) - 2 * log(alpha)))


def _log_rate(arm: Arm) -> tuple[float, float]:
    """The logarithm of the rate and its variance."""
    successes, trials = arm.successes + 0.5, arm.trials + 0.5
    # the variance is 1/(s+½) - 1/(n+½), written so that nothing cancels when nearly all of a billion visitors convert
    return log(successes / trials), (trials - successes) / (successes * trials)


def _clamped_estimate(control: Arm, variant: Arm, lower: float, upper: float | None) -> float | None:
    if control.successes == 0:
        return None
    plain = variant.successes * control.trials / (control.successes * variant.trials) - 1
    plain = max(plain, lower)
    return plain if upper is None else min(plain, upper)
