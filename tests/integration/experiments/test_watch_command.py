"""`lamed watch --plain` and `--json`: looking again and again, as other programs read it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING

import pytest

from lamed_tui.cli.main import run
from lamed_tui.errors import ExitCode, StoreError
from lamed_tui.experiments.source import RedisSource
from tests.integration.experiments.commands import run_lamed, running_lamed
from tests.integration.experiments.counters import write_counts
from tests.ports import a_free_port
from tests.valkey_servers import valkey_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lamed_tui.experiments.history import History

VISITORS = ("checkout", "participate", "control")
BUYERS = ("checkout", "buy", "control")


def visitors_in(line: str) -> int:
    """The visitors of the first variant of the first experiment of a document."""
    visitors: int = json.loads(line)["experiments"][0]["variants"][0]["visitors"]
    return visitors


def test_json_prints_one_document_a_line_and_the_counters_rise(valkey: str) -> None:
    write_counts(valkey, {VISITORS: 10, BUYERS: 1})
    with running_lamed(valkey, "watch", "--json", "--interval", "0.2") as running:
        first = json.loads(running.line())
        write_counts(valkey, {BUYERS: 2})
        later = first
        while later["experiments"] == first["experiments"]:
            later = json.loads(running.line())
    (goal,) = later["experiments"][0]["goals"]
    assert goal["variants"][0]["conversions"] == 2
    assert later["taken_at"] > first["taken_at"]


def test_plain_prints_everything_once_and_then_only_what_changes(valkey: str) -> None:
    write_counts(valkey, {VISITORS: 1204, BUYERS: 120, ("new", "participate", "a"): 1})
    with running_lamed(valkey, "watch", "--plain", "--interval", "0.2") as running:
        assert ", namespace alephbet, 2 experiments, read at " in running.line()
        assert running.line() == "checkout: Fewer than two variants: nothing to compare"
        assert running.line() == "checkout, buy, control: 120 conversions, 1204 visitors, 9.97%, the control"
        assert running.line() == "new: Fewer than two variants: nothing to compare"
        assert running.line() == "new, a: 1 visitor, no goal reached yet"
        with pytest.raises(AssertionError):
            running.line(seconds=1)
        write_counts(valkey, {BUYERS: 121})
        assert running.line().startswith("Changes at ")
        assert running.line() == "checkout, buy, control: 121 conversions, 1204 visitors, 10.05%, the control"


def test_plain_text_draws_nothing_and_moves_no_cursor(valkey: str) -> None:
    write_counts(valkey, {VISITORS: 1, ("\x1b[2Jname", "participate", "\u202ea"): 1})
    shown = run_lamed(valkey, "watch", "--plain", "--count", "1")
    assert shown.returncode == 0
    text = shown.stdout.replace("\n", "")
    assert text.isprintable()
    assert not [character for character in text if "\u2500" <= character <= "\u259f"]


def test_count_ends_after_so_many_refreshes(valkey: str) -> None:
    shown = run_lamed(valkey, "watch", "--json", "--interval", "0.2", "--count", "3")
    assert (shown.returncode, len(shown.stdout.splitlines())) == (0, 3)


def test_a_redis_that_restarts_is_reported_with_the_age_of_the_data_and_found_again(tmp_path: Path) -> None:
    port = a_free_port()
    with ExitStack() as stack:
        with valkey_on(port, tmp_path) as url:
            write_counts(url, {VISITORS: 1})
            running = stack.enter_context(running_lamed(url, "watch", "--json", "--interval", "0.3"))
            assert visitors_in(running.line()) == 1
        said = running.line("stderr")
        while "refused the connection" not in said:  # the first attempt may meet a server that is just stopping
            said = running.line("stderr")
        assert re.search(r" The data shown is \d+ s old; retrying in \d+ s\.$", said)
        with valkey_on(port, tmp_path) as url:
            write_counts(url, {VISITORS: 2})
            while visitors_in(running.line()) != 2:
                pass


@pytest.mark.parametrize("form", ["--plain", "--json"])
def test_an_outage_while_the_series_are_read_is_told_and_survived(
    valkey: str, form: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write_counts(valkey, {VISITORS: 1})
    monkeypatch.setenv("LAMED_REDIS_URL", valkey)
    monkeypatch.setattr("lamed_tui.experiments.assessing._HISTORY_SECONDS", 0.0)  # read at every look
    really, looks = RedisSource.read_histories, count(1)

    def failing_once(source: RedisSource, experiments: Sequence[str]) -> dict[str, History]:
        if next(looks) == 2:
            raise StoreError("Redis is away.", "Wait.")
        return really(source, experiments)

    monkeypatch.setattr(RedisSource, "read_histories", failing_once)

    assert run(["watch", form, "--interval", "0.2", "--count", "2"]) == ExitCode.OK

    assert re.search(r"Redis is away\. The data shown is .+ old; retrying in ", capfd.readouterr().err)
    assert next(looks) == 4


def test_a_redis_that_is_down_from_the_start_is_an_error() -> None:
    failed = run_lamed(f"redis://127.0.0.1:{a_free_port()}/0", "watch", "--json")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "refused the connection" in failed.stderr


def test_ctrl_c_ends_with_130(valkey: str) -> None:
    with running_lamed(valkey, "watch", "--json") as running:
        running.line()
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(5) == 130


@pytest.mark.parametrize("form", ["--json", "--plain"])
def test_a_reader_that_leaves_ends_it_quietly_even_when_nothing_changes(valkey: str, form: str) -> None:
    ours, its = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "lamed_tui", "watch", form, "--interval", "60"],
        env={**os.environ, "LAMED_REDIS_URL": valkey},
        stdout=its,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(its)
        assert os.read(ours, 10)
        os.close(ours)
        assert process.communicate(timeout=10)[1] == b""
        assert process.returncode == 0


def test_without_a_terminal_the_console_refuses_and_names_what_works(valkey: str) -> None:
    refused = run_lamed(valkey, "watch")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "The console needs a terminal" in refused.stderr
    assert "lamed watch --plain" in refused.stderr


@pytest.mark.parametrize("arguments", [["--plain", "--json"], ["--count", "2"], ["--json", "--interval", "0"]])
def test_options_that_make_no_sense_are_usage_errors(valkey: str, arguments: list[str]) -> None:
    assert run_lamed(valkey, "watch", *arguments).returncode == 2
