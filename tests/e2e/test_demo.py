"""`lamed demo`, from outside: as a script runs it, and as a person sees it in a terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.person import LAMED, environment_of, exports_of, serving
from tests.e2e.terminal import Terminal, listening_addresses, processes_of, running_in_tmux
from tests.waiting import comes_true

if TYPE_CHECKING:
    from pathlib import Path


def assert_nothing_is_left(home: Path, addresses: set[str]) -> None:
    assert processes_of(home) == {}
    listening = subprocess.run(["ss", "-Hltn"], check=True, capture_output=True, text=True).stdout
    assert [address for address in addresses if f"{address} " in listening] == []
    assert [path.name for path in home.iterdir() if path.name.startswith("lamed-demo-")] == []


def addresses_of_the_demo(home: Path) -> set[str]:
    """Where the demo's servers listen, as found from outside."""
    return listening_addresses(processes_of(home))


def test_a_headless_demo_counts_exactly_what_was_acknowledged(home: Path) -> None:
    run = subprocess.run(
        [*LAMED, "demo", "--headless", "--seconds", "8", "--json"],
        env=environment_of(home),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    report: dict[str, Any] = json.loads(run.stdout)
    assert set(report) == {
        "base_url",
        "redis_url",
        "events_sent",
        "events_acknowledged",
        "duplicates_sent",
        "experiments",
    }
    assert report["duplicates_sent"] > 0
    assert report["events_acknowledged"] == report["events_sent"] - report["duplicates_sent"] > 50
    counted = sum(
        sum(variant["visitors"] for variant in experiment["variants"])
        + sum(variant["conversions"] for goal in experiment["goals"] for variant in goal["variants"])
        for experiment in report["experiments"]
    )
    assert counted == report["events_acknowledged"]
    assert len(report["experiments"]) >= 4
    assert_nothing_is_left(home, set())


def test_a_person_sees_a_counter_rise_and_leaves_nothing_behind(home: Path) -> None:
    with running_in_tmux([*LAMED, "demo"], home, environment_of(home)) as terminal:
        first = visitors_shown(terminal, more_than=0)
        visitors_shown(terminal, more_than=first)
        addresses = addresses_of_the_demo(home)
        assert len(addresses) >= 2
        assert all(address.startswith("127.0.0.1:") for address in addresses)
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert_nothing_is_left(home, addresses)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_console_demo_and_everything_it_started(home: Path, number: signal.Signals) -> None:
    with running_in_tmux([*LAMED, "demo"], home, environment_of(home)) as terminal:
        visitors_shown(terminal, more_than=0)
        addresses = addresses_of_the_demo(home)
        assert len(addresses) >= 2
        os.kill(terminal.process(), number)
        assert terminal.wait_for_exit() in {0, 130}
        assert_nothing_is_left(home, addresses)


def test_serve_prints_exports_that_work_and_stays_until_interrupted(home: Path) -> None:
    with serving(home) as process:
        exports = exports_of(process)
        with urllib.request.urlopen(f"{exports['AWS_ENDPOINT_URL']}/_ministack/health") as answer:
            assert answer.status == 200
        results = subprocess.run(
            [*LAMED, "results", "--json"],
            env=environment_of(home) | exports,
            cwd=home,
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(results.stdout)["experiments"] == []
        addresses = addresses_of_the_demo(home)
        time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert_nothing_is_left(home, addresses)


def test_a_demo_that_is_killed_leaves_nothing_behind_either(home: Path) -> None:
    with serving(home) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("export ")
        addresses = addresses_of_the_demo(home)
        assert len(addresses) >= 2
        process.kill()
    assert comes_true(lambda: not processes_of(home))
    assert_nothing_is_left(home, addresses)


def test_without_a_terminal_the_demo_says_how_to_run_it(home: Path) -> None:
    run = subprocess.run(
        [*LAMED, "demo"], env=environment_of(home), capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 2
    assert "--headless" in run.stderr
    assert run.stdout == ""


def visitors_shown(terminal: Terminal, *, more_than: int) -> int:
    """The visitors of the experiment that is in detail, once there are more than that."""

    def number(screen: str) -> int:
        found = re.search(r"signup button\s.*?([\d,]+)", screen)
        return int(found[1].replace(",", "")) if found else 0

    return number(
        terminal.wait_until(
            lambda screen: number(screen) > more_than, what=f"more than {more_than} visitors", seconds=90
        )
    )
