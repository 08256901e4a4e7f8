"""The builder in a real terminal: tmux with its default settings."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.console.snippet.builder import CHECKOUT, URL
from tests.e2e.terminal import running_in_tmux
from tests.integration.experiments.counters import write_counts


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=str)
def test_from_the_monitor_to_the_code_in_the_buffer_in_a_file_on_the_terminal_and_on_stdout(
    valkey: str, tmp_path: Path, size: tuple[int, int]
) -> None:
    write_counts(valkey, {("checkout button", "participate", arm): 5 for arm in ("control", "green")})
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"redis": {"url": valkey}, "experiments": {"checkout button": CHECKOUT}}))
    command = [sys.executable, "-m", "lamed_tui", "--config", str(config), "--print-on-exit"]
    environment = {"HOME": str(tmp_path), "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    with running_in_tmux(command, tmp_path, environment, size=size) as terminal:
        terminal.wait_until(lambda text: "10 visitors" in text, what="the monitor")
        terminal.press("x")
        terminal.wait_until(lambda text: "No address" in text and "page view" in text, what="the builder")
        terminal.press("C-y")  # there is nothing to copy yet: it leads to what is missing
        terminal.wait_until(lambda text: "Where the page sends events" in text, what="the address is asked for")
        terminal.press("-l", URL)
        terminal.wait_until(lambda text: "Ready for the page" in text, what="the code is complete")

        terminal.press("C-y")
        terminal.wait_until(lambda text: "Copied to the tmux buffer" in text, what="it is copied")
        copied = terminal._tmux("show-buffer") + "\n"
        assert URL in copied
        assert copied.endswith("</script>\n")

        terminal.press("C-g")
        terminal.wait_until(lambda text: "Saved to:" in text, what="it is saved")
        (saved,) = Path.cwd().glob("lamed-snippet-checkout-button.html")
        assert saved.read_text() == copied
        saved.unlink()
        terminal.press("Escape")
        terminal.wait_until(lambda text: "Saved to:" not in text, what="the form again")

        terminal.press("C-t")
        terminal.wait_until(lambda text: "? Help" in text, what="the code is in focus")
        terminal.press("v")
        shown = terminal.wait_until(lambda text: "Enter goes back to lamed." in text, what="the plain view")
        assert "│" not in shown
        assert "\n</script>\n\nEnter goes back" in shown
        terminal.press("Enter")
        terminal.wait_until(lambda text: "^t Form/Code" in text, what="the builder again")

        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        printed = terminal._tmux("capture-pane", "-p", "-J", "-S", "-500", "-t", "main")
        assert copied.strip() in "\n".join(line.rstrip() for line in printed.splitlines())
