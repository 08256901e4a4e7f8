"""Running the command line as people and scripts do: in a process of its own, with real pipes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from queue import Empty, Queue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def run_lamed(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end against the Redis at `url`."""
    return subprocess.run(
        [sys.executable, "-m", "lamed_tui", *arguments],
        env={**os.environ, "LAMED_REDIS_URL": url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class RunningLamed:
    """A command that goes on, and the lines it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: dict[str, Queue[str]] = {"stdout": Queue(), "stderr": Queue()}
        for name, lines in self._lines.items():
            threading.Thread(target=self._collect, args=(getattr(process, name), lines), daemon=True).start()

    def line(self, stream: str = "stdout", seconds: float = 60) -> str:
        """The next line of the stream.

        Raises:
            AssertionError: none came in time.
        """
        try:
            return self._lines[stream].get(timeout=seconds)
        except Empty:
            raise AssertionError(f"no line on {stream} within {seconds} s") from None

    @staticmethod
    def _collect(stream: Iterator[str], lines: Queue[str]) -> None:
        for line in stream:
            lines.put(line.rstrip("\n"))


@contextmanager
def running_lamed(url: str, *arguments: str) -> Iterator[RunningLamed]:
    """Start a command against the Redis at `url`; it is killed at the end if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "lamed_tui", *arguments],
        env={**os.environ, "LAMED_REDIS_URL": url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield RunningLamed(process)
        finally:
            if process.poll() is None:
                process.kill()
