"""Servers on loopback that are none: one never answers, one says the same to everything."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def a_silent_server() -> Iterator[int]:
    """A port where connections are accepted and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextmanager
def a_server_that_answers(reply: bytes) -> Iterator[int]:
    """A port where every command gets the same reply; an empty one closes the connection."""
    connections: list[socket.socket] = []

    def answer(connection: socket.socket) -> None:
        connections.append(connection)
        with suppress(OSError), connection:
            while (request := connection.recv(65_536)) and reply:
                connection.sendall(reply * max(1, request.count(b"*")))

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            # A shutdown, unlike a close, wakes the threads that wait on these.
            for open_socket in (listener, *connections):
                with suppress(OSError):
                    open_socket.shutdown(socket.SHUT_RDWR)
