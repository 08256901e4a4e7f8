"""How much is uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.stage import Stage


def measure(stage: Stage) -> Iterator[Row]:
    """One row, without a budget."""
    sizes = [path.stat().st_size / 1_000 for path in (stage.zips.ours, stage.zips.old)]
    yield Row("size of the zip", "kB", (sizes[0],), (sizes[1],))
