"""Split mismatch: do the arms receive the visitors that their weights promise?

When they do not, something loses visitors of one arm (a slow variant, a redirect, a blocked script), and who is left
is no longer comparable. The test is sequential: it may be looked at always, and raises an alarm in at most 0.1% of
healthy experiments however long they run.

Source: Lindon and Malek, arXiv 2011.03567 (Dirichlet-multinomial martingale), averaged over three concentrations.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import exp, fsum, isfinite, lgamma, log
from typing import TYPE_CHECKING

from lamed_tui.experiments.conversions import log_mean_exp

if TYPE_CHECKING:
    from collections.abc import Sequence

CONCENTRATIONS = (100.0, 1000.0, 10000.0)
"""k: how strongly the prior sits on the weights; small finds large mismatches early, large finds small ones late."""

WARN_BELOW = 0.01
ALARM_BELOW = 0.001


class SplitState(StrEnum):
    """What the split says about the experiment."""

    OK = "ok"
    WARN = "warn"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Split:
    """Outcome of the split test; shares are in the order of the arms given and sum to 1."""

    p: float
    """Always-valid p-value against "visitors arrive by the weights"."""
    state: SplitState
    expected: tuple[float, ...]
    actual: tuple[float, ...]
    """All 0 without visitors."""


def split_test(
    visitors: Sequence[int],
    weights: Sequence[float] | None = None,
    *,
    concentrations: Sequence[float] = CONCENTRATIONS,
) -> Split | None:
    """Compare visitor counts with weights, one of each per arm; arms without visitors count.

    Args:
        weights: positive, of any sum; equal when None.

    Returns:
        None where there is nothing to test: no arm, a negative count, or weights that are not one positive number
        for each arm. A single arm, or no visitor yet, is p = 1.
    """
    if weights is None:
        weights = [1.0] * len(visitors)
    if not visitors or min(visitors) < 0 or len(weights) != len(visitors):
        return None
    if not all(weight > 0 and isfinite(weight) for weight in weights):
        return None
    total, whole = sum(visitors), sum(weights)
    expected = tuple(weight / whole for weight in weights)
    actual = tuple(count / total if total else 0.0 for count in visitors)
    p = exp(-max(0.0, _log_evidence(visitors, expected, tuple(concentrations))))
    return Split(p, _state(p), expected, actual)


def _log_evidence(visitors: Sequence[int], shares: tuple[float, ...], concentrations: tuple[float, ...]) -> float:
    """ln E, averaged over the concentrations."""
    total = sum(visitors)
    promised = fsum([count * log(share) for count, share in zip(visitors, shares, strict=True)])
    evidence = []
    for k, prior in zip(concentrations, _log_priors(shares, concentrations), strict=True):
        log_gammas = [lgamma(k * share + count) for count, share in zip(visitors, shares, strict=True)]
        evidence.append(fsum([prior, -lgamma(k + total), -promised, *log_gammas]))
    return log_mean_exp(evidence)


@lru_cache(maxsize=256)
def _log_priors(shares: tuple[float, ...], concentrations: tuple[float, ...]) -> list[float]:
    return [lgamma(k) - fsum([lgamma(k * share) for share in shares]) for k in concentrations]


def _state(p: float) -> SplitState:
    if p < ALARM_BELOW:
        return SplitState.ALARM
    return SplitState.WARN if p < WARN_BELOW else SplitState.OK
