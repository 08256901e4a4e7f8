"""Commands to a Redis as bytes, many at a time: what both backends send, without the backends' own cost."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Request = bytes
    Conversation = Sequence[Request]
    """What one client sends over one connection, waiting for the answer to each request."""

_BUFFER = 1 << 20


def packed(*arguments: str | int) -> bytes:
    """One command."""
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        data = str(argument).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(parts)


def commands_in(request: Request) -> int:
    """How many commands a request is made of, and so how many replies it gets."""
    count = position = 0
    while position < len(request):
        position = _end_of_value(request, position)
        count += 1
    return count


def send_all(port: int, chunks: Iterable[Sequence[Request]]) -> None:
    """Send commands whose replies are numbers or statuses, chunk by chunk over one connection.

    Raises:
        RuntimeError: a reply was an error.
    """
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for chunk in chunks:
            missing = sum(map(commands_in, chunk[:1])) * len(chunk)
            connection.sendall(b"".join(chunk))
            while missing > 0:
                data = connection.recv(_BUFFER)
                if not data or data.startswith(b"-") or b"\n-" in data:
                    raise RuntimeError(f"the server answered {data[:200]!r}")
                missing -= data.count(b"\n")


def replay(port: int, conversations: Sequence[Conversation], clients: int, *, keep: bool) -> float:
    """Have a number of clients hold the conversations, each one at a time; the seconds that it takes.

    Args:
        port: of the server, on 127.0.0.1.
        conversations: a waiting list; they should be of about the same length.
        clients: how many clients.
        keep: whether a client keeps its connection from one conversation to the next.

    Raises:
        RuntimeError: a reply was an error.
    """
    waiting = iter(conversations)
    with selectors.DefaultSelector() as selector:
        started = time.perf_counter()
        try:
            for conversation in islice(waiting, clients):
                _begin(_Client(port), conversation, selector)
            while selector.get_map():
                for ready, _ in selector.select(timeout=30):
                    client: _Client = ready.data
                    if client.has_more():
                        continue
                    following = next(waiting, None)
                    if following is not None and keep:
                        _begin(client, following, selector)
                        continue
                    selector.unregister(client.connection)
                    client.connection.close()
                    if following is not None:
                        _begin(_Client(port), following, selector)
        finally:
            for ready in selector.get_map().values():
                ready.data.connection.close()
        return time.perf_counter() - started


@dataclass
class _Client:
    port: int
    requests: Iterator[Request] = field(default_factory=lambda: iter(()))
    received: bytes = b""
    missing: int = 0
    connection: socket.socket = field(default_factory=socket.socket)

    def say(self) -> bool:
        """Send the next request; False when there is none."""
        request = next(self.requests, None)
        if request is None:
            return False
        self.received, self.missing = b"", commands_in(request)
        self.connection.sendall(request)
        return True

    def has_more(self) -> bool:
        """Take in what has arrived, and say the next thing when it was the whole answer; False at the end."""
        data = self.connection.recv(_BUFFER)
        if not data:
            raise RuntimeError("the server has closed a connection")
        self.received += data
        if self.received.startswith(b"-") or b"\n-" in self.received:
            raise RuntimeError(f"the server answered {self.received[:200]!r}")
        try:
            complete = commands_in(self.received) >= self.missing
        except (IndexError, ValueError):
            complete = False
        return not complete or self.say()


def _begin(client: _Client, conversation: Conversation, selector: selectors.BaseSelector) -> None:
    client.requests = iter(conversation)
    if client.connection.fileno() not in selector.get_map():
        selector.register(client.connection, selectors.EVENT_READ, client)
        client.connection.connect(("127.0.0.1", client.port))
        client.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.say()


def _end_of_value(data: bytes, position: int) -> int:
    """Where the value that begins at a position ends. Raises ValueError or IndexError when its end is not there."""
    kind = data[position]
    end = data.index(b"\r\n", position) + 2
    size = int(data[position + 1 : end - 2]) if kind in b"$*" else -1
    if kind == ord("$") and size >= 0:
        end += size + 2
        data[end - 1]
    elif kind == ord("*"):
        for _ in range(size):
            end = _end_of_value(data, end)
    return end
