"""How strongly counts speak against the shares they were promised, however many there are.

The Dirichlet-multinomial martingale: the likelihood of the counts under a Dirichlet prior, against that under the
shares. Its terms grow with the counts and nearly cancel, so that summed as they stand they say nothing any more from
about 10^15 counts on. Here what cancels is taken out by hand, with Stirling's series, and what remains is as exact for
10^18 counts as for ten.

Source: Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022, arXiv 2011.03567;
Stirling's series: https://dlmf.nist.gov/5.11#E1
"""

from __future__ import annotations

from math import exp, fsum, lgamma, log, log1p, pi
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_SERIES_FROM = 30.0
"""From here on three terms of the series are more exact than a difference of large numbers."""


class Prior(NamedTuple):
    """A Dirichlet prior.

    Attributes:
        weights: its parameters, positive, one an arm.
        total: their sum.
        surprise: the prior's own, without any count.
    """

    weights: tuple[float, ...]
    total: float
    surprise: float


def prior(weights: Sequence[float], shares: Sequence[float]) -> Prior:
    """A prior for `log_evidence` against these shares, positive and with a sum of 1."""
    total = fsum(weights)
    return Prior(tuple(weights), total, _surprise([0] * len(weights), shares, weights, total))


def log_evidence(counts: Sequence[int], shares: Sequence[float], priors: Sequence[Prior]) -> float:
    """ln of the evidence against the shares, averaged over the priors; above 0 it speaks against them."""
    return _log_mean_exp([_surprise(counts, shares, one.weights, one.total) - one.surprise for one in priors])


def _surprise(counts: Sequence[int], shares: Sequence[float], weights: Sequence[float], weight: float) -> float:
    """ln of the Dirichlet's normalizing constant after the counts, less what it has by the shares alone."""
    total = sum(counts)
    whole = weight + total
    terms = [log(whole) / 2, -_remainder(whole)]
    for count, share, own in zip(counts, shares, weights, strict=True):
        posterior, promised = own + count, whole * share
        terms += [_divergence(posterior, promised), _remainder(posterior) - log(posterior) / 2]
    return fsum(terms)


def _divergence(posterior: float, promised: float) -> float:
    """posterior ln(posterior / promised) less the excess of one over the other; over all arms the excesses cancel."""
    excess = posterior - promised
    if abs(excess) < promised / 2:
        relative = excess / promised
        return promised * ((1 + relative) * log1p(relative) - relative)
    return posterior * (log(posterior) - log(promised)) - excess


def _remainder(value: float) -> float:
    """What is left of ln Γ(value) without the terms that grow with the value."""
    if value < _SERIES_FROM:
        return lgamma(value) - ((value - 0.5) * log(value) - value + log(2 * pi) / 2)
    square = 1 / (value * value)
    return (1 / 12 - square * (1 / 360 - square / 1260)) / value


def _log_mean_exp(logarithms: Sequence[float]) -> float:
    """Logarithm of the mean of numbers given by their logarithms, without leaving the range of a double."""
    largest = max(logarithms)
    return largest + log(fsum([exp(value - largest) for value in logarithms]) / len(logarithms))
