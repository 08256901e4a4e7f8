"""A small client for the Redis protocol (RESP2): enough for this package, and cheap to import.

redis-py costs 176 ms of CPU to import, which is 3.5 s on a 128 MB function; this costs about 1 ms. It sends commands
in pipelines over one kept connection, and sends a pipeline a second time when the connection turns out to be dead:
every command of this package may be repeated.
"""

from __future__ import annotations

# The C module behind socket, which alone costs 11 ms of CPU to import, mostly to turn constants into enums.
import _socket
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence
    from typing import TypeAlias

    from lamed.settings import Endpoint, Tls

    Command: TypeAlias = Sequence[str | int]
    Reply: TypeAlias = "bytes | int | list[Reply] | ReplyError | None"


class StoreError(Exception):
    """The store did not do what was asked. `reason` is one word for the log: no host, no key, no secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreachableError(StoreError):
    """No connection, no answer in time, or an answer that is not RESP."""


class ReplyError(StoreError):
    """The server answered an error. `reason` is its first word, `detail` the rest."""

    def __init__(self, text: str) -> None:
        reason, _, self.detail = text.partition(" ")
        super().__init__(reason)


class Connection:
    """One connection to one server, opened at the first use and again after it broke.

    `timeout` is in seconds, for connecting, for the handshake, and for every reply.
    """

    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        self._endpoint = endpoint
        self._timeout = timeout
        self._socket: _socket.socket | None = None
        self._tls: ssl.SSLContext | None = None
        self._received = bytearray()
        self._read = 0

    def close(self) -> None:
        """Drop the connection, and with it whatever answers may still be under way."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._received.clear()
        self._read = 0

    def exchange(self, commands: Sequence[Command], deadline: float) -> list[Reply]:
        """Send the commands in one write and read a reply to each; error replies are returned, not raised.

        Raises:
            UnreachableError: at `deadline` (on the monotonic clock) at the latest.
            ReplyError: the server refused the handshake.
        """
        for _attempt in range(2):
            try:
                stream = self._socket or self._open(deadline)
                return self._talk(stream, commands, deadline)
            except BaseException as error:
                self.close()
                if isinstance(error, TimeoutError):
                    raise UnreachableError("timeout") from None
                if isinstance(error, ValueError):
                    raise UnreachableError("protocol") from None
                if not isinstance(error, OSError):
                    raise
        raise UnreachableError("disconnected")

    def _talk(self, stream: _socket.socket, commands: Sequence[Command], deadline: float) -> list[Reply]:
        payload = b"".join([_packed(command) for command in commands])
        stream.settimeout(_seconds_left(self._limit(deadline)))
        stream.sendall(payload)
        return [self._reply(stream, self._limit(deadline)) for _ in commands]

    def _limit(self, deadline: float) -> float:
        return min(deadline, monotonic() + self._timeout)

    def _open(self, deadline: float) -> _socket.socket:
        stream = self._socket = _connected(self._endpoint, self._limit(deadline))
        if self._endpoint.tls is not None:
            stream = self._socket = self._encrypted(stream, self._endpoint.tls)
        greeting: list[Command] = []
        if self._endpoint.username:
            greeting.append(["AUTH", self._endpoint.username, self._endpoint.password])
        elif self._endpoint.password:
            greeting.append(["AUTH", self._endpoint.password])
        if self._endpoint.database:
            greeting.append(["SELECT", self._endpoint.database])
        for reply in self._talk(stream, greeting, deadline):
            if isinstance(reply, ReplyError):
                raise reply
        return stream

    def _encrypted(self, stream: _socket.socket, tls: Tls) -> _socket.socket:
        import socket  # with ssl 20 ms of CPU, which only TLS has to pay
        import ssl

        if self._tls is None:  # reading the authorities takes longest: once is enough
            self._tls = ssl.create_default_context(cafile=tls.authorities)
            self._tls.check_hostname = tls.check_host_name
            self._tls.verify_mode = ssl.CERT_REQUIRED if tls.verify else ssl.CERT_NONE
        seconds = stream.gettimeout()
        plain = socket.socket(fileno=stream.detach())
        plain.settimeout(seconds)
        return self._tls.wrap_socket(plain, server_hostname=self._endpoint.host)

    def _reply(self, stream: _socket.socket, limit: float) -> Reply:
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
            return None if rest == b"-1" else [self._reply(stream, limit) for _ in range(int(rest))]
        raise ValueError("not RESP")

    def _line(self, stream: _socket.socket, limit: float) -> bytes:
        while (end := self._received.find(b"\r\n", self._read)) < 0:
            self._receive(stream, limit)
        line = bytes(self._received[self._read : end])
        self._read = end + 2
        return line

    def _bytes(self, stream: _socket.socket, size: int, limit: float) -> bytes:
        while len(self._received) < self._read + size + 2:
            self._receive(stream, limit)
        value = bytes(self._received[self._read : self._read + size])
        self._read += size + 2
        return value

    def _receive(self, stream: _socket.socket, limit: float) -> None:
        del self._received[: self._read]
        self._read = 0
        stream.settimeout(_seconds_left(limit))
        chunk = stream.recv(65_536)
        if not chunk:
            raise ConnectionResetError
        self._received += chunk


def _connected(endpoint: Endpoint, limit: float) -> _socket.socket:
    if endpoint.path:
        return _dialled(_socket.AF_UNIX, endpoint.path, limit)
    # A host as str would load the codec for international names, 6 ms of CPU.
    found = _socket.getaddrinfo(endpoint.host.encode(), endpoint.port, 0, _socket.SOCK_STREAM)
    failure: OSError = ConnectionRefusedError()
    for family, _, _, _, address in found:
        try:
            stream = _dialled(family, address, limit)
        except OSError as error:
            failure = error
        else:
            stream.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
            return stream
    raise failure


def _dialled(family: int, address: str | tuple[object, ...], limit: float) -> _socket.socket:
    stream = _socket.socket(family, _socket.SOCK_STREAM)
    try:
        stream.settimeout(_seconds_left(limit))
        stream.connect(address)
    except BaseException:
        stream.close()
        raise
    return stream


def _seconds_left(limit: float) -> float:
    left = limit - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _packed(command: Command) -> bytes:
    parts = [b"*%d\r\n" % len(command)]
    for argument in command:
        # Names that are not UTF-8, written by some other program, travel as they were read.
        data = argument.encode(errors="surrogateescape") if isinstance(argument, str) else b"%d" % argument
        parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(parts)
