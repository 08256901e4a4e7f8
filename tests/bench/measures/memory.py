"""What a remembered event costs the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.row import Budget, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.stage import Filled, Stage


_EVENTS_A_COUNTER = 1_000


def measure(stage: Stage) -> Iterator[Row]:
    """For each kind of server a row for one busy counter, and one for many that are less so."""
    counters = stage.sizes.spread // _EVENTS_A_COUNTER
    spread = stage.fill(stage.sizes.spread, counters=counters)
    for name, filled in stage.filled.items():
        yield _row(f"{stage.sizes.remembered:,}, {name}", filled, stage.sizes.remembered, Budget(ratio_at_most=1 / 6))
        yield _row(f"{counters:,} counters of {_EVENTS_A_COUNTER:,}, {name}", spread[name], stage.sizes.spread, None)


def _row(where: str, filled: Filled, events: int, budget: Budget | None) -> Row:
    return Row(
        f"memory per remembered event at {where}",
        "bytes",
        (filled.our_bytes / events,),
        (filled.old_bytes / events,),
        budget,
        "growth of used_memory within one day, indexes and history included",
    )
