"""A row of the table: what was measured on both sides, and what had to be reached."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = ("measure", "ours", "0.4.3", "ratio", "budget", "ok")


@dataclass(frozen=True)
class Budget:
    """What must be reached: a bound on our value, or on our value divided by 0.4.3's.

    Exactly one of the bounds is given.
    """

    ours_at_most: float | None = None
    ratio_at_most: float | None = None
    ratio_at_least: float | None = None

    def holds(self, ours: float, ratio: float | None) -> bool:
        """Whether it is reached."""
        if self.ours_at_most is not None:
            return ours <= self.ours_at_most
        if ratio is None:
            return False
        if self.ratio_at_most is not None:
            return ratio <= self.ratio_at_most
        return self.ratio_at_least is not None and ratio >= self.ratio_at_least

    def __str__(self) -> str:
        if self.ours_at_most is not None:
            return f"ours ≤ {self.ours_at_most:g}"
        if self.ratio_at_most is not None:
            return f"≤ {in_words(self.ratio_at_most)}"
        return f"≥ {in_words(self.ratio_at_least or 0)}"


@dataclass(frozen=True)
class Row:
    """One measure.

    Attributes:
        unit: of both values; empty for plain numbers.
        ours: the samples of this project, of which the median counts.
        old: those of 0.4.3; empty where it has nothing to compare with.
        budget: None for what is only told.
        note: how it was measured, where the name does not say.
    """

    measure: str
    unit: str
    ours: tuple[float, ...]
    old: tuple[float, ...]
    budget: Budget | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Our median divided by theirs; None when there is no theirs."""
        return median(self.ours) / median(self.old) if self.old else None

    @property
    def ok(self) -> bool | None:
        """Whether the budget is reached; None when there is none."""
        return self.budget.holds(median(self.ours), self.ratio) if self.budget else None

    def cells(self) -> tuple[str, ...]:
        """The row as text, in the order of `COLUMNS`."""
        ok = {True: "yes", False: "NO", None: ""}[self.ok]
        values = (in_figures(median(samples)) if samples else "–" for samples in (self.ours, self.old))
        name = f"{self.measure}, {self.unit}" if self.unit else self.measure
        ratio = "–" if self.ratio is None else in_words(self.ratio)
        return (name, *values, ratio, str(self.budget or ""), ok)

    def document(self) -> dict[str, Any]:
        """The row for machines."""
        return {
            "measure": self.measure,
            "unit": self.unit,
            "ours": median(self.ours),
            "0.4.3": median(self.old) if self.old else None,
            "ratio": self.ratio,
            "budget": str(self.budget) if self.budget else None,
            "ok": self.ok,
            "samples": {"ours": list(self.ours), "0.4.3": list(self.old)},
            "note": self.note,
        }


def alternating(
    runs: int, ours: Callable[[], float], old: Callable[[], float]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measure both in turn, so that whatever else the machine does falls on both: the samples of ours, and theirs."""
    pairs = [(ours(), old()) for _ in range(runs)]
    return tuple(one for one, _ in pairs), tuple(other for _, other in pairs)


def in_words(ratio: float) -> str:
    """A ratio as people say it: 2.5 is "2.5x", 0.25 is "1/4"."""
    return f"{ratio:.3g}x" if ratio >= 1 else f"1/{1 / ratio:.3g}"


def in_figures(value: float) -> str:
    """Three significant digits, thousands separated."""
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"
