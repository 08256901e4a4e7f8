"""A snapshot as flat lines, each complete in itself: for screen readers, pipes and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.experiments.names import printable
from lamed_tui.experiments.wording import plural, rate_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lamed_tui.experiments.snapshot import Experiment, Snapshot

Row = tuple[str, str | None, str | None]
"""What a line is about: experiment, goal, variant."""


def flat_lines(snapshot: Snapshot) -> dict[Row, str]:
    """One line a variant and goal, in the snapshot's order. Numbers come without separators, as programs want them."""
    return {row: line for experiment in snapshot.experiments for row, line in _lines(experiment)}


def changed_lines(before: Mapping[Row, str], now: Mapping[Row, str]) -> list[str]:
    """The lines that are new or read differently, then those that are gone."""
    changed = [line for row, line in now.items() if before.get(row) != line]
    return [*changed, *(f"{_heading(row)}: gone" for row in before if row not in now)]


def heading(snapshot: Snapshot, label: str) -> str:
    """What is being looked at, where, and when it was read."""
    experiments = plural(len(snapshot.experiments), "experiment")
    return f"{label}, namespace {printable(snapshot.namespace)}, {experiments}, read at {clock_text(snapshot)}"


def clock_text(snapshot: Snapshot) -> str:
    """The time of day of the reading, in the time zone it carries."""
    return f"{snapshot.taken_at:%H:%M:%S %Z}"


def _lines(experiment: Experiment) -> Iterator[tuple[Row, str]]:
    for goal in experiment.goals:
        for one in goal.variants:
            counts = f"{plural(one.conversions, 'conversion')}, {plural(one.visitors, 'visitor')}"
            rate = f", {rate_text(one.rate)}" if one.visitors else ""
            yield _line((experiment.name, goal.name, one.name), counts + rate)
    if not experiment.goals:
        for variant in experiment.variants:
            visitors = plural(variant.visitors, "visitor")
            yield _line((experiment.name, None, variant.name), f"{visitors}, no goal reached yet")
    if not experiment.variants:
        yield _line((experiment.name, None, None), "nothing counted yet")


def _line(row: Row, values: str) -> tuple[Row, str]:
    return row, f"{_heading(row)}: {values}"


def _heading(row: Row) -> str:
    return ", ".join(printable(name) for name in row if name is not None)
