"""Results: the shape that 0.4.3's dashboards parse, from two round trips, over data that either program wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import lamed
import pytest
from lamed import keys, responses

from tests.integration.experiments.counters import write_counter
from tests.integration.handlers.contents import contents
from tests.ports import port_of
from tests.proxy import TcpProxy
from tests.unit.handlers.gateway import call, proxy_event

if TYPE_CHECKING:
    import redis


def track(experiment: str, goal: str, variant: str, times: int = 1) -> None:
    for number in range(times):
        call(lamed.track, experiment=experiment, event=goal, variant=variant, uuid=f"{variant}-{number}")


def goal(name: str, *results: tuple[str, int, int]) -> dict[str, object]:
    return {
        "goal": name,
        "results": [{"label": label, "successes": successes, "trials": trials} for label, successes, trials in results],
    }


def test_nothing_yet_is_a_list_with_its_scope_alone(database: redis.Redis) -> None:
    assert call(lamed.all) == (200, [{"meta": {"scope": None}}])
    assert call(lamed.experiment, experiment="nothing") == (200, [])
    assert contents(database) == {}


@pytest.mark.usefixtures("database")
def test_results_are_sorted_and_every_goal_lists_every_variant() -> None:
    track("second", "participate", "red", 4)
    track("second", "participate", "blue", 3)
    track("second", "buy", "red", 2)
    track("second", "add to cart", "blue", 1)
    track("first: 50%", "participate", "only", 1)
    expected = [
        goal("add to cart", ("blue", 1, 3), ("red", 0, 4)),
        goal("buy", ("blue", 0, 3), ("red", 2, 4)),
    ]
    assert call(lamed.all) == (
        200,
        [
            {"meta": {"scope": None}},
            {"experiment": "first: 50%", "goals": []},
            {"experiment": "second", "goals": expected},
        ],
    )
    assert call(lamed.experiment, experiment="second") == (200, expected)


@pytest.mark.usefixtures("database")
def test_a_scope_keeps_its_order_and_shows_unknown_names_without_goals() -> None:
    for name in ("a", "b:c"):
        track(name, "buy", "v")
    status, document = call(lamed.all, scope="nope,b:c,a")
    assert status == 200
    assert document[0] == {"meta": {"scope": "nope,b:c,a"}}
    assert [entry["experiment"] for entry in document[1:]] == ["nope", "b:c", "a"]
    assert [bool(entry["goals"]) for entry in document[1:]] == [False, True, True]


@pytest.mark.usefixtures("database")
def test_namespaces_are_apart() -> None:
    call(lamed.track, experiment="e", event="buy", variant="v", uuid="u", namespace="n:1")
    assert call(lamed.all)[1][1:] == []
    assert call(lamed.all, namespace="n:1")[1][1:] == [{"experiment": "e", "goals": [goal("buy", ("v", 1, 0))]}]


def test_counts_of_043_are_shown_and_go_on(database: redis.Redis) -> None:
    write_counter(database, "checkout", "participate", "blue", 40)
    write_counter(database, "checkout", "buy", "blue", 7)
    track("checkout", "buy", "blue")
    assert call(lamed.experiment, experiment="checkout") == (200, [goal("buy", ("blue", 8, 40))])


def test_names_that_043_misread_are_read_right(database: redis.Redis) -> None:
    write_counter(database, "my:exp", "participate", "blue", 5)
    write_counter(database, "50% off", "buy", "100%", 3)
    track("my:exp", "participate", "blue", 2)
    track("my:exp", "buy", "blue", 1)
    assert call(lamed.all)[1][1:] == [
        {"experiment": "50% off", "goals": [goal("buy", ("100%", 3, 0))]},
        {"experiment": "my:exp", "goals": [goal("buy", ("blue", 1, 7))]},
    ]


def test_a_namespace_with_a_colon_that_043_filled_is_read(database: redis.Redis) -> None:
    counter = "my:ns:counters:exp:buy:blue"
    database.sadd("my:ns:experiments", "exp")
    database.sadd("my:ns:counter_keys", counter)
    database.set(counter, 6)
    assert call(lamed.experiment, experiment="exp", namespace="my:ns") == (200, [goal("buy", ("blue", 6, 0))])


def test_what_is_no_count_counts_nothing(database: redis.Redis) -> None:
    write_counter(database, "e", "buy", "v", 1)
    database.sadd("alephbet:counter_keys", "alephbet:counters:e:buy:gone", "alephbet:counters:e:buy:word", "stray")
    database.set("alephbet:counters:e:buy:word", "word")
    expected = [goal("buy", ("gone", 0, 0), ("v", 1, 0), ("word", 0, 0))]
    assert call(lamed.experiment, experiment="e") == (200, expected)


def test_names_that_are_not_utf8_do_not_stop_the_answer(database: redis.Redis) -> None:
    database.sadd("alephbet:experiments", b"caf\xe9")
    database.sadd("alephbet:counter_keys", b"alephbet:counters:caf\xe9:buy:v")
    database.set(b"alephbet:counters:caf\xe9:buy:v", 3)
    status, document = call(lamed.all)
    assert status == 200
    assert document[1]["goals"] == [goal("buy", ("v", 3, 0))]


def filled(database: redis.Redis, experiments: int) -> None:
    pipe = database.pipeline(transaction=False)
    for number in range(experiments):
        for variant in ("a", "b", "c"):
            for name in ("participate", "buy", "see", "leave"):
                counter = keys.counter_key("alephbet", f"experiment-{number}", name, variant)
                pipe.sadd("alephbet:experiments", f"experiment-{number}")
                pipe.sadd("alephbet:counter_keys", counter)
                pipe.set(counter, number)
    pipe.execute()


def test_reading_takes_two_round_trips_whatever_the_number(
    database: redis.Redis, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TcpProxy(port_of(valkey), quiet=0.05) as proxy:
        monkeypatch.setenv("LAMED_REDIS_URL", proxy.url)
        call(lamed.all)
        for experiments in (1, 300):
            filled(database, experiments)
            database.config_resetstat()
            before = proxy.round_trips
            status, document = call(lamed.all)
            assert status == 200
            assert len(document) == experiments + 1
            assert document[1]["goals"][0]["results"][0] == {"label": "a", "successes": 0, "trials": 0}
            assert proxy.round_trips - before == 2
            used = {name: stats["calls"] for name, stats in database.info("commandstats").items()}
            assert set(used) - {"cmdstat_config|resetstat", "cmdstat_info"} == {"cmdstat_smembers", "cmdstat_mget"}
            assert used["cmdstat_mget"] == -(-experiments * 12 // 500)
        assert proxy.connections == 1


@pytest.mark.usefixtures("database")
def test_an_answer_larger_than_lambda_allows_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for experiment in ("one", "two"):
        for number in range(20):
            track(experiment, "buy", f"variant {number}")
    sizes = [len(str(lamed.all(proxy_event(**query), None)["body"])) for query in ({}, {"scope": "one"})]
    assert sizes[0] > 1.5 * sizes[1]
    # Lambda's answer holds the body as a JSON string, in which every quotation mark takes two bytes.
    monkeypatch.setattr(responses, "MOST_BODY_BYTES", 1.5 * sizes[1])
    status, document = call(lamed.all)
    assert (status, document["error"], document["parameter"]) == (400, "too_large", "scope")
    assert call(lamed.all, scope="one")[0] == 200


@pytest.mark.usefixtures("database")
def test_a_body_is_compact_json() -> None:
    track("größe", "buy", "v")
    body = lamed.all({}, None)["body"]
    assert isinstance(body, str)
    assert json.dumps(json.loads(body), separators=(",", ":")) == body
