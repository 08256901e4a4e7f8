"""How long a warm process takes for one event, when Redis is as far away as in another zone."""

from __future__ import annotations

from itertools import count
from statistics import median
from typing import TYPE_CHECKING

from tests.bench.row import Budget, Row, alternating
from tests.bench.wire import some_events
from tests.proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.contenders import Contender
    from tests.bench.stage import Stage

_ROUND_TRIP = 0.001


def measure(stage: Stage) -> Iterator[Row]:
    """One row: from the proxy event to the answer, inside the process."""
    stage.valkey.client.flushall()
    numbers = count(1)

    def milliseconds(backend: Contender) -> float:
        return 1_000 * median(backend.track(list(some_events(stage.sizes.events, prefix=str(next(numbers))))))

    with TcpProxy(stage.valkey.port, round_trip=_ROUND_TRIP) as proxy, stage.both(proxy.port) as (ours, old):
        for backend in (ours, old):
            backend.track(list(some_events(5)))
        yield Row(
            "latency per event at 1 ms network delay",
            "ms",
            *alternating(stage.sizes.runs, lambda: milliseconds(ours), lambda: milliseconds(old)),
            Budget(ratio_at_most=1 / 4),
            "the delay is of a round trip; connecting takes one as well",
        )
