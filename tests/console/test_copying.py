"""Copying takes the best way there is, and says no more than can be known of it."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from lamed_tui.cli.main import run
from lamed_tui.console import copying
from lamed_tui.console.clipboard import CopyingApp
from lamed_tui.errors import ExitCode
from tests.console.terminal import in_terminal
from tests.e2e.terminal import running_in_tmux

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.app import ComposeResult

TEXT = 'alert("ünïcode 👩‍👩‍👧")\nsecond line\n'
SNIPPET = ["-m", "lamed_tui", "snippet", "--track-url", "https://abc.example/prod/track"]


def commands(environment: dict[str, str], installed: Iterable[str], platform: str = "linux") -> list[str]:
    """The programs that would be tried."""
    there = set(installed)
    found = copying.tools(environment, platform, lambda name: name if name in there else None)
    return [tool.command[0] for tool in found]


ALL = ("pbcopy", "wl-copy", "xclip", "xsel", "tmux")


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", []),
        ({}, "darwin", ["pbcopy"]),
        ({"DISPLAY": ":0"}, "linux", ["xclip", "xsel"]),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "linux", ["wl-copy", "xclip", "xsel"]),
        ({"TMUX": "/tmp/tmux,1,0"}, "linux", ["tmux"]),
        ({"TMUX": "/tmp/tmux,1,0"}, "darwin", ["pbcopy", "tmux"]),
        ({"TMUX": "/tmp/tmux,1,0", "DISPLAY": ":0", "SSH_CONNECTION": "a 1 b 2"}, "linux", ["tmux"]),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", []),
    ],
)
def test_the_clipboard_of_this_machine_comes_first_unless_the_person_is_elsewhere(
    environment: dict[str, str], platform: str, expected: list[str]
) -> None:
    assert commands(environment, ALL, platform) == expected


def test_only_what_is_installed_is_tried() -> None:
    assert commands({"DISPLAY": ":0", "TMUX": "x"}, ["xsel"]) == ["xsel"]


def a_tool(directory: Path, script: str, name: str = "tool") -> copying.Tool:
    """A program of ours that stands for one that copies."""
    program = directory / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    return copying.Tool((str(program),), "Copied by the tool")


def test_a_tool_gets_the_whole_text(tmp_path: Path) -> None:
    tool = a_tool(tmp_path, f"cat > {tmp_path}/taken")

    assert copying.copied_by(TEXT, [tool]) is tool
    assert (tmp_path / "taken").read_bytes() == TEXT.encode()


@pytest.mark.parametrize("script", ["cat > /dev/null; exit 1", "exit 1", "kill -9 $$"])
def test_a_tool_that_fails_has_copied_nothing(tmp_path: Path, script: str) -> None:
    assert copying.copied_by(TEXT * 100_000, [a_tool(tmp_path, script)]) is None


def test_a_tool_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_TOOL_SECONDS", 0.2)
    assert copying.copied_by(TEXT, [a_tool(tmp_path, "exec sleep 60")]) is None


def test_a_tool_that_stays_in_the_background_is_not_waited_for(tmp_path: Path) -> None:
    tool = a_tool(tmp_path, f"cat > /dev/null; sleep 30 & echo $! > {tmp_path}/pid")
    try:
        assert copying.copied_by(TEXT, [tool]) is tool
    finally:
        os.kill(int((tmp_path / "pid").read_text()), 9)


def snippet_text() -> str:
    """What the command prints without `--copy`."""
    return subprocess.run([sys.executable, *SNIPPET], check=True, capture_output=True, text=True).stdout


def test_inside_tmux_a_snippet_is_copied_to_its_buffer(tmp_path: Path) -> None:
    with running_in_tmux([sys.executable, *SNIPPET, "--copy"], tmp_path, {"HOME": str(tmp_path)}) as terminal:
        shown = terminal.wait_until(lambda text: "opied" in text or "rror" in text, what="it is copied")
        assert "Copied to the tmux buffer; tmux pastes it with prefix ]." in shown
        assert "<script" not in shown
        assert terminal.wait_for_exit() == ExitCode.OK
        assert terminal._tmux("show-buffer") + "\n" == snippet_text()


def test_without_a_clipboard_the_terminal_is_asked_and_nothing_is_claimed() -> None:
    with in_terminal([*SNIPPET, "--copy"], {}) as terminal:
        terminal.wait_for("Sent to the terminal (OSC 52), which may or may not take it.")
        assert terminal.wait() == ExitCode.OK
    assert copying.osc52(snippet_text()).encode() in terminal.output
    assert "opied" not in terminal.written


def test_without_a_terminal_nothing_is_claimed_at_all(tmp_path: Path) -> None:
    command = ["setsid", "--wait", sys.executable, *SNIPPET, "--copy"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE
    assert "--output FILE" in done.stderr
    assert done.stdout == ""


@pytest.fixture
def taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bytes]:
    """Tells what a desktop's clipboard has taken."""
    a_tool(tmp_path, f"cat > {tmp_path}/taken", "xclip")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("DISPLAY", ":0")
    return (tmp_path / "taken").read_bytes


def test_a_copied_snippet_may_be_written_as_well(taken: Callable[[], bytes]) -> None:
    assert run([*SNIPPET[2:], "--copy", "--output", "snippet.html"]) == ExitCode.OK
    assert Path("snippet.html").read_bytes() == taken()


class OneField(CopyingApp):
    """A console with one text to copy."""

    def compose(self) -> ComposeResult:
        yield Input("what was typed", select_on_focus=True)


async def test_ctrl_c_in_a_field_copies_by_the_same_way(taken: Callable[[], bytes]) -> None:
    app = OneField()
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("ctrl+c")
        await app.workers.wait_for_complete()
        assert [notification.message for notification in app._notifications] == [copying.SYSTEM]
    assert taken() == b"what was typed"


async def test_a_copy_of_nothing_leaves_what_was_copied() -> None:
    app = OneField()
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("ctrl+c", "end", "ctrl+c")
        await app.workers.wait_for_complete()
        assert app.clipboard == "what was typed"
        said = [notification.message for notification in app._notifications]
        assert said == [copying.SENT, "Press [b]ctrl+q[/b] to quit the app"]  # LamedConsole quits


def test_the_request_to_a_terminal_holds_the_text() -> None:
    request = copying.osc52(TEXT)
    assert base64.b64decode(request.removeprefix("\x1b]52;c;").removesuffix("\a")).decode() == TEXT
