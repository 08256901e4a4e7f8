"""A TCP proxy on loopback that can cut connections, go silent, be as slow as a network, and count what that costs.

One thread serves every connection, so that a new one costs no more than on a real network.
"""

from __future__ import annotations

import contextlib
import random
import select
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field

_MOST_BYTES = 65_536
_NEVER = float("inf")
_OVERSLEPT = 0.0002
"""Seconds by which a system may wake us too late: for so long before anything is due we stay awake."""


@dataclass(eq=False)
class _Lane:
    """One direction of a connection: what is on the way, each with the moment of its arrival, and what has arrived."""

    source: socket.socket
    sink: socket.socket
    is_request: bool
    opened: float
    under_way: deque[tuple[float, bytes]] = field(default_factory=deque)
    arrived: bytearray = field(default_factory=bytearray)
    ended: bool = False
    other: _Lane | None = None
    waiting: bool = False
    """Of requests: whether one of them is without a reply."""


class TcpProxy:
    """Forwards loopback connections to `port`, and counts round trips: writes of the client after a reply, or first.

    Args:
        port: where the server listens, on 127.0.0.1.
        cut: the chance that a message, in either direction, is lost together with its connection: so a request may be
            lost before the server has seen it, or its reply after.
        seed: of that chance.
        quiet: replies are held back while requests arrived less than this many seconds ago, so that a long write
            counts as one.
        round_trip: seconds that a request and its reply are on the way; a new connection takes them once more.
    """

    def __init__(
        self, port: int, *, cut: float = 0.0, seed: int = 0, quiet: float = 0.0, round_trip: float = 0.0
    ) -> None:
        self._target = port
        self._quiet = quiet
        self._round_trip = round_trip
        self._last_request = 0.0
        self._random = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1_024)
        self._stop, self._stopped = socket.socketpair()
        self._lanes: dict[socket.socket, _Lane] = {}
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.cut = cut
        self.silent = False
        self.connections = 0
        self.round_trips = 0
        self.cuts = 0

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> TcpProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.send(b"!")
        self._thread.join()
        for stream in (self._stop, self._stopped, self._listener):
            stream.close()

    def _serve(self) -> None:
        while True:
            now = time.monotonic()
            due = [self._deliver(lane, now) for lane in list(self._lanes.values())]
            # An end of the connection may have been closed by the delivery: the lanes are looked at again.
            writers = [lane.sink for lane in self._lanes.values() if lane.arrived]
            readers = [source for source, lane in self._lanes.items() if not lane.ended]
            left = min(due, default=_NEVER) - time.monotonic()
            timeout = None if left == _NEVER else max(0.0, left - _OVERSLEPT)
            readable, _, _ = select.select([self._stopped, self._listener, *readers], writers, [], timeout)
            if self._stopped in readable:
                break
            if self._listener in readable:
                readable.remove(self._listener)
                self._accept()
            for source in readable:
                if source in self._lanes:
                    self._receive(self._lanes[source])
        for lane in list(self._lanes.values()):
            lane.source.close()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            client.close()
            return
        self.connections += 1
        opened = time.monotonic() + self._round_trip  # the kernel's own handshake took no time
        there, back = _Lane(client, server, True, opened), _Lane(server, client, False, opened)
        there.other, back.other = back, there
        for lane in (there, back):
            lane.source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            lane.source.setblocking(False)
            self._lanes[lane.source] = lane

    def _receive(self, lane: _Lane) -> None:
        try:
            data = lane.source.recv(_MOST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            lane.ended = True
            return
        now = time.monotonic()
        if lane.is_request:
            self._last_request = now
            self.round_trips += not lane.waiting
            lane.waiting = True
        if self._random.random() < self.cut:
            self.cuts += 1
            self._close(lane)
            return
        lane.under_way.append((max(now, lane.opened) + self._round_trip / 2, data))

    def _deliver(self, lane: _Lane, now: float) -> float:
        """Hand over what has arrived by now; when the next of it will."""
        held_until = 0.0 if lane.is_request else self._last_request + self._quiet
        while lane.under_way and max(lane.under_way[0][0], held_until) <= now:
            _, data = lane.under_way.popleft()
            if not lane.is_request and lane.other is not None:
                lane.other.waiting = False
            if not self.silent:
                lane.arrived += data
        try:
            if lane.arrived:
                del lane.arrived[: lane.sink.send(lane.arrived)]
        except BlockingIOError:
            pass
        except OSError:
            self._close(lane)
            return _NEVER
        if lane.under_way:
            return max(lane.under_way[0][0], held_until)
        if lane.ended and not lane.arrived:
            self._close(lane)
        return _NEVER

    def _close(self, lane: _Lane) -> None:
        for end in (lane.source, lane.sink):
            self._lanes.pop(end, None)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
