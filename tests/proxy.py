"""A TCP proxy on loopback that can cut connections, go silent, be as slow as a network, and count what that costs."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 65_536


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
        self._cut = cut
        self._quiet = quiet
        self._one_way = round_trip / 2
        self._last_request = 0.0
        self._random = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1_024)
        self._streams: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()
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
        self._spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            streams, threads = list(self._streams), list(self._threads)
        for stream in streams:
            _end(stream)
        for thread in threads:
            thread.join(timeout=5)

    def _spawn(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            for stream in (client, server):
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self._streams |= {client, server}
            waiting = threading.Event()  # set while a request is without a reply
            self._spawn(self._pump, client, server, waiting, True)
            self._spawn(self._pump, server, client, waiting, False)

    def _pump(self, source: socket.socket, sink: socket.socket, waiting: threading.Event, is_request: bool) -> None:
        with contextlib.suppress(OSError):
            if is_request and self._one_way:
                time.sleep(2 * self._one_way)  # for the kernel's handshake, which took no time
            while data := source.recv(_CHUNK):
                with self._lock:
                    if is_request:
                        self._last_request = time.monotonic()
                        self.round_trips += not waiting.is_set()
                    lost = self._random.random() < self._cut
                    self.cuts += lost
                if lost:
                    break
                while not is_request and time.monotonic() - self._last_request < self._quiet:
                    time.sleep(self._quiet / 10)
                waiting.set() if is_request else waiting.clear()
                if self._one_way:
                    time.sleep(self._one_way)
                    data += _arrived_meanwhile(source)
                if not self.silent:
                    sink.sendall(data)
        _end(source)
        _end(sink)
        with self._lock:
            self._streams -= {source, sink}
            self._threads.discard(threading.current_thread())


def _arrived_meanwhile(source: socket.socket) -> bytes:
    """The rest of a long message: the parts of one travel together."""
    parts: list[bytes] = []
    with contextlib.suppress(BlockingIOError):
        while part := source.recv(_CHUNK, socket.MSG_DONTWAIT):
            parts.append(part)
    return b"".join(parts)


def _end(stream: socket.socket) -> None:
    with contextlib.suppress(OSError):
        stream.shutdown(socket.SHUT_RDWR)
    stream.close()
