"""Byte streams to a server: TCP, TLS over TCP, or a unix socket."""

from __future__ import annotations

# The C module behind socket, which alone costs 11 ms of CPU to import, mostly to turn constants into enums.
import _socket
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from lamed.endpoint import Endpoint, Tls

    Stream: TypeAlias = _socket.socket


def opened(endpoint: Endpoint, limit: float) -> Stream:
    """A connected stream, encrypted if the endpoint says so.

    Raises:
        OSError: no connection by `limit` (on the monotonic clock; then a TimeoutError), or no trust in the server.
    """
    if endpoint.path:
        return _dialled(_socket.AF_UNIX, endpoint.path, limit)
    # A host as str would load the codec for international names, 6 ms of CPU.
    found = _socket.getaddrinfo(endpoint.host.encode(), endpoint.port, 0, _socket.SOCK_STREAM)
    failure = OSError("no address")
    for family, _, _, _, address in found:
        try:
            stream = _dialled(family, address, limit)
        except OSError as error:
            failure = error
            continue
        stream.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        return stream if endpoint.tls is None else _encrypted(stream, endpoint.host, endpoint.tls)
    raise failure


def seconds_left(limit: float) -> float:
    """The time until `limit` on the monotonic clock.

    Raises:
        TimeoutError: there is none.
    """
    left = limit - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _dialled(family: int, address: str | tuple[object, ...], limit: float) -> Stream:
    stream = _socket.socket(family, _socket.SOCK_STREAM)
    try:
        stream.settimeout(seconds_left(limit))
        stream.connect(address)
    except BaseException:
        stream.close()
        raise
    return stream


def _encrypted(stream: Stream, host: str, tls: Tls) -> Stream:
    import socket  # with ssl 20 ms of CPU, which only TLS has to pay
    import ssl

    seconds = stream.gettimeout()
    plain = socket.socket(fileno=stream.detach())
    plain.settimeout(seconds)
    try:
        context = ssl.create_default_context(cafile=tls.authorities)
        context.check_hostname = tls.check_host_name
        context.verify_mode = ssl.CERT_REQUIRED if tls.verify else ssl.CERT_NONE
        return context.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise
