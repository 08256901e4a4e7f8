"""A small client for the Redis protocol (RESP2): enough for this package, and cheap to import.

redis-py costs 176 ms of CPU to import, which is 3.5 s on a 128 MB function; this costs about 1 ms. It sends commands
in pipelines over one kept connection, and sends a pipeline a second time when the kept connection turns out to be dead:
every command of this package may be repeated.
"""

from __future__ import annotations

from time import monotonic, time

from lamed.transport import opened, seconds_left

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from lamed.endpoint import Endpoint
    from lamed.transport import Stream

    Command: TypeAlias = Sequence[str | int]
    Reply: TypeAlias = "bytes | int | list[Reply] | ReplyError | None"


_IDLE_SECONDS = 300  # NAT gateways forget a connection after 350 s without a word to either end
_NOT_REDIS = "NotRedis"
_STRING = ord("$")


class StoreError(Exception):
    """The store did not do what was asked. `reason` is one word for the log: no host, no key, no secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreachableError(StoreError):
    """No connection, no answer in time, or an answer that is not RESP. `reason` is the name of the system's error."""


class ReplyError(StoreError):
    """The server answered an error. `reason` is its first word, `detail` the rest."""

    def __init__(self, text: str) -> None:
        reason, _, self.detail = text.partition(" ")
        # Without a password a server refuses a long command before it looks at it, and says so in other words.
        super().__init__("NOAUTH" if "unauthenticated" in self.detail else reason)


class Connection:
    """One connection to one server, opened at the first use and again after it broke.

    `timeout` is in seconds, for connecting, for the handshake, and for every reply.
    """

    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        self._endpoint = endpoint
        self._timeout = timeout
        self._stream: Stream | None = None
        self._received = bytearray()
        self._read = 0
        self._used = 0.0

    def close(self) -> None:
        """Drop the connection, and with it whatever answers may still be under way."""
        if self._stream is not None:
            self._stream.close()
        self._stream = None
        self._received.clear()
        self._read = 0

    def __del__(self) -> None:
        self.close()

    def exchange(self, commands: Sequence[Command], deadline: float) -> list[Reply]:
        """Send the commands in one write and read a reply to each; error replies are returned, not raised.

        Raises:
            UnreachableError: at `deadline` (on the monotonic clock) at the latest.
            ReplyError: the server refused the handshake.
        """
        now = time()  # the wall clock: the other one need not go on while Lambda freezes the process
        if now - self._used > _IDLE_SECONDS:
            self.close()
        self._used = now
        kept = self._stream is not None
        try:
            return self._attempt(commands, deadline)
        except UnreachableError as error:
            if not kept or error.reason in {"TimeoutError", _NOT_REDIS}:
                raise
        return self._attempt(commands, deadline)

    def _attempt(self, commands: Sequence[Command], deadline: float) -> list[Reply]:
        try:
            return self._talk(self._stream or self._open(deadline), commands, deadline)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise UnreachableError(type(error).__name__) from None
            if isinstance(error, ValueError):
                raise UnreachableError(_NOT_REDIS) from None
            raise

    def _talk(self, stream: Stream, commands: Sequence[Command], deadline: float) -> list[Reply]:
        payload = b"".join([_packed(command) for command in commands])
        stream.settimeout(seconds_left(self._limit(deadline)))
        stream.sendall(payload)
        return [self._reply(stream, self._limit(deadline)) for _ in commands]

    def _limit(self, deadline: float) -> float:
        return min(deadline, monotonic() + self._timeout)

    def _open(self, deadline: float) -> Stream:
        stream = self._stream = opened(self._endpoint, self._limit(deadline))
        greeting: list[Command] = []
        if self._endpoint.username:
            greeting.append(["AUTH", self._endpoint.username, self._endpoint.password])
        elif self._endpoint.password:
            greeting.append(["AUTH", self._endpoint.password])
        if self._endpoint.database:
            greeting.append(["SELECT", self._endpoint.database])
        for reply in self._talk(stream, greeting, deadline) if greeting else []:
            if isinstance(reply, ReplyError):
                raise reply
        return stream

    def _reply(self, stream: Stream, limit: float) -> Reply:
        line = self._line(stream, limit)
        kind, rest = line[:1], line[1:]
        if kind == b"$":
            return None if rest == b"-1" else self._bytes(stream, int(rest), limit)
        if kind == b":":
            return int(rest)
        if kind == b"+":
            return rest
        if kind == b"-":
            return ReplyError(rest.decode(errors="replace"))
        if kind == b"*":
            return None if rest == b"-1" else self._list(stream, int(rest), limit)
        raise ValueError("not RESP")

    def _list(self, stream: Stream, size: int, limit: float) -> list[Reply]:
        """A list's values. Strings that have arrived whole, which is nearly all there is, cost no further call."""
        values: list[Reply] = []
        received = self._received
        for _ in range(size):
            start = self._read
            end = received.find(b"\r\n", start)
            if end > 0 and received[start] == _STRING:
                first = end + 2
                stop = first + int(received[start + 1 : end])
                if first <= stop <= len(received) - 2:
                    values.append(bytes(received[first:stop]))
                    self._read = stop + 2
                    continue
            values.append(self._reply(stream, limit))
        return values

    def _line(self, stream: Stream, limit: float) -> bytes:
        while (end := self._received.find(b"\r\n", self._read)) < 0:
            self._receive(stream, limit)
        line = bytes(self._received[self._read : end])
        self._read = end + 2
        return line

    def _bytes(self, stream: Stream, size: int, limit: float) -> bytes:
        while len(self._received) < self._read + size + 2:
            self._receive(stream, limit)
        value = bytes(self._received[self._read : self._read + size])
        self._read += size + 2
        return value

    def _receive(self, stream: Stream, limit: float) -> None:
        del self._received[: self._read]
        self._read = 0
        stream.settimeout(seconds_left(limit))
        chunk = stream.recv(65_536)
        if not chunk:
            raise ConnectionResetError
        self._received += chunk


def _packed(command: Command) -> bytes:
    parts = [f"*{len(command)}\r\n"]
    for argument in map(str, command):
        size = len(argument) if argument.isascii() else len(argument.encode(errors="surrogateescape"))
        parts.append(f"${size}\r\n{argument}\r\n")
    # Names that are not UTF-8, written by some other program, travel as they were read.
    return "".join(parts).encode(errors="surrogateescape")
