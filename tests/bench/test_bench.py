"""The bench measures what it says. Whether budgets are met is for `make bench` on a quiet machine, never for a test."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from tests.bench import stage as stages
from tests.bench import wire
from tests.bench.measures import MEASURES
from tests.bench.protocol import commands_in, packed, replay, send_all
from tests.bench.row import Budget, Row, alternating
from tests.proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(300)
def test_a_quick_run_measures_every_row() -> None:
    command = [sys.executable, "-m", "tests.bench", "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=280)
    document = json.loads(done.stdout)
    assert set(document) == {"machine", "quick", "rows"}
    assert all(document["machine"].values())
    assert "Redis 7 (7.0" in document["machine"]["servers"]
    assert list(dict.fromkeys(row["group"] for row in document["rows"])) == list(MEASURES)
    budgets = [row["budget"] for row in document["rows"] if row["budget"]]
    assert {"ours ≤ 1", "ours ≤ 100", "ours ≤ 15", "≤ 1/4", "≤ 1/6", "≥ 2x", "≤ 1/50", "≤ 1/10", "≤ 1/5"} == set(
        budgets
    )
    for row in document["rows"]:
        assert row["ours"] > 0
        assert row["ok"] in ([True, False] if row["budget"] else [None])
        assert row["samples"]["ours"]
        if row["group"] in {"monitor", "keys"}:  # 0.4.3 has no console
            assert (row["0.4.3"], row["ratio"]) == (None, None)
        else:
            assert row["0.4.3"] > 0
            assert row["ratio"] == pytest.approx(row["ours"] / row["0.4.3"])
    round_trips = document["rows"][0]
    assert (round_trips["ours"], round_trips["0.4.3"]) == (1, 6)


def test_a_measure_that_does_not_exist_is_refused() -> None:
    command = [sys.executable, "-m", "tests.bench", "no-such"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no-such" in done.stderr


@pytest.fixture
def stage(valkey: str, tmp_path: Path) -> Iterator[stages.Stage]:
    """A stage whose Valkey is this process's own."""
    with (
        stages.opened(tmp_path, stages.QUICK, lambda _: None) as opened,
        redis.Redis.from_url(valkey, decode_responses=True) as client,
    ):
        opened.__dict__["valkey"] = stages.Server(
            "Valkey 9", "9", client.connection_pool.connection_kwargs["port"], client
        )
        yield opened


def test_what_is_sent_in_bulk_is_what_both_backends_send(stage: stages.Stage) -> None:
    stage.check_wire(stage.valkey)


@pytest.mark.parametrize(
    ("name", "replacement"),
    [
        ("old_remembering", lambda event: packed("SET", event["uuid"], 1) + packed("PING")),
        ("old_conversation", lambda event: (packed("GET", event["uuid"]),)),
        ("our_requests", lambda events, _now, **_: [packed("INCR", event["uuid"]) for event in events]),
    ],
)
def test_anything_else_in_bulk_ends_the_bench(
    stage: stages.Stage, monkeypatch: pytest.MonkeyPatch, name: str, replacement: object
) -> None:
    monkeypatch.setattr(wire, name, replacement)
    with pytest.raises(RuntimeError, match="in bulk is not what it is one by one"):
        stage.check_wire(stage.valkey)


def test_replayed_conversations_are_held_once_each(stage: stages.Stage) -> None:
    client, port = stage.valkey.client, stage.valkey.port
    connections = client.info("stats")["total_connections_received"]
    talks = [[packed("MULTI") + packed("INCR", "n") + packed("EXEC"), packed("GET", "n")] for _ in range(200)]
    assert replay(port, talks, clients=7, keep=True) > 0
    assert client.info("stats")["total_connections_received"] - connections == 7
    assert replay(port, talks, clients=7, keep=False) > 0
    assert client.info("stats")["total_connections_received"] - connections == 7 + 200
    assert client.get("n") == "400"


def test_an_error_is_no_measurement(stage: stages.Stage) -> None:
    with pytest.raises(RuntimeError, match="unknown command"):
        replay(stage.valkey.port, [[packed("NONSENSE")]], clients=2, keep=True)
    with pytest.raises(RuntimeError, match="WRONGTYPE"):
        send_all(stage.valkey.port, [[packed("SADD", "set", "a")], [packed("INCR", "n"), packed("INCR", "set")]])


def test_requests_and_replies_are_counted_by_their_whole_values() -> None:
    assert commands_in(packed("SET", "a", "b\r\n$c") + packed("GET", "a")) == 2
    assert commands_in(b"+OK\r\n$-1\r\n*-1\r\n:5\r\n*2\r\n$1\r\na\r\n*0\r\n") == 5
    with pytest.raises((ValueError, IndexError)):
        commands_in(b"$5\r\nab")


def test_a_network_is_as_slow_as_asked_and_counts_what_is_waited_for(stage: stages.Stage) -> None:
    with TcpProxy(stage.valkey.port, round_trip=0.02) as proxy, redis.Redis(port=proxy.port, protocol=2) as client:
        client.ping()
        before = proxy.round_trips
        start = time.perf_counter()
        for _ in range(3):
            client.ping()
        assert time.perf_counter() - start >= 3 * 0.02
        assert proxy.round_trips - before == 3
        assert proxy.connections == 1


def test_a_row_compares_medians_and_holds_its_budget() -> None:
    row = Row("speed", "ms", (1.0, 2.0, 90.0), (10.0, 8.0, 9.0), Budget(ratio_at_most=1 / 4))
    assert row.cells() == ("speed, ms", "2", "9", "1/4.5", "≤ 1/4", "yes")
    assert Row("speed", "", (3_000.0,), (1_000.0,), Budget(ratio_at_least=4)).cells()[-4:] == (
        "1,000",
        "3x",
        "≥ 4x",
        "NO",
    )
    assert Row("trips", "", (1.0,), (6.0,), Budget(ours_at_most=1)).ok is True
    assert Row("trips", "", (1.05,), (6.0,), Budget(ours_at_most=1)).ok is False
    assert Row("told", "", (1.0,), (6.0,)).cells()[-2:] == ("", "")


def test_both_sides_take_turns() -> None:
    turns: list[str] = []

    def run(side: str) -> float:
        turns.append(side)
        return len(turns)

    assert alternating(3, lambda: run("ours"), lambda: run("old")) == ((1, 3, 5), (2, 4, 6))
    assert turns == ["ours", "old"] * 3
