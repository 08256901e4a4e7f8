"""Completion in the real shells, at a real keyboard, as `lamed completion --help` says to install it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lamed_tui.cli.completion import SHELLS
from tests.e2e.terminal import running_in_tmux

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.terminal import Terminal

COMMANDS = str(Path(sys.executable).parent)  # put into PATH by the shells' own files, since tmux hands over another


def completion(shell: str) -> str:
    command = [sys.executable, "-m", "lamed_tui", "completion", shell]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def bash(home: Path) -> list[str]:
    script = home / "completion"
    script.write_text(completion("bash"))
    start = home / "start"
    start.write_text(f"PATH={COMMANDS}:$PATH\n. {script}\nPS1='ready> '\n")
    return ["bash", "--noprofile", "--rcfile", str(start), "-i"]


def zsh(home: Path) -> list[str]:
    (home / ".lamed.zsh").write_text(completion("zsh"))
    # Without -u zsh asks about folders of other owners, as a container's often are.
    (home / ".zshrc").write_text(
        f"path=({COMMANDS} $path)\nautoload -Uz compinit\ncompinit -u\nsource ~/.lamed.zsh\nPS1='ready> '\n"
    )
    return ["zsh", "-i"]


def fish(home: Path) -> list[str]:
    completions = home / ".config" / "fish" / "completions"
    completions.mkdir(parents=True)
    (completions / "lamed.fish").write_text(completion("fish"))
    start = f"set -gx PATH {COMMANDS} $PATH\nfunction fish_prompt; echo -n 'ready> '; end\n"
    (completions.parent / "config.fish").write_text(start)
    return ["fish", "-i"]


STARTS: dict[str, Callable[[Path], list[str]]] = {"bash": bash, "zsh": zsh, "fish": fish}


def complete(terminal: Terminal, typed: str, expected: str) -> None:
    """On an empty line type, see it typed, press Tab, and see it completed.

    Shells do not complete while more keys are coming.
    """
    terminal.press("C-u")
    terminal.press(typed)
    terminal.wait_until(lambda screen: screen.rstrip().endswith(typed), what=f"{typed} is typed")
    terminal.press("Tab")
    terminal.wait_until(lambda screen: expected in screen, what=f"it becomes {expected}")


@pytest.mark.parametrize("shell", SHELLS)
def test_commands_and_options_are_completed(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        raise AssertionError(f"{shell} is missing; on Debian or Ubuntu: apt install {shell}")
    home = tmp_path / "h"
    home.mkdir()
    environment = {"HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm-256color"}
    with running_in_tmux(STARTS[shell](home), home, environment) as terminal:
        terminal.wait_until(lambda screen: "ready>" in screen, what="the shell is ready")
        complete(terminal, "lamed prefl", "lamed preflight")
        complete(terminal, "lamed preflight --js", "lamed preflight --json")
        complete(terminal, "lamed completion f", "lamed completion fish")


def test_a_shell_that_is_not_known_is_refused() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "lamed_tui", "completion", "tcsh"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "bash, zsh or fish" in run.stderr
    assert run.stdout == ""
