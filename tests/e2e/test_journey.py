"""A person who has never seen the tool: from an empty home to a deployed backend, a snippet and the monitor."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

import pytest

from tests.e2e.terminal import Terminal, processes_of, running_in_tmux

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAMED = [sys.executable, "-m", "lamed_tui"]
LONG = 120.0
"""Seconds for what AWS does; the machine may be busy."""


@contextmanager
def serving(home: Path) -> Iterator[dict[str, str]]:
    """The exports that `lamed demo --serve` prints, for as long as it runs."""
    person = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8"}
    with subprocess.Popen(
        [*LAMED, "demo", "--serve"], env=person, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as servers:
        assert servers.stdout is not None
        exports: dict[str, str] = {}
        try:
            while "LAMED_REDIS_URL" not in exports or "AWS_ENDPOINT_URL" not in exports:
                export = re.fullmatch(r"export (\w+)='?([^']*)'?\n", servers.stdout.readline())
                assert export, "a line that no shell could use"
                exports[export[1]] = export[2]
            yield exports
        finally:
            servers.send_signal(signal.SIGTERM)
            servers.wait(timeout=30)


def sees(terminal: Terminal, words: str, *, seconds: float = 60) -> str:
    return terminal.wait_until(lambda shown: words in shown, what=words, seconds=seconds)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A short path (Unix sockets allow about 100 characters); whatever a failing test leaves running is ended."""
    directory = tmp_path / "h"
    directory.mkdir()
    yield directory
    for pid in processes_of(directory):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.timeout(500)
@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=str)
def test_from_nothing_to_a_backend_a_snippet_and_the_monitor_by_keys_alone(home: Path, size: tuple[int, int]) -> None:
    folder = home / "site"
    folder.mkdir()
    with serving(home) as exports:
        redis_url = exports.pop("LAMED_REDIS_URL")
        person = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        in_folder = ["sh", "-c", 'cd "$0" && exec "$@"', str(folder), *LAMED]
        with running_in_tmux(in_folder, home, {**exports, **person}, size=size) as terminal:
            sees(terminal, "Your own A/B-testing backend")
            terminal.press("Enter")
            sees(terminal, "A host name or an IP address.")  # what is said of the field that has the focus
            terminal.press("C-u")
            terminal.press("-l", redis_url)
            terminal.press("Tab")
            sees(terminal, "127.0.0.1")
            terminal.press("C-t")
            sees(terminal, "Redis lets us in")
            terminal.press("C-n")
            sees(terminal, "▸ 2 AWS")
            terminal.press("C-n")
            sees(terminal, "▸ 3 Endpoints")
            terminal.press("C-n")
            sees(terminal, "▸ 4 Review")
            terminal.press("s")
            sees(terminal, "Deploy now")
            terminal.press("Enter")
            sees(terminal, "Ready to deploy.", seconds=LONG)
            terminal.press("C-n")
            sees(terminal, "34 to add.", seconds=LONG)
            terminal.press("C-n")
            sees(terminal, "Release 1 is live", seconds=LONG)
            done = sees(terminal, "Smoke test passed")
            found = re.search(r"http://\S+/_user_request_", done)
            assert found
            base_url = found[0]
            terminal.press("Enter")
            sees(terminal, "Ready for the page")
            terminal.press("C-g")
            sees(terminal, "Saved to:")
            (snippet,) = folder.glob("*.html")
            assert f'"{base_url}/track"' in snippet.read_text()
            terminal.press("Escape")
            sees(terminal, "Ready for the page")
            terminal.press("Escape")
            sees(terminal, "Release 1 is live")
            terminal.press("Down", "Enter")
            sees(terminal, "No events yet in the namespace")
            for visitor in range(3):
                event = {"experiment": "button color", "variant": "blue", "event": "participate", "uuid": str(visitor)}
                with urlopen(f"{base_url}/track?{urlencode(event)}") as answer:
                    assert answer.status == 200
            sees(terminal, "button color")
            sees(terminal, "3 visitors")
            terminal.press("q")
            assert terminal.wait_for_exit() == 0
        saved = home / ".lamed" / "config.json"
        assert saved.stat().st_mode & 0o777 == 0o600
        port = urlsplit(redis_url).port
        assert json.loads(saved.read_text()) == {"redis": {"host": "127.0.0.1", "port": port}}
