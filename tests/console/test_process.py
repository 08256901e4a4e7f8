"""The console as a process: how it ends, and what it leaves on the terminal."""

from __future__ import annotations

import ast
import json
import re
import signal
import time
from base64 import b64decode
from pathlib import Path

import pytest

import lamed_tui.console
from tests.console.terminal import TerminalProcess, in_terminal
from tests.integration.experiments.counters import write_counts
from tests.valkey_servers import frozen

CALLER = """
import sys
from contextlib import contextmanager
from lamed_tui.config.model import RedisSettings
from lamed_tui.console.running import run_console
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store

@contextmanager
def something_to_clean_up(path):
    try:
        yield
    finally:
        open(path, "w").write("clean")

with something_to_clean_up(sys.argv[1]), open_store(RedisSettings(url=sys.argv[2])) as store:
    code = run_console(RedisSource(store, "alephbet", {}), note="demo")
sys.exit(code)
"""

DEFECTIVE = """
import sys
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.running import run_console

class Source:
    operations = None
    def read_histories(self, experiments):
        return {}
    def use(self, settings):
        pass
    label, namespace = "Redis somewhere", "alephbet"
    def read(self):
        password = "hidden-secret"
        raise RuntimeError(f"cannot use {password}")
    def close(self): ...

class Screen(Source):
    def read(self):
        from datetime import datetime
        from lamed_tui.experiments.snapshot import Snapshot
        return Snapshot("alephbet", datetime.now(), ())

def defective(self, event=None):
    password = "hidden-secret"
    raise ValueError(password)

if sys.argv[1] == "screen":
    LamedConsole.action_help = defective
sys.exit(run_console(Source() if sys.argv[1] == "source" else Screen()))
"""


def test_q_ends_it_with_success_and_restores_the_terminal(valkey: str) -> None:
    write_counts(valkey, {("checkout", "participate", "control"): 41})
    with in_terminal(["-m", "lamed_tui", "watch"], {"LAMED_REDIS_URL": valkey}) as console:
        console.wait_for("41 visitors")
        console.type("q")
        assert console.wait() == 0
    for leaves, comes_back in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h")):
        assert console.output.rfind(comes_back) > console.output.rfind(leaves) > -1


def test_without_a_command_the_console_opens(valkey: str) -> None:
    Path("config.json").write_text("{}")  # without one, setting up comes first
    with in_terminal(["-m", "lamed_tui"], {"LAMED_REDIS_URL": valkey}) as console:
        console.wait_for("No events yet")
        console.type("\x03")
        assert console.wait() == 130


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_lets_the_caller_clean_up(valkey: str, tmp_path: Path, ending: signal.Signals) -> None:
    trace = tmp_path / "trace"
    with in_terminal(["-c", CALLER, str(trace), valkey], {}) as console:
        console.wait_for("No events yet")
        console.process.send_signal(ending)
        assert console.wait() == 130
    assert trace.read_text() == "clean"


def test_a_dropped_connection_ends_it_and_lets_the_caller_clean_up(valkey: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with in_terminal(["-c", CALLER, str(trace), valkey], {}) as console:
        console.wait_for("No events yet")
        console.hang_up()
        console.process.wait(10)
    assert trace.read_text() == "clean"


def seconds_to_quit(console: TerminalProcess) -> float:
    started = time.monotonic()
    console.type("q")
    assert console.wait(70) == 0
    return time.monotonic() - started


def test_a_hung_redis_does_not_delay_the_end_of_the_process(valkey: str, tmp_path: Path) -> None:
    write_counts(valkey, {("checkout", "participate", "control"): 41})
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"redis": {"url": valkey, "socket_timeout": 60}}))
    command = ["-m", "lamed_tui", "--config", str(config), "watch", "--interval", "0.5"]
    with in_terminal(command, {}) as console:
        console.wait_for("41 visitors")
        usual = seconds_to_quit(console)
    with in_terminal(command, {}) as console:
        console.wait_for("41 visitors")
        with frozen(valkey):
            console.wait_for("STALE")
            assert seconds_to_quit(console) < usual + 1


@pytest.mark.parametrize("part", ["source", "screen"])
def test_a_crash_ends_with_a_report_that_holds_no_secret(part: str) -> None:
    with in_terminal(["-c", DEFECTIVE, part], {}, size=(160, 50)) as console:
        if part == "screen":
            console.wait_for("No events yet")
            console.type("?")
        console.wait_for("lamed stopped on an error of its own")
        console.wait_for("Copy the report")
        console.type("c")
        console.wait_for("Sent to the terminal (OSC 52)")
        console.type("q")
        assert console.wait() == 1
    assert "hidden-secret" not in console.written
    copied = re.findall(rb"\x1b\]52;c;([^\a]*)\a", console.output)[-1]
    assert "Please report this text" in b64decode(copied).decode()
    in_between = console.output.partition(b"\x1b[?1049l")[2].partition(b"\x1b[?1049h")[0]
    assert b"Please report this text" in in_between  # and so it stays on the terminal as well
    expected = ("RuntimeError at", "in read") if part == "source" else ("ValueError at", "in defective")
    assert all(text in console.written for text in expected)


def test_no_secret_of_the_settings_reaches_the_terminal(valkey: str) -> None:
    url = valkey.replace("redis://", "redis://:hidden-secret@")
    with in_terminal(["-m", "lamed_tui", "watch"], {"LAMED_REDIS_URL": url}) as console:
        console.wait_for("asks for no password")
        console.type("q")
        assert console.wait() == 0
    assert "hidden-secret" not in console.written


def test_every_worker_says_itself_what_it_does_and_ends_nothing_when_it_fails() -> None:
    """Textual's own description spells out the arguments, which may hold a password."""
    calls = [
        (path.name, {keyword.arg for keyword in node.keywords})
        for path in Path(lamed_tui.console.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "run_worker"
    ]
    assert len(calls) > 5
    assert [one for one in calls if not {"description", "exit_on_error"} <= one[1]] == []
