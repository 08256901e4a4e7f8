"""Split mismatch: do the arms receive the visitors that their weights promise?

When they do not, something loses visitors of one arm (a slow variant, a redirect, a blocked script), and who is left
is no longer comparable. The test is sequential: it may be looked at always, and raises an alarm in at most 0.1% of
healthy experiments however long they run.

Source: that of `multinomial`, averaged over three concentrations.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import exp, fsum
from typing import TYPE_CHECKING

from lamed_tui.experiments.statistics.multinomial import Prior, log_evidence, prior

if TYPE_CHECKING:
    from collections.abc import Sequence

CONCENTRATIONS = (100.0, 1000.0, 10000.0)
"""k: how strongly the prior sits on the weights; small finds large mismatches early, large finds small ones late."""

_LARGEST_WEIGHT = 1e300

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
    if not visitors or min(visitors) < 0:
        return None
    expected = _expected_shares((1.0,) * len(visitors) if weights is None else tuple(weights))
    if len(expected) != len(visitors):
        return None
    total = sum(visitors)
    actual = tuple([count / total for count in visitors]) if total else (0.0,) * len(visitors)
    evidence = log_evidence(visitors, expected, _priors(expected, tuple(concentrations)))
    p = exp(-evidence) if evidence > 0 else 1.0
    return Split(p, _state(p), expected, actual)


@lru_cache(maxsize=256)
def _expected_shares(weights: tuple[float, ...]) -> tuple[float, ...]:
    """The weights with a sum of 1; nothing when one of them is not positive, or drowns in the others."""
    whole = fsum(weights) if all(0 < weight < _LARGEST_WEIGHT for weight in weights) else 0.0
    shares = tuple(weight / whole for weight in weights) if whole else ()
    return shares if all(share > 0 for share in shares) else ()


@lru_cache(maxsize=256)
def _priors(shares: tuple[float, ...], concentrations: tuple[float, ...]) -> list[Prior]:
    return [prior([k * share for share in shares], shares) for k in concentrations]


def _state(p: float) -> SplitState:
    if p < ALARM_BELOW:
        return SplitState.ALARM
    return SplitState.WARN if p < WARN_BELOW else SplitState.OK
