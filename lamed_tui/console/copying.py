"""Copying a text out of the terminal: which ways there are here, and what can truly be said of each.

A terminal that is asked to copy (OSC 52) never answers, so that way is the last, and only said to be sent. pyperclip is
not used: it takes a tool that failed for one that copied, and waits for one that hangs.
"""

from __future__ import annotations

import subprocess
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Find = Callable[[str], str | None]

_TOOL_SECONDS = 2.0

SYSTEM = "Copied to the system clipboard"
TMUX = "Copied to the tmux buffer; tmux pastes it with prefix ]"
SENT = "Sent to the terminal (OSC 52), which may or may not take it"
SENT_TO_BROWSER = "Sent to the browser, which may or may not take it"


@dataclass(frozen=True)
class Tool:
    """A program that copies what it reads from stdin.

    Attributes:
        said: what may be said once it has ended with success.
    """

    command: tuple[str, ...]
    said: str


def tools(environment: Mapping[str, str], platform: str, find: Find) -> tuple[Tool, ...]:
    """The programs to try, best first.

    Over SSH the clipboard of this machine is not the one before the person, so only tmux is left.

    Args:
        platform: as `sys.platform`.
        find: where a program is installed, as `shutil.which`.
    """
    is_remote = any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    native = () if is_remote else tuple(Tool(command, SYSTEM) for command in _native(environment, platform))
    # -w also hands the text on to the terminal around tmux, as far as tmux's settings let it.
    tmux = (Tool(("tmux", "load-buffer", "-w", "-"), TMUX),) if environment.get("TMUX") else ()
    return tuple(tool for tool in (*native, *tmux) if find(tool.command[0]))


def copied_by(text: str, candidates: Sequence[Tool]) -> Tool | None:
    """Hand the text to the first of these programs that takes it; None when none does. Takes up to 2 seconds each."""
    return next((tool for tool in candidates if _takes(tool, text)), None)


def osc52(text: str) -> str:
    """What asks a terminal to copy. Source: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, OSC 52."""
    return f"\x1b]52;c;{b64encode(text.encode()).decode()}\a"


def _native(environment: Mapping[str, str], platform: str) -> tuple[tuple[str, ...], ...]:
    if platform == "darwin":
        return (("pbcopy",),)
    commands: list[tuple[str, ...]] = []
    if environment.get("WAYLAND_DISPLAY"):
        commands.append(("wl-copy",))
    if environment.get("DISPLAY"):
        commands += [("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input")]
    return tuple(commands)


def _takes(tool: Tool, text: str) -> bool:
    try:
        # No pipe for what it says: some of them stay in the background to serve the text, and would hold it open.
        done = subprocess.run(  # noqa: S603 - a fixed command, found on the person's own PATH
            tool.command,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TOOL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
