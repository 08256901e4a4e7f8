"""`lamed configure --plain` as a person at a terminal meets it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from lamed_tui.embedded.stack import running_stack
from tests.e2e.person import LAMED
from tests.e2e.terminal import running_in_tmux
from tests.ports import port_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.terminal import Terminal


def answer(terminal: Terminal, question: str, *keys: str) -> None:
    """Wait for a question at the end of what is on the screen, then press."""
    terminal.wait_until(lambda shown: question in shown.rstrip().splitlines()[-1], what=question)
    terminal.press(*keys)


@pytest.mark.timeout(300)
def test_a_terminal_asks_line_by_line_tries_the_answers_and_saves_them(tmp_path: Path) -> None:
    home = tmp_path / "h"
    home.mkdir()
    with running_stack() as stack:
        port = str(port_of(stack.redis_url))
        environment = {name: value for name, value in stack.environment.items() if not name.startswith("LAMED_")}
        person = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        with running_in_tmux([*LAMED, "configure", "--plain"], home, environment | person) as terminal:
            terminal.wait_until(lambda shown: "everything: Redis" in shown, what="the ways")
            terminal.press("Enter")
            answer(terminal, "? Address", "C-u")
            answer(terminal, "? Address", "-l", "not a host")
            terminal.press("Enter")  # at once: why it is refused may stand below by now
            terminal.wait_until(lambda shown: "must be a host name" in shown, what="why it is refused")
            terminal.press("C-u")
            terminal.press("-l", f"redis://:s3cret@127.0.0.1:{port}/0")
            terminal.press("Enter")
            for question in ("? Port", "? TLS", "? User", "? Password (set)", "? Database", "? Cluster", "? Namespace"):
                answer(terminal, question, "Enter")
            terminal.wait_until(lambda shown: "Remove redis.password" in shown, what="why it does not work")
            answer(terminal, "Correct the answers?", "y")
            for question in ("? Address", "? Port", "? TLS", "? User"):
                answer(terminal, question, "Enter")
            answer(terminal, "? Password (set)", "-l", "-")
            answer(terminal, "? Password (set) *", "Enter")
            for question in ("? Database", "? Cluster", "? Namespace", "? Name "):
                answer(terminal, question, "Enter")
            answer(terminal, "? Profile", "Enter")
            answer(terminal, "? Region", "Enter")
            terminal.wait_until(lambda shown: "add /hello" in shown, what="the endpoints")
            terminal.press("Down", "Enter")
            terminal.wait_until(lambda shown: "GET /hello" in shown and "go on" in shown, what="the neutral one")
            terminal.press("Enter")
            asked = terminal.wait_until(lambda shown: "(Y/n)" in shown, what="whether to save")
            assert "s3cret" not in asked
            terminal.press("y")
            assert terminal.wait_for_exit() == 0
            shown = terminal.text()
        assert all(len(line) <= 80 for line in shown.splitlines())
        assert "Next: lamed preflight" in shown
        saved = json.loads((home / ".lamed" / "config.json").read_text())
        assert saved["redis"] == {"host": "127.0.0.1", "port": int(port)}
        assert [entry["api_gateway"]["pathPart"] for entry in saved["extra_wiring"]] == ["hello"]
