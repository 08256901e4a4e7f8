"""The protocol client, against a scripted server: replies of every kind and in any pieces, and every way to break."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lamed import resp
from lamed.endpoint import Endpoint
from lamed.resp import Connection, ReplyError, UnreachableError
from redis import Connection as RedisPy

Script = Callable[[socket.socket], None]


@contextmanager
def server(*scripts: Script) -> Iterator[Endpoint]:
    """A server that runs one script a connection, in order, and then closes it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for script in scripts:
            try:
                stream, _ = listener.accept()
            except OSError:
                return
            with stream:
                script(stream)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Endpoint("127.0.0.1", listener.getsockname()[1])
    finally:
        listener.close()
        thread.join(timeout=5)


def answering(*pieces: bytes) -> Script:
    def script(stream: socket.socket) -> None:
        stream.recv(65_536)
        for piece in pieces:
            stream.sendall(piece)

    return script


def exchanged(endpoint: Endpoint, commands: int = 1, timeout: float = 2.0) -> list[resp.Reply]:
    return Connection(endpoint, timeout).exchange([["PING"]] * commands, time.monotonic() + 10)


def test_replies_of_every_kind_are_read() -> None:
    data = b"+OK\r\n:-7\r\n$5\r\na\r\nb\n\r\n$-1\r\n$0\r\n\r\n*2\r\n:1\r\n*1\r\n$1\r\nx\r\n*-1\r\n*0\r\n"
    with server(answering(data)) as endpoint:
        assert exchanged(endpoint, 8) == [b"OK", -7, b"a\r\nb\n", None, b"", [1, [b"x"]], None, []]


@given(st.lists(st.integers(1, 12), max_size=12))
def test_replies_may_arrive_in_any_pieces(sizes: list[int]) -> None:
    data = b"+OK\r\n$5\r\nhello\r\n*6\r\n$1\r\nx\r\n$-1\r\n$4\r\n\r\n$1\r\n$0\r\n\r\n:1\r\n*1\r\n:22\r\n-ERR no\r\n"
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]

    class Pieces:
        def __init__(self) -> None:
            self.left = [piece for piece in [*pieces, data] if piece]

        def settimeout(self, seconds: float) -> None:
            assert seconds > 0

        def recv(self, _size: int) -> bytes:
            return self.left.pop(0)

    stream = Pieces()
    connection = Connection(Endpoint("unused"), 1.0)
    limit = time.monotonic() + 10
    replies = [connection._reply(stream, limit) for _ in range(4)]  # type: ignore[arg-type]  # a stream in miniature
    assert replies[:3] == [b"OK", b"hello", [b"x", None, b"\r\n$1", b"", 1, [22]]]
    assert isinstance(replies[3], ReplyError)
    assert (replies[3].reason, replies[3].detail) == ("ERR", "no")


@given(st.lists(st.text() | st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_commands_are_packed_as_redis_py_packs_them(command: list[str | int]) -> None:
    assert resp._packed(["SET", *command]) == b"".join(RedisPy().pack_command("SET", *command))  # type: ignore[no-untyped-call]  # redis-py leaves it bare


def test_names_that_are_not_utf8_are_sent_as_they_were_read() -> None:
    assert resp._packed([b"\xff\xfe".decode(errors="surrogateescape")]) == b"*1\r\n$2\r\n\xff\xfe\r\n"


def test_a_kept_connection_that_died_is_opened_again_once() -> None:
    with server(answering(b"+1\r\n"), answering(b"+2\r\n")) as endpoint:
        connection = Connection(endpoint, 2.0)
        assert connection.exchange([["PING"]], time.monotonic() + 5) == [b"1"]
        assert connection.exchange([["PING"]], time.monotonic() + 5) == [b"2"]
        with pytest.raises(UnreachableError):
            connection.exchange([["PING"]], time.monotonic() + 1)


def test_a_connection_that_was_idle_for_long_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = threading.Event()

    def keeping(stream: socket.socket) -> None:
        stream.recv(65_536)
        stream.sendall(b"+1\r\n")
        if stream.recv(65_536) == b"":
            closed.set()

    with server(keeping, answering(b"+2\r\n")) as endpoint:
        connection = Connection(endpoint, 2.0)
        connection.exchange([["PING"]], time.monotonic() + 5)
        now = time.time()
        monkeypatch.setattr(resp, "time", lambda: now + 301)
        assert connection.exchange([["PING"]], time.monotonic() + 5) == [b"2"]
        assert closed.wait(5)


@pytest.mark.parametrize("data", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b":x\r\n", b"$x\r\n", b"\r\n", b"*z\r\n"])
def test_an_answer_that_is_not_redis_ends_the_connection(data: bytes) -> None:
    with server(answering(data)) as endpoint, pytest.raises(UnreachableError) as caught:
        exchanged(endpoint)
    assert caught.value.reason == "NotRedis"


def test_a_silent_server_costs_the_timeout_once() -> None:
    waiting = threading.Event()

    def wait(_: socket.socket) -> None:
        waiting.wait(5)

    with server(wait) as endpoint:
        started = time.monotonic()
        with pytest.raises(UnreachableError) as caught:
            exchanged(endpoint, timeout=0.2)
        assert 0.15 < time.monotonic() - started < 0.6
        waiting.set()
    assert caught.value.reason == "TimeoutError"


def test_a_trickling_server_does_not_extend_the_deadline() -> None:
    def trickle(stream: socket.socket) -> None:
        try:
            for _ in range(100):
                stream.sendall(b"+")
                time.sleep(0.02)
        except OSError:
            pass

    with server(trickle) as endpoint:
        started = time.monotonic()
        with pytest.raises(UnreachableError):
            Connection(endpoint, 5.0).exchange([["PING"]], started + 0.3)
        assert time.monotonic() - started < 0.8


def test_a_refused_handshake_is_an_error_and_nothing_else_is_sent() -> None:
    received = []

    def refusing(stream: socket.socket) -> None:
        received.append(stream.recv(65_536))
        stream.sendall(b"-WRONGPASS invalid username-password pair\r\n")
        received.append(stream.recv(65_536))

    with server(refusing) as endpoint:
        endpoint.username, endpoint.password = "user", "hunter2"
        with pytest.raises(ReplyError) as caught:
            exchanged(endpoint)
    assert caught.value.reason == "WRONGPASS"
    assert received == [b"*3\r\n$4\r\nAUTH\r\n$4\r\nuser\r\n$7\r\nhunter2\r\n", b""]


def test_a_host_that_does_not_exist_is_unreachable() -> None:
    with pytest.raises(UnreachableError) as caught:
        exchanged(Endpoint("does-not-exist.invalid"))
    assert caught.value.reason == "gaierror"
