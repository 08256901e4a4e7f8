"""Chromium's DevTools protocol over a pair of pipes: JSON messages, each ended by a NUL byte.

Source: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import Future
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Result = dict[str, Any]
    Listener = Callable[[str, Result], None]

_CHUNK_BYTES = 1 << 16
_ANSWER_SECONDS = 60.0


class BrowserError(Exception):
    """The browser refused a command, or is gone."""


class DevTools:
    """One connection. Any thread may call; events come on the connection's own thread, which must not wait there.

    Args:
        incoming: file descriptor to read from; this object owns both.
        outgoing: file descriptor to write to.
    """

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[Result]] = {}
        self._listeners: dict[str, Listener] = {}
        self._gone = False
        self._reader = threading.Thread(target=self._read, name="devtools")
        self._reader.start()

    def listen(self, session: str, listener: Listener) -> None:
        """Hand over the events of a session, by method and parameters."""
        self._listeners[session] = listener

    def call(self, method: str, session: str = "", **parameters: object) -> Result:
        """What the browser answers to a command.

        Raises:
            BrowserError: the command was refused, or the browser is gone.
            TimeoutError: no answer came.
        """
        return self.begin(method, session, **parameters).result(_ANSWER_SECONDS)

    def begin(self, method: str, session: str = "", **parameters: object) -> Future[Result]:
        """Send a command without waiting for its answer."""
        answer: Future[Result] = Future()
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = answer
            message = {"id": number, "method": method, "params": parameters} | (
                {"sessionId": session} if session else {}
            )
            try:
                self._write(json.dumps(message).encode() + b"\0")
            except OSError:
                self._gone = True
            if self._gone:
                self._waiting.pop(number).set_exception(BrowserError(f"{method}: the browser is gone"))
        return answer

    def close(self) -> None:
        """Let go of the pipes once the browser has ended."""
        self._reader.join()
        os.close(self._incoming)
        os.close(self._outgoing)

    def _write(self, message: bytes) -> None:
        while message:
            message = message[os.write(self._outgoing, message) :]

    def _read(self) -> None:
        rest = b""
        while chunk := os.read(self._incoming, _CHUNK_BYTES):
            *messages, rest = (rest + chunk).split(b"\0")
            for message in messages:
                self._dispatch(json.loads(message))
        with self._lock:
            self._gone = True
            waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.set_exception(BrowserError("the browser is gone"))

    def _dispatch(self, message: Result) -> None:
        if "id" in message:
            with self._lock:
                answer = self._waiting.pop(message["id"])
            if "error" in message:
                answer.set_exception(BrowserError(message["error"]["message"]))
            else:
                answer.set_result(message["result"])
        elif listener := self._listeners.get(message.get("sessionId", "")):
            listener(message["method"], message["params"])
