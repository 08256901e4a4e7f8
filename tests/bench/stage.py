"""What the measures share: sizes, servers, the two packages, and servers filled with remembered events."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import redis
from lamed.keys import NODE_LEVELS

from lamed_tui.embedded.valkey import running_valkey
from tests.bench import contenders, wire
from tests.bench.packages import Zips, pack_both
from tests.bench.protocol import replay, send_all
from tests.ports import port_of
from tests.redis_servers import running_redis_7

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.bench.contenders import Contender
    from tests.bench.protocol import Request

_CHUNK = 1_000
_SETTLE_SECONDS = 10.0


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Attributes:
        remembered: events that the servers remember when their memory and speed are measured.
        spread: events that are spread over counters, a thousand on each.
        events: events whose latency is measured in each run.
        replayed: events that fifty clients send in each run.
        experiments: experiments that are read, of twelve counters each.
        runs: of every measure that is repeated.
        imports: fresh processes that import the handlers.
    """

    remembered: int
    spread: int
    events: int
    replayed: int
    experiments: int
    runs: int
    imports: int


FULL = Sizes(remembered=1_000_000, spread=100_000, events=200, replayed=10_000, experiments=1_000, runs=5, imports=15)
QUICK = Sizes(remembered=10_000, spread=2_000, events=10, replayed=200, experiments=20, runs=1, imports=1)


@dataclass(frozen=True)
class Server:
    """One Redis of the bench, used by one backend at a time."""

    name: str
    version: str
    port: int
    client: Any = field(repr=False)

    def used_memory(self) -> int:
        """Bytes that the server holds, when it has finished moving things about; its clients' buffers not counted."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        before, now = -1, self._data_memory()
        while before != now and time.monotonic() < deadline:
            time.sleep(0.25)  # a table that grows is moved a little ten times a second
            before, now = now, self._data_memory()
        return now

    def cpu_seconds(self) -> float:
        """CPU that the server has used since it started."""
        used = self.client.info("cpu")
        return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])

    def _data_memory(self) -> int:
        used = self.client.info("memory")
        return int(used["used_memory"]) - int(used["mem_clients_normal"])


@dataclass(frozen=True)
class Filled:
    """One kind of server, twice: one remembers the events as we do, one as 0.4.3 does. Both figures in bytes."""

    ours: Server
    old: Server
    our_bytes: int
    old_bytes: int


class Stage:
    """Made by `opened`. Everything in `directory` is the stage's own; `say` tells a person what happens.

    Attributes:
        servers: those that were started, when they were needed first.
    """

    def __init__(self, directory: Path, sizes: Sizes, say: Callable[[str], None], stack: ExitStack) -> None:
        self.directory = directory
        self.sizes = sizes
        self.say = say
        self.servers: list[Server] = []
        self._stack = stack
        self._numbers = count(1)

    def folder(self, *, exists: bool = True) -> Path:
        """The path of a new folder."""
        path = self.directory / str(next(self._numbers))
        if exists:
            path.mkdir()
        return path

    @cached_property
    def zips(self) -> Zips:
        """Both packages."""
        return pack_both(self.folder())

    @contextmanager
    def both(self, port: int) -> Iterator[tuple[Contender, Contender]]:
        """Ours and 0.4.3, in processes of their own, on the Redis at a port."""
        folders = self.folder(exists=False), self.folder(exists=False)
        with (
            contenders.ours(self.zips.ours, folders[0], port) as ours,
            contenders.old(self.zips.old, folders[1], port) as old,
        ):
            yield ours, old

    @cached_property
    def valkey(self) -> Server:
        """A Valkey 9 for measures that leave little behind; empty it first."""
        return self._valkey_9()

    @cached_property
    def filled(self) -> Mapping[str, Filled]:
        """By server name: servers that remember `sizes.remembered` events of one counter."""
        self.check_wire(self.valkey)
        return self.fill(self.sizes.remembered, counters=1)

    def fill(self, events: int, *, counters: int) -> Mapping[str, Filled]:
        """By server name: new servers that remember events, spread evenly over counters of as many experiments."""
        pairs = [(self._redis_7(), self._redis_7()), (self._valkey_9(), self._valkey_9())]
        for server in [server for pair in pairs for server in pair]:
            # The script, and statistics that servers keep of every command they have ever seen, are had once.
            for send in (send_ours, send_old):
                send([server], list(wire.some_events(1)))
            server.client.flushall()
        empty = [(ours.used_memory(), old.used_memory()) for ours, old in pairs]
        self.say(f"counting {events:,} events on every server, both ways")
        remaining = wire.some_events(events, counters=counters)
        while chunk := list(islice(remaining, 20 * _CHUNK)):
            send_ours([ours for ours, _ in pairs], chunk)
            send_old([old for _, old in pairs], chunk)
        return {
            ours.name: Filled(ours, old, ours.used_memory() - our_empty, old.used_memory() - old_empty)
            for (ours, old), (our_empty, old_empty) in zip(pairs, empty, strict=True)
        }

    def check_wire(self, server: Server) -> None:
        """Make sure that what the bench sends in bulk is what both backends send.

        Raises:
            RuntimeError: it is not; then no figure would mean anything.
        """
        events = list(wire.some_events(40, counters=3))
        with self.both(server.port) as (ours, old):
            for name, backend, in_bulk in (("this project", ours, send_ours), ("0.4.3", old, send_old)):
                server.client.flushall()
                backend.track(events)
                real = contents(server.client)
                server.client.flushall()
                in_bulk([server], events)
                _must_be_equal(f"what {name} leaves behind", contents(server.client), real)
            server.client.flushall()
            real_commands = commands_during(server.client, lambda: old.track(events[:1]))
            server.client.flushall()
            talk = wire.old_conversation(events[0])
            written = commands_during(server.client, lambda: replay(server.port, [talk], clients=1, keep=False))
            _must_be_equal("what 0.4.3 sends", written, real_commands)
        server.client.flushall()

    def _valkey_9(self) -> Server:
        url = self._stack.enter_context(running_valkey(self.folder()))
        return self._server("Valkey 9", port_of(url), "valkey_version")

    def _redis_7(self) -> Server:
        return self._server("Redis 7", self._stack.enter_context(running_redis_7(self.folder())).port, "redis_version")

    def _server(self, name: str, port: int, version: str) -> Server:
        client = self._stack.enter_context(redis.Redis(host="127.0.0.1", port=port, decode_responses=True))
        self.servers.append(Server(name, client.info("server")[version], port, client))
        return self.servers[-1]


@contextmanager
def opened(directory: Path, sizes: Sizes, say: Callable[[str], None]) -> Iterator[Stage]:
    """A stage in an empty folder, whose path must be short enough for a unix socket; its servers stop at the end."""
    with ExitStack() as stack:
        yield Stage(directory, sizes, say, stack)


def send_ours(servers: Sequence[Server], events: Sequence[Mapping[str, str]]) -> None:
    """Count events as our handlers do, in bulk."""
    requests = wire.our_requests(events, time.time(), levels=NODE_LEVELS)
    for server in servers:
        server.client.script_load(wire.our_script())
        send_all(server.port, _chunks(requests))


def send_old(servers: Sequence[Server], events: Sequence[Mapping[str, str]]) -> None:
    """Count events as 0.4.3 does, in bulk."""
    named = {event["experiment"]: event for event in events}
    indexing = [request for event in named.values() for request in wire.old_indexing(event)]
    requests = [wire.old_remembering(event) for event in events]
    for server in servers:
        send_all(server.port, [indexing, *_chunks(requests)])


def contents(client: Any) -> dict[str, tuple[object, bool]]:
    """Every key, with what it holds and whether it expires."""
    readers = {"string": client.get, "set": client.smembers, "hash": client.hgetall}
    return {key: (readers[client.type(key)](key), client.ttl(key) > 0) for key in client.scan_iter(count=1_000)}


def commands_during(client: Any, action: Callable[[], object]) -> list[str]:
    """The commands that a server is sent while something happens, as its monitor tells them."""
    found: list[str] = []
    with client.monitor() as monitor, client.client() as marker:
        marker.echo("begin")
        action()
        marker.echo("end")
        for line in monitor.listen():
            if line["command"] == "ECHO begin":
                found.clear()
            elif line["command"] == "ECHO end":
                return found
            else:
                found.append(line["command"])
    raise RuntimeError("the monitor ended early")


def _chunks(requests: Sequence[Request]) -> Iterator[Sequence[Request]]:
    return (requests[start : start + _CHUNK] for start in range(0, len(requests), _CHUNK))


def _must_be_equal(what: str, written: object, real: object) -> None:
    if written != real:
        raise RuntimeError(f"{what} in bulk is not what it is one by one: {written}, really {real}"[:2_000])
