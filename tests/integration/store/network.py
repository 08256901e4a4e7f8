"""Networks as they are on a bad day, on loopback: a server that never answers, one that only refuses, a TLS front."""

from __future__ import annotations

import select
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


_QUIET_SECONDS = 0.03
"""A client that sends nothing for so long is waiting for an answer."""


@contextmanager
def a_silent_server() -> Iterator[int]:
    """A port where connections are accepted and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield port_of(listener)


@contextmanager
def a_server_that_answers(reply: bytes) -> Iterator[int]:
    """A port where every command gets the same reply; an empty one closes the connection."""

    def answer(connection: socket.socket) -> None:
        with suppress(OSError):
            while request := connection.recv(65_536):
                if not reply:
                    return
                connection.sendall(reply * max(1, request.count(b"*")))

    with _serving(answer) as listener:
        yield port_of(listener)


class Front:
    """A relay before a real server that counts round trips: requests sent without waiting for an answer count once."""

    def __init__(self, port: int, upstream: int) -> None:
        self.port = port
        self.round_trips = 0
        self._upstream = upstream

    def relay(self, client: socket.socket) -> None:
        """Pass everything on in both directions until either side closes."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._upstream)) as server:
            threading.Thread(target=self._back, args=(server, client), daemon=True).start()
            while request := self._everything_sent(client):
                self.round_trips += 1
                server.sendall(request)

    @staticmethod
    def _everything_sent(client: socket.socket) -> bytes:
        request = client.recv(1 << 20)
        while request and select.select([client], [], [], _QUIET_SECONDS)[0]:
            more = client.recv(1 << 20)
            if not more:
                break
            request += more
        return request

    @staticmethod
    def _back(server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while reply := server.recv(1 << 20):
                client.sendall(reply)


@contextmanager
def a_front(upstream: int, tls: ssl.SSLContext | None = None) -> Iterator[Front]:
    """A relay on a port of its own, optionally speaking TLS to its clients."""
    front = Front(0, upstream)
    with _serving(front.relay, tls) as listener:
        front.port = port_of(listener)
        yield front


def a_certificate(directory: Path) -> tuple[Path, ssl.SSLContext]:
    """A new self-signed certificate for 127.0.0.1: its file, and a server's context that uses it."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


@contextmanager
def _serving(handle: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[socket.socket]:
    """Run `handle(connection)` in a thread for each connection; everything is closed at the end."""
    open_connections: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            secured = tls.wrap_socket(connection, server_side=True) if tls else connection
            open_connections.append(secured)
            with secured:
                handle(secured)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listener
        finally:
            # A shutdown, unlike a close, wakes the threads that wait on these.
            for open_socket in (listener, *open_connections):
                with suppress(OSError):
                    open_socket.shutdown(socket.SHUT_RDWR)
