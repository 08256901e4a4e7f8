"""One event: what it leaves in Redis, and how many round trips it takes."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import lamed
import pytest
from lamed import endpoints, keys

from tests.integration.handlers.contents import contents
from tests.integration.handlers.events import COUNTER, EVENT
from tests.ports import port_of
from tests.proxy import TcpProxy
from tests.unit.handlers.gateway import Context, call, checked, proxy_event

if TYPE_CHECKING:
    import redis


def test_an_event_is_counted_once_however_often_it_comes(database: redis.Redis) -> None:
    assert call(lamed.track, **EVENT) == (200, {"status": "counted"})
    for _ in range(3):
        assert call(lamed.track, **EVENT) == (200, {"status": "duplicate"})
    assert database.get(COUNTER) == "1"


def test_a_uuid_counts_once_for_each_counter(database: redis.Redis) -> None:
    for change in ({}, {"variant": "red"}, {"event": "participate"}, {"experiment": "other"}, {"namespace": "shop"}):
        assert call(lamed.track, **{**EVENT, **change}) == (200, {"status": "counted"})
    assert database.get(COUNTER) == "1"


def test_an_event_leaves_a_counter_its_indexes_and_its_companions(database: redis.Redis) -> None:
    moment = 1_800_000_123
    endpoints.track(proxy_event(**EVENT), None, clock=lambda: moment)
    window = keys.windows(moment, 43_200)[0]
    assert contents(database) == {
        COUNTER: "1",
        "alephbet:experiments": {"checkout"},
        "alephbet:counter_keys": {COUNTER},
        "alephbet:checkout:counter_keys": {COUNTER},
        "lamed:namespaces": {"alephbet"},
        f"{{{COUNTER}}}:seen:{window}": {keys.digest("u-1")[0]},
        f"{{{COUNTER}}}:series:h:{moment // 3_600 // 96}": {str(moment // 3_600 % 96): "1"},
        f"{{{COUNTER}}}:series:d:{moment // 86_400 // 100}": {str(moment // 86_400 % 100): "1"},
    }


def test_companions_expire_and_counters_do_not(database: redis.Redis) -> None:
    call(lamed.track, **EVENT)
    now = int(time.time())
    hours, _ = keys.HOURS.point(COUNTER, now)
    days, _ = keys.DAYS.point(COUNTER, now)
    node = keys.seen_node(COUNTER, keys.windows(now, 43_200)[0])
    assert database.ttl(COUNTER) == -1
    assert int(str(database.ttl(hours))) >= 72 * 3_600
    assert int(str(database.ttl(days))) >= 400 * 86_400
    assert 86_400 <= int(str(database.ttl(node))) <= 1.5 * 86_400 + keys.CLOCK_SKEW


def test_names_are_stored_encoded_and_remembered_events_as_integers(database: redis.Redis) -> None:
    call(lamed.track, experiment="a:b", variant="50%", event="größe", uuid="u", namespace="n:s")
    counter = "n%3As:counters:a%3Ab:größe:50%25"
    assert database.smembers("n%3As:experiments") == {"a%3Ab"}
    assert database.smembers("n%3As:a%3Ab:counter_keys") == {counter}
    assert database.get(counter) == "1"
    node = keys.seen_node(counter, keys.windows(time.time(), 43_200)[0])
    assert database.object("encoding", node) == "intset"


@pytest.mark.usefixtures("database")
def test_a_warm_event_takes_one_round_trip(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with TcpProxy(port_of(valkey)) as proxy:
        monkeypatch.setenv("LAMED_REDIS_URL", proxy.url)
        call(lamed.track, **EVENT)
        before = proxy.round_trips
        for number in range(200):
            call(lamed.track, **{**EVENT, "uuid": f"u-{number // 2}", "variant": "blue" if number % 3 else "red"})
        assert proxy.round_trips - before == 200
        assert proxy.connections == 1


def test_a_warm_event_is_one_command(database: redis.Redis) -> None:
    call(lamed.track, **EVENT)
    database.config_resetstat()
    for number in range(50):
        call(lamed.track, **{**EVENT, "uuid": f"u-{number}"})
    calls = {name: stats["calls"] for name, stats in database.info("commandstats").items()}
    assert calls.pop("cmdstat_evalsha") == 50
    assert not set(calls) & {"cmdstat_eval", "cmdstat_auth", "cmdstat_select", "cmdstat_ping"}


def test_a_refused_request_writes_nothing(database: redis.Redis) -> None:
    for query in ({}, {**EVENT, "uuid": ""}, {**EVENT, "variant": "x" * 129}, {**EVENT, "event": "a\nb"}):
        assert call(lamed.track, **query)[0] == 400
    assert contents(database) == {}


def test_every_event_logs_one_line_of_json_without_its_names(
    database: redis.Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    for query, outcome in ((EVENT, "counted"), (EVENT, "duplicate"), ({**EVENT, "uuid": ""}, "empty_parameter")):
        checked(lamed.track(proxy_event(**query), Context(3_000)))
        output = capsys.readouterr().out
        assert output.count("\n") == 1
        line = json.loads(output)
        assert (line["handler"], line["outcome"], line["request_id"]) == ("track", outcome, Context.aws_request_id)
        assert "checkout" not in output
    assert database.get(COUNTER) == "1"


def test_history_counts_what_the_counter_counts(database: redis.Redis) -> None:
    start = 1_800_000_000
    for number in range(60):
        moment = start + number * 1_800
        for _ in range(2):
            endpoints.track(proxy_event(**{**EVENT, "uuid": f"u-{number}"}), None, clock=lambda moment=moment: moment)  # type: ignore[misc]  # mypy cannot type the default
    end = start + 60 * 1_800
    for series, unit in ((keys.HOURS, 3_600), (keys.DAYS, 86_400)):
        found: dict[int, int] = {}
        for key, first in series.chunks(COUNTER, end):
            for field, count in database.hgetall(key).items():
                found[first + int(field) * unit] = int(count)
        expected: dict[int, int] = {}
        for number in range(60):
            begin = (start + number * 1_800) // unit * unit
            expected[begin] = expected.get(begin, 0) + 1
        assert found == expected
    assert database.get(COUNTER) == "60"


def test_spoilt_history_costs_no_count(database: redis.Redis) -> None:
    hours, _ = keys.HOURS.point(COUNTER, time.time())
    database.set(hours, "not a hash")
    assert call(lamed.track, **EVENT) == (200, {"status": "counted"})
    assert database.get(COUNTER) == "1"


@pytest.mark.parametrize("key", [COUNTER, "alephbet:experiments", "alephbet:counter_keys", "lamed:namespaces"])
def test_an_event_that_cannot_be_counted_is_not_remembered(database: redis.Redis, key: str) -> None:
    database.set(key, "not what belongs here")
    status, document = call(lamed.track, **EVENT)
    assert (status, document["error"]) == (503, "store_error")
    assert not [name for name in contents(database) if name.startswith("{")]
    database.delete(key)
    assert call(lamed.track, **EVENT) == (200, {"status": "counted"})
