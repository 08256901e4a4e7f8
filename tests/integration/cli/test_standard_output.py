"""Standard output that is closed, full, or left by its reader."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LAMED = [sys.executable, "-m", "lamed_tui"]
FULL = Path("/dev/full")


def run(command: list[str], folder: Path, stdout: int | None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(folder)}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run([*LAMED, "configure", "--show"], tmp_path, writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("arguments", [["configure", "--show"], ["--help"], ["configure", "--show", "--json"]])
def test_a_full_disk_is_said_in_words(tmp_path: Path, arguments: list[str]) -> None:
    with FULL.open("wb") as full:
        done = run([*LAMED, *arguments], tmp_path, full.fileno())
    assert done.returncode == 1
    assert done.stderr == "Error: Standard output cannot be written: No space left on device.\n"


def test_a_closed_standard_output_is_written_to_nobody(tmp_path: Path, valkey: str) -> None:
    shell = ["/bin/sh", "-c", 'LAMED_REDIS_URL="$1" exec "$2" -m lamed_tui results >&-', "sh", valkey, sys.executable]
    done = run(shell, tmp_path, None)
    assert (done.returncode, "unexpected" in done.stderr) == (0, False)
