"""The rows of the table, one module a measure. A new one needs its module, and its line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.measures import (
    deploying,
    imports,
    keys,
    latency,
    memory,
    monitor,
    package_size,
    reading,
    round_trips,
    throughput,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeAlias

    from tests.bench.row import Row
    from tests.bench.stage import Stage

    Measure: TypeAlias = Callable[[Stage], Iterator[Row]]

MEASURES: Mapping[str, Measure] = {
    "round-trips": round_trips.measure,
    "latency": latency.measure,
    "memory": memory.measure,
    "throughput": throughput.measure,
    "reading": reading.measure,
    "monitor": monitor.measure,
    "keys": keys.measure,
    "imports": imports.measure,
    "package-size": package_size.measure,
    "deploying": deploying.measure,
}
"""By the name that chooses it on the command line, in the order of the table."""
