"""A person who has never seen the tool: from an empty home to a deployed backend, a snippet and the monitor."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.e2e.person import LAMED, exports_of, serving
from tests.e2e.terminal import Terminal, running_in_tmux
from tests.ports import port_of

if TYPE_CHECKING:
    from pathlib import Path

LONG = 120.0
"""Seconds for what AWS does; the machine may be busy."""


def sees(terminal: Terminal, words: str, *, seconds: float = 60) -> str:
    return terminal.wait_until(lambda shown: words in shown, what=words, seconds=seconds)


@pytest.mark.timeout(500)
@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=str)
def test_from_nothing_to_a_backend_a_snippet_and_the_monitor_by_keys_alone(home: Path, size: tuple[int, int]) -> None:
    folder = home / "site"
    folder.mkdir()
    with serving(home) as servers:
        exports = exports_of(servers)
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
        port = port_of(redis_url)
        assert json.loads(saved.read_text()) == {"redis": {"host": "127.0.0.1", "port": port}}
