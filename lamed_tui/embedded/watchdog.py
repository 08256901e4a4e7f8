"""What this process starts ends with it, even when it is killed in a way that leaves it no last word."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SHELL = "/bin/sh"
# A pipe is closed by the system when its writer ends, however that is. The shell reads from one: a line means that all
# is well, the end of the pipe that we are gone. It works on every Unix, unlike Linux's PR_SET_PDEATHSIG.
_WATCH = """
read -r word && exit
folder=$1
shift
kill -s KILL -- "$@"
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    [ -n "$folder" ] && [ -e "$folder" ] || exit
    rm -rf -- "$folder"
    sleep 0.2
done
"""


@contextmanager
def ended_with_us(*targets: int, folder: Path | None = None) -> Iterator[None]:
    """Within this context, our death kills processes; after it, they are left alone.

    Args:
        targets: ids of processes; negative ones are ids of process groups.
        folder: is removed when the processes are killed.
    """
    with subprocess.Popen(  # noqa: S603 - a fixed script; numbers and a path of our own are its arguments
        [_SHELL, "-c", _WATCH, _SHELL, str(folder or ""), *map(str, targets)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.defpath},
        start_new_session=True,  # what is typed at our terminal is not for it
    ) as shell:
        try:
            yield
        finally:
            shell.communicate(b"done\n")
