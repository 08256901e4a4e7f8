"""What the counters said at one moment, as frozen values that every face renders.

An experiment's participants and its goals are kept apart: `Experiment.variants` says who took part, `Experiment.goals`
what they reached. An experiment that nobody has converted in yet therefore has variants with visitors, and no goals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Variant:
    """One arm of an experiment and how many visitors took part in it."""

    name: str
    visitors: int


@dataclass(frozen=True, slots=True)
class VariantCount:
    """One arm on one goal.

    Attributes:
        visitors: participants of the variant.
        conversions: how often the goal was reached; may exceed `visitors` when a visitor can reach it repeatedly.
    """

    name: str
    visitors: int
    conversions: int

    @property
    def rate(self) -> float | None:
        """Conversions per visitor; None when there are no visitors to divide by."""
        return self.conversions / self.visitors if self.visitors else None


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal, with every variant of its experiment in the experiment's order.

    Attributes:
        unique: whether a visitor can reach it only once, as far as the settings say.
    """

    name: str
    unique: bool
    variants: tuple[VariantCount, ...]

    @property
    def conversions(self) -> int:
        """Over all variants."""
        return sum(variant.conversions for variant in self.variants)


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment.

    Attributes:
        control: the variant that the others are compared with, when it can be known.
        variants: every arm, the control first, then by name.
        goals: the primary goal first when the settings name one, then by name.
        visitors_told: whether `variants` is all that has been counted; the API tells visitors only beside goals.
    """

    name: str
    control: str | None
    variants: tuple[Variant, ...]
    goals: tuple[Goal, ...]
    visitors_told: bool = True

    @property
    def visitors(self) -> int:
        """Over all variants."""
        return sum([variant.visitors for variant in self.variants])

    @property
    def events(self) -> int:
        """Everything counted for this experiment: participations and conversions."""
        return self.visitors + sum([one.conversions for goal in self.goals for one in goal.variants])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every experiment of a namespace, by name.

    Attributes:
        taken_at: when the counters were read, with a time zone.
    """

    namespace: str
    taken_at: datetime
    experiments: tuple[Experiment, ...]
