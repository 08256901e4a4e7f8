"""How often a warm process waits for the network to count one event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.row import Budget, Row
from tests.bench.wire import some_events
from tests.proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.contenders import Contender
    from tests.bench.stage import Stage

_WARMING, _EVENTS = 3, 20


def measure(stage: Stage) -> Iterator[Row]:
    """One row: exchanges, and connections, which cost a round trip too."""
    stage.valkey.client.flushall()
    with TcpProxy(stage.valkey.port) as proxy, stage.both(proxy.port) as (ours, old):
        yield Row(
            "round trips per event, warm",
            "",
            (_an_event(proxy, ours),),
            (_an_event(proxy, old),),
            Budget(ours_at_most=1),
            "requests that are waited for, and new connections, counted at a relay",
        )


def _an_event(proxy: TcpProxy, backend: Contender) -> float:
    events = list(some_events(_WARMING + _EVENTS))
    backend.track(events[:_WARMING])
    before = proxy.round_trips + proxy.connections
    backend.track(events[_WARMING:])
    return (proxy.round_trips + proxy.connections - before) / _EVENTS
