"""`--output FILE`: the file is the whole new one, or what it was before."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lamed_tui.cli.main import run
from lamed_tui.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = [["snippet", "--track-url", "https://abc.example/prod/track"], ["package"]]

# No file may be longer than so many blocks of 512 bytes, as on a disk that fills up meanwhile.
LIMITED = ["/bin/sh", "-c", 'ulimit -f "$0"; exec "$@"']
LAMED = [sys.executable, "-B", "-m", "lamed_tui"]


def limited(blocks: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LIMITED, blocks, *LAMED, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(("blocks", "command"), [("1", COMMANDS[0]), ("64", COMMANDS[1])])
@pytest.mark.parametrize("before", [None, "precious"])
def test_a_full_disk_leaves_what_was_there(blocks: str, command: list[str], before: str | None, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    file = folder / "file"
    if before is not None:
        file.write_text(before)

    done = limited(blocks, *command, "--output", str(file), folder=tmp_path)

    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert done.stderr == (
        f"Error: {file} cannot be written: File too large.\n  Name another file, or make room for this one.\n"
    )
    assert [path.read_text() for path in folder.iterdir()] == ([] if before is None else [before])


def test_no_room_to_compile_the_handlers_is_not_told_as_something_else(tmp_path: Path) -> None:
    done = limited("1", "package", "--output", str(tmp_path / "package.zip"), folder=tmp_path)

    assert done.returncode == ExitCode.FAILED
    assert done.stderr == (
        "Error: The handlers cannot be compiled in a temporary folder: File too large.\n"
        "  Make room there, or name another folder in TMPDIR.\n"
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_new_file_may_be_read_by_whom_the_umask_lets(command: list[str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    umask = os.umask(0o027)
    try:
        assert run([*command, "--output", str(file)]) == ExitCode.OK
    finally:
        os.umask(umask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_file_that_is_there_keeps_its_mode_and_its_links(tmp_path: Path) -> None:
    file, link = tmp_path / "page.html", tmp_path / "link.html"
    file.write_text("before")
    file.chmod(0o604)
    link.symlink_to(file)

    assert run([*COMMANDS[0], "--output", str(link)]) == ExitCode.OK

    assert link.is_symlink()
    assert "AlephBet" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o604


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["/bin/cat", str(pipe)], stdout=subprocess.PIPE, text=True) as reader:
        assert run([*COMMANDS[0], "--output", str(pipe)]) == ExitCode.OK
        told, _ = reader.communicate(timeout=60)
    assert "AlephBet" in told
    assert pipe.is_fifo()


def test_standard_output_has_a_name_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [*LAMED, *COMMANDS[0], "--output", "/dev/stdout"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "AlephBet" in done.stdout


def test_a_link_that_leads_nowhere_makes_what_it_points_at(tmp_path: Path) -> None:
    link = tmp_path / "link.html"
    link.symlink_to("page.html")
    assert run([*COMMANDS[0], "--output", str(link)]) == ExitCode.OK
    assert link.is_symlink()
    assert "AlephBet" in (tmp_path / "page.html").read_text()


def test_a_loop_of_links_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = tmp_path / "link.html"
    link.symlink_to(link)
    assert run([*COMMANDS[0], "--output", str(link)]) == ExitCode.USAGE
    assert f"{link} cannot be written: Too many levels of symbolic links." in capsys.readouterr().err
