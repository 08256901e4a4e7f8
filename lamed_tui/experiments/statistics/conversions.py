"""An exact always-valid test that looks at conversions only, so that it holds from the very first one.

If both arms convert alike, each conversion comes from the variant with the probability of its share of visitors; if the
variant converts half as often, with less, and just as exactly. That needs neither visitor counts nor a minimum of data,
and catches a variant whose goal never fires long before `lift` may speak.

Source: that of `multinomial`.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, log, log1p
from typing import TYPE_CHECKING

from lamed_tui.experiments.statistics.multinomial import Prior, log_evidence, prior

if TYPE_CHECKING:
    from collections.abc import Sequence

CONCENTRATIONS = (1.0, 10.0, 100.0)
"""k: how strongly the Beta prior sits on the expected share. The weakest is for an arm that never converts: with it,
"less than half as often" is sure after 26 conversions of the other arm, and only after 45 without it."""

_LARGEST_LOG_ODDS = 700.0
"""Of what is left of the range of a double."""


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
    shares, priors = _compared(share, ratio, tuple(concentrations))
    return exp(-max(0.0, log_evidence((control, variant), shares, priors)))


@lru_cache(maxsize=256)  # the counts change all the time, and what they are compared with seldom does
def _compared(
    share: float, ratio: float, concentrations: tuple[float, ...]
) -> tuple[tuple[float, float], tuple[Prior, ...]]:
    """The shares of the conversions that both arms are promised, and the priors around those of the visitors."""
    log_odds = log(share) - log1p(-share) + log(ratio)
    odds = exp(min(max(log_odds, -_LARGEST_LOG_ODDS), _LARGEST_LOG_ODDS))
    shares = (1 / (1 + odds), odds / (1 + odds))
    return shares, tuple(prior((k * (1 - share), k * share), shares) for k in concentrations)
