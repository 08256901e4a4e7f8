"""Files are written as a whole: what could not be written has changed nothing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lamed_tui.writing import write_output, write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WRITERS = [write_output, write_private]
ON_A_FULL_DISK = ["/bin/sh", "-c", 'ulimit -f 1; exec "$@"', "sh", sys.executable, "-B", "-c"]


@pytest.mark.parametrize("write", WRITERS)
def test_what_was_there_is_replaced_as_a_whole(write: Callable[[Path, bytes], None], tmp_path: Path) -> None:
    file = tmp_path / "file"
    with file.open("w+") as before:
        before.write("what a reader has opened")
        before.flush()
        write(file, b"new")
        before.seek(0)
        assert before.read() == "what a reader has opened"
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"new"]


@pytest.mark.parametrize("write", WRITERS)
def test_a_folder_in_the_way_is_told_and_stays(write: Callable[[Path, bytes], None], tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(IsADirectoryError):
        write(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_programs_own_files_are_for_their_owner_only_whatever_they_were(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "file"
    umask = os.umask(0)
    try:
        write_private(file, b"secret")
        file.chmod(0o644)
        write_private(file, b"secret")
    finally:
        os.umask(umask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_longest_name_that_a_file_may_have_is_no_obstacle(tmp_path: Path) -> None:
    write_output(tmp_path / ("x" * 255), b"new")
    assert (tmp_path / ("x" * 255)).read_bytes() == b"new"


def test_what_the_console_exports_leaves_the_file_before_it_on_a_full_disk(tmp_path: Path) -> None:
    file = tmp_path / "results.csv"
    file.write_text("precious")
    script = "from lamed_tui.console.folder import write_here; write_here('results.csv', 'x' * 10_000)"
    done = subprocess.run(
        [*ON_A_FULL_DISK, script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert f"LamedError: {file} cannot be written: File too large." in done.stderr
    assert [path.read_text() for path in tmp_path.iterdir()] == ["precious"]
