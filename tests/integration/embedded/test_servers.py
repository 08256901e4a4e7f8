"""The embedded servers listen on loopback only and leave nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

import pytest
import redis

from lamed_tui.embedded.emulator import running_emulator
from lamed_tui.embedded.valkey import running_valkey
from lamed_tui.embedded.watchdog import ended_with_us
from tests.e2e.terminal import processes_of
from tests.ports import port_of
from tests.waiting import comes_true

if TYPE_CHECKING:
    from pathlib import Path


def listeners(port: int) -> list[str]:
    """The local addresses that some process listens on at this port."""
    rows = subprocess.run(["ss", "-Hltn"], check=True, capture_output=True, text=True).stdout.splitlines()
    return [address for row in rows if (address := row.split()[3]).endswith(f":{port}")]


def test_valkey_listens_on_loopback_only_and_is_gone_afterwards(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as url:
        with redis.Redis.from_url(url) as client:
            assert client.ping()
        assert listeners(port_of(url)) == [f"127.0.0.1:{port_of(url)}"]
    assert listeners(port_of(url)) == []


def test_the_emulator_listens_on_loopback_only_and_is_gone_afterwards(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as endpoint:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health") as answer:
            assert answer.status == 200
        assert listeners(port_of(endpoint)) == [f"127.0.0.1:{port_of(endpoint)}"]
    assert listeners(port_of(endpoint)) == []


def test_both_end_when_the_body_fails(tmp_path: Path) -> None:
    seen: list[str] = []

    def use_both_and_fail() -> None:
        with running_valkey(tmp_path) as url, running_emulator(tmp_path) as endpoint:
            seen.extend((url, endpoint))
            raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        use_both_and_fail()
    assert [listeners(port_of(url)) for url in seen] == [[], []]


SERVERS_THEN_DEATH = """
import os, signal, sys
from pathlib import Path
from lamed_tui.embedded.emulator import running_emulator
from lamed_tui.embedded.valkey import running_valkey
with running_valkey(Path(sys.argv[1])) as url, running_emulator(Path(sys.argv[1])) as endpoint:
    print(url, endpoint, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_both_end_when_whoever_started_them_is_killed(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", SERVERS_THEN_DEATH, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    urls = killed.stdout.split()
    assert len(urls) == 2
    assert comes_true(lambda: [listeners(port_of(url)) for url in urls] == [[], []])
    assert comes_true(lambda: processes_of(tmp_path) == {})


def test_what_ended_in_order_is_not_looked_after_any_more(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        with ended_with_us(process.pid, folder=tmp_path):
            pass
        assert process.poll() is None
        process.kill()
    assert tmp_path.exists()
