"""How many events one core of a server can count, when fifty clients send as fast as they are answered."""

from __future__ import annotations

import time
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from lamed.keys import NODE_LEVELS

from tests.bench.protocol import replay
from tests.bench.row import Budget, Row, alternating
from tests.bench.wire import old_conversation, our_requests, our_script, some_events

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.bench.protocol import Conversation
    from tests.bench.stage import Server, Stage

_CLIENTS = 50


def measure(stage: Stage) -> Iterator[Row]:
    """For each kind of server a row by its CPU, and one by the clock, which a busy machine slows."""
    for name, filled in stage.filled.items():
        filled.ours.client.script_load(our_script())
        stage.say(f"fifty clients on {name}")
        runs = _Runs(stage.sizes.replayed)
        by_cpu, old_by_cpu = alternating(
            stage.sizes.runs, partial(runs.ours, filled.ours), partial(runs.old, filled.old)
        )
        yield Row(
            f"events per second through one core of {name}, {_CLIENTS} clients",
            "",
            by_cpu,
            old_by_cpu,
            Budget(ratio_at_least=2),
            f"events by the server's CPU seconds, while it remembers {stage.sizes.remembered:,} others",
        )
        yield Row(f"events per second by the clock, {name}", "", tuple(runs.our_clock), tuple(runs.old_clock))


class _Runs:
    """Runs of both, each with new events; how fast they went by the clock is kept on the side."""

    def __init__(self, events: int) -> None:
        self._events = events
        self._prefixes = (f"f{number}" for number in count(1))
        self.our_clock: list[float] = []
        self.old_clock: list[float] = []

    def ours(self, server: Server) -> float:
        events = list(some_events(self._events, prefix=next(self._prefixes)))
        talks = [[request] for request in our_requests(events, time.time(), levels=NODE_LEVELS)]
        return self._run(server, talks, self.our_clock, keep=True)

    def old(self, server: Server) -> float:
        talks = [old_conversation(event) for event in some_events(self._events, prefix=next(self._prefixes))]
        return self._run(server, talks, self.old_clock, keep=False)

    def _run(self, server: Server, talks: Sequence[Conversation], clock: list[float], *, keep: bool) -> float:
        before = server.cpu_seconds()
        clock.append(len(talks) / replay(server.port, talks, _CLIENTS, keep=keep))
        return len(talks) / (server.cpu_seconds() - before)
