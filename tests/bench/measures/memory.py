"""What a remembered event costs the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.row import Budget, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.stage import Stage


def measure(stage: Stage) -> Iterator[Row]:
    """A row for each kind of server."""
    for name, filled in stage.filled.items():
        yield Row(
            f"memory per remembered event at {stage.sizes.remembered:,}, {name}",
            "bytes",
            (filled.our_bytes / stage.sizes.remembered,),
            (filled.old_bytes / stage.sizes.remembered,),
            Budget(ratio_at_most=1 / 6),
            "growth of used_memory, indexes and history included; one counter, one day",
        )
