"""A real terminal for whole-session tests: tmux on a socket of its own, with its default settings."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence


class Terminal:
    """One tmux session running one command."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._status = socket.with_name("status")

    def press(self, *keys: str) -> None:
        """Send keys by tmux's names, such as `q`, `Enter`, `C-c`."""
        self._tmux("send-keys", "-t", "main", *keys)

    def text(self) -> str:
        """What the screen shows."""
        return self._tmux("capture-pane", "-p", "-t", "main")

    def process(self) -> int:
        """The pid of the command."""
        shell = self._tmux("display-message", "-p", "-t", "main", "#{pane_pid}")
        return int(Path("/proc", shell, "task", shell, "children").read_text().split()[0])

    def exit_status(self) -> int | None:
        """The command's exit status, or nothing while it runs."""
        status = self._status.read_text() if self._status.exists() else ""
        return int(status) if status.endswith("\n") else None

    def wait_until(self, condition: Callable[[str], bool], *, what: str, seconds: float = 60) -> str:
        """The screen's text once the condition holds.

        Raises:
            AssertionError: it did not hold in time, or the command ended; the screen is in the message.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            shown = self.text()
            if condition(shown):
                return shown
            time.sleep(0.1)
        raise AssertionError(f"{what}: not within {seconds} s; the screen shows\n{self.text()}")

    def wait_for_exit(self, *, seconds: float = 20) -> int:
        """The command's exit status.

        Raises:
            AssertionError: it still runs after that time.
        """
        self.wait_until(lambda _: self.exit_status() is not None, what="the command ends", seconds=seconds)
        status = self.exit_status()
        assert status is not None
        return status

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", str(self._socket), "-f", os.devnull, *arguments]
        # These two, where the test runner has set them, would win over the terminal's own size.
        environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.rstrip("\n")


@contextmanager
def running_in_tmux(
    command: Sequence[str | Path], directory: Path, environment: Mapping[str, str], *, size: tuple[int, int] = (80, 24)
) -> Iterator[Terminal]:
    """Run a command in a fresh terminal of `size` (columns, rows); the tmux server ends with the context."""
    socket = directory / "tmux"
    terminal = Terminal(socket)
    columns, rows = size
    settings = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
    terminal._tmux("new-session", "-d", "-s", "main", "-x", str(columns), "-y", str(rows), *settings, "sleep 600")
    try:
        terminal._tmux("set-option", "-g", "remain-on-exit", "on")
        # The shell keeps the status: tmux now and then misses that its child has ended. And it keeps the pane open, as
        # the last words of a command would otherwise be lost now and then; it is then nobody of this folder's.
        shell = ["sh", "-c", '"$@"; echo $? > "$0"; cd / && exec env -i sleep 600', str(terminal._status)]
        terminal._tmux("respawn-pane", "-k", "-t", "main", *settings, *shell, *(str(word) for word in command))
        yield terminal
    finally:
        terminal._tmux("kill-server")


def processes_of(directory: Path) -> dict[int, str]:
    """The processes that run in this folder or were told of it, by pid, with their command lines; not tmux itself.

    Valkey writes its title over its environment, so that alone would not find it.
    """
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            told = command + (entry / "environ").read_bytes() + bytes((entry / "cwd").readlink())
        except OSError:
            continue  # it ended while we looked, or it is not ours
        if str(directory).encode() in told and not command.startswith(b"tmux") and int(entry.name) != os.getpid():
            found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


def listening_addresses(pids: Collection[int]) -> set[str]:
    """The TCP addresses these processes listen on."""
    rows = subprocess.run(["ss", "-Hltnp"], check=True, capture_output=True, text=True).stdout.splitlines()
    return {row.split()[3] for row in rows if any(f"pid={pid}," in row for pid in pids)}
