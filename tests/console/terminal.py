"""A console in a process and a pseudo-terminal of its own, ended by signals and real keys."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ESCAPES = re.compile(rb"\x1b(\[[0-9;?<>=$]*[a-zA-Z]|[()][A-Z0-9]|[P^_\]].*?(\x1b\\|\x07)|[=>])", re.DOTALL)


class TerminalProcess:
    """The process, and everything it has written to its terminal."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.process = process
        self.output = b""
        self._terminal = terminal

    def type(self, keys: str) -> None:
        """Send keys as a keyboard does."""
        os.write(self._terminal, keys.encode())

    def wait_for(self, text: str, seconds: float = 20) -> None:
        """Wait until the text was written, escape sequences aside.

        Raises:
            AssertionError: it was not written in time.
        """
        deadline = time.monotonic() + seconds
        while text not in self.written:
            if time.monotonic() > deadline or not self._read(0.2):
                raise AssertionError(f"{text!r} was not written; this was:\n{self.written[-3000:]}")

    def answer_time(self, keys: str, text: str) -> float:
        """Seconds from these keys until the text is written in answer.

        Raises:
            AssertionError: it was not written within 10 seconds.
        """
        before, began = len(self.output), time.monotonic()
        self.type(keys)
        while text not in (answer := _ESCAPES.sub(b"", self.output[before:]).decode(errors="replace")):
            if time.monotonic() - began > 10 or not self._read(0.2):
                raise AssertionError(f"{keys!r} is not answered by {text!r}, but by:\n{answer}")
        return time.monotonic() - began

    def rest(self, seconds: float) -> None:
        """Read for so long what is written without being asked for."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._read(left)

    def wait(self, seconds: float = 10) -> int:
        """The exit code. What is written until then is read, as a terminal would."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.05)
        while self._read(0):
            pass
        return self.process.wait(0.1)

    @property
    def written(self) -> str:
        """All text so far, without escape sequences."""
        return _ESCAPES.sub(b"", self.output).decode(errors="replace")

    def hang_up(self) -> None:
        """Close the terminal, as a dropped connection does."""
        os.close(self._terminal)
        self._terminal = -1

    def _read(self, seconds: float) -> bool:
        """Read what is there; whether more may come."""
        if self._terminal < 0:
            return False
        with suppress(OSError):
            if not select.select([self._terminal], [], [], seconds)[0]:
                return seconds > 0 and self.process.poll() is None
            chunk = os.read(self._terminal, 65_536)
            self.output += chunk
            return bool(chunk)
        return False


@contextmanager
def in_terminal(
    arguments: Sequence[str], environment: dict[str, str], size: tuple[int, int] = (80, 24)
) -> Iterator[TerminalProcess]:
    """Run Python with these arguments in a terminal of that size; it is killed at the end if it still runs."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    with subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads are started before it
    ) as process:
        os.close(its)
        terminal = TerminalProcess(process, ours)
        try:
            yield terminal
        finally:
            if process.poll() is None:
                process.kill()
            if terminal._terminal >= 0:
                os.close(ours)
