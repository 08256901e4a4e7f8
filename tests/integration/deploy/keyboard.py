"""A command at a real terminal, with somebody who types and presses Ctrl-C."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.deploy.place import Place

# Parallel test runs ignore Ctrl-C and pass that on to their children; a person's shell does not.
HEEDS_CTRL_C = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from lamed_tui.cli.main import main
main()
"""


def environment(place: Place, **changes: str) -> dict[str, str]:
    return {**os.environ, **place.environment, "LAMED_REDIS_URL": place.redis_url, "NO_COLOR": "1", **changes}


@contextmanager
def at_a_keyboard(
    *arguments: str, place: Place, config_file: Path, before: str = ""
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A running command whose standard input is a terminal, and that terminal's other end.

    Args:
        before: Python that the process runs first.
    """
    keyboard, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", before + HEEDS_CTRL_C, "--config", str(config_file), *arguments],
        env=environment(place),
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process, keyboard
        finally:
            process.kill()
            os.close(terminal)
            os.close(keyboard)


def wait_for(process: subprocess.Popen[str], text: str) -> str:
    """Read standard error up to a text."""
    assert process.stderr is not None
    seen = ""
    while text not in seen:
        character = process.stderr.read(1)
        assert character, f"ended without {text!r}: {seen}"
        seen += character
    return seen


def wait_for_the_question(process: subprocess.Popen[str], text: str) -> str:
    """Read standard error up to a question, and wait until the process does nothing but wait for its answer.

    A signal that came between the two would be noticed only with the next key.
    """
    seen = wait_for(process, text)
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
        time.sleep(0.01)
    return seen
