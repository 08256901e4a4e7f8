"""The two counters that everything about one variant on one goal starts from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arm:
    """What one variant has counted for one goal.

    Counters come from outside and may be anything, so nothing is refused here: a pair that is no proportion says so
    through `is_proportion`, and every statistic answers None for it.
    """

    successes: int
    """Conversions, `s` in the formulas."""
    trials: int
    """Visitors, `n` in the formulas."""

    @property
    def is_proportion(self) -> bool:
        """Whether 0 ≤ s ≤ n and n > 0, that is, whether s/n can be the rate of a goal reached once per visitor."""
        return 0 <= self.successes <= self.trials > 0

    @property
    def rate(self) -> float | None:
        """Conversions per visitor; above 1 for a goal reached several times; None without visitors."""
        return self.successes / self.trials if self.trials > 0 else None
