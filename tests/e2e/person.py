"""A fresh person at this computer, and the servers that they have started."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAMED = [sys.executable, "-m", "lamed_tui"]


def environment_of(directory: Path) -> dict[str, str]:
    """A fresh person's environment; TMPDIR receives every file, and tells the demo's processes from all others."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
    }


@contextmanager
def serving(home: Path) -> Iterator[subprocess.Popen[str]]:
    """`lamed demo --serve` in this home; killed with the context if it still runs."""
    with subprocess.Popen(
        [*LAMED, "demo", "--serve"],
        env=environment_of(home),
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as servers:
        try:
            yield servers
        finally:
            servers.kill()


def exports_of(servers: subprocess.Popen[str]) -> dict[str, str]:
    """What it prints for a shell.

    Raises:
        AssertionError: a line is nothing that a shell could use.
    """
    assert servers.stdout is not None
    exports: dict[str, str] = {}
    while "LAMED_REDIS_URL" not in exports or "AWS_ENDPOINT_URL" not in exports:
        export = re.fullmatch(r"export (\w+)='?([^']*)'?\n", servers.stdout.readline())
        assert export, "a line that no shell could use"
        exports[export[1]] = export[2]
    return exports
