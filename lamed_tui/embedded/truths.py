"""Experiments whose outcome is known, because the simulated visitors are told how to behave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Arm:
    """One variant as it truly is: how many visitors get it, and what they then do.

    Attributes:
        share: weight among the arms when a visitor is assigned.
        goals: chance that a visitor reaches the goal; for a repeatable goal, the mean number of times (up to 10).
    """

    share: float
    goals: Mapping[str, float]


@dataclass(frozen=True)
class Truth:
    """An experiment whose true rates are known, because we made them. Its first arm is the control."""

    experiment: str
    arms: Mapping[str, Arm]
    repeatable: frozenset[str] = frozenset()

    @property
    def control(self) -> str:
        """The arm that the others are compared with."""
        return next(iter(self.arms))

    @property
    def goals(self) -> tuple[str, ...]:
        """Every goal some arm can reach, in the order they are first named."""
        return tuple(dict.fromkeys(goal for arm in self.arms.values() for goal in arm.goals))


DEMO_TRUTHS: tuple[Truth, ...] = (
    Truth(
        "signup button",
        {
            "control": Arm(1, {"signup": 0.16, "newsletter": 0.30}),
            "green": Arm(1, {"signup": 0.36, "newsletter": 0.31}),
        },
    ),
    Truth("headline wording", {"control": Arm(1, {"read on": 0.25}), "question": Arm(1, {"read on": 0.25})}),
    Truth("checkout steps", {"control": Arm(0.68, {"paid": 0.20}), "one page": Arm(0.32, {"paid": 0.22})}),
    Truth(
        "related articles",
        {"control": Arm(1, {"article opened": 1.4}), "with pictures": Arm(1, {"article opened": 1.8})},
        repeatable=frozenset({"article opened"}),
    ),
)
"""A clear winner; an A/A; a split that is announced as even and is not; a goal that a visitor can reach often."""
