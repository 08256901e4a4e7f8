"""The demonstration: what it is configured with, and whether its counters tell the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamed.keys import PARTICIPATE

from lamed_tui.config.model import Config, ExperimentSettings
from lamed_tui.embedded.truths import DEMO_TRUTHS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lamed_tui.embedded.stack import Stack
    from lamed_tui.embedded.truths import Truth
    from lamed_tui.experiments.snapshot import Snapshot

CounterName = tuple[str, str, str]
"""Experiment, event, variant."""


@dataclass(frozen=True)
class Mismatch:
    """A counter that does not show what was acknowledged."""

    counter: CounterName
    acknowledged: int
    counted: int


def demo_config(stack: Stack, truths: Sequence[Truth] = DEMO_TRUTHS) -> Config:
    """The settings a person would have made for these experiments on this stack."""
    return Config.model_validate(
        {
            "redis": {"url": stack.redis_url},
            "experiments": {
                truth.experiment: ExperimentSettings(
                    control=truth.control,
                    primary_goal=truth.goals[0],
                    non_unique_goals=tuple(sorted(truth.repeatable)),
                    weights=dict.fromkeys(truth.arms, 1.0),  # what the people of every experiment believe
                )
                for truth in truths
            },
        }
    )


def counts(snapshot: Snapshot) -> dict[CounterName, int]:
    """Every counter by the names it stands for."""
    counted: dict[CounterName, int] = {}
    for experiment in snapshot.experiments:
        for variant in experiment.variants:
            counted[experiment.name, PARTICIPATE, variant.name] = variant.visitors
        for goal in experiment.goals:
            for one in goal.variants:
                counted[experiment.name, goal.name, one.name] = one.conversions
    return counted


def mismatches(acknowledged: Mapping[CounterName, int], snapshot: Snapshot) -> list[Mismatch]:
    """Every counter that differs from the distinct events acknowledged; empty when all is well."""
    counted = counts(snapshot)
    return [
        Mismatch(counter, acknowledged.get(counter, 0), counted.get(counter, 0))
        for counter in sorted({*acknowledged, *counted})
        if acknowledged.get(counter, 0) != counted.get(counter, 0)
    ]
