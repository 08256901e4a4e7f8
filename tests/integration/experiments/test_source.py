"""Snapshots of a real Valkey, filled by lamed 0.4.3 and by this project's own handlers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import redis

from lamed_tui.config.model import Config, ExperimentSettings, RedisSettings
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store
from lamed_tui.store.removal import delete_experiment
from tests.handler_calls import count
from tests.integration.experiments.counters import write_counts
from tests.old_lamed import running_old_lamed
from tests.ports import port_of
from tests.proxy import TcpProxy

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from lamed_tui.experiments.snapshot import Snapshot

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)


def redis_settings(url: str) -> RedisSettings:
    return RedisSettings.model_validate({"url": url})


def read(url: str, namespace: str = "alephbet") -> Snapshot:
    with open_store(redis_settings(url)) as store:
        return RedisSource(store, namespace, {"new": ExperimentSettings(control="b")}, now=lambda: NOW).read()


def track(namespace: str, experiment: str, variant: str, event: str, times: int = 1) -> None:
    for number in range(times):
        count(namespace=namespace, experiment=experiment, variant=variant, event=event, uuid=str(number))


def test_a_redis_filled_by_0_4_3_shows_the_counts_that_0_4_3_shows(valkey: str, tmp_path: Path) -> None:
    at = redis_settings(valkey)
    with running_old_lamed(tmp_path, {"host": at.host, "port": at.port}) as old:
        old.track_all(
            [
                {"experiment": experiment, "variant": variant, "event": event, "uuid": f"{event}{number}"}
                for experiment in ("button colour", "50% off")
                for variant, visitors, buyers in (("red", 8, 2), ("grün", 7, 3))
                for event, times in (("participate", visitors), ("buy", buyers))
                for number in range(times)
            ]
        )
        shown = {entry["experiment"]: entry["goals"] for entry in old.call("all")[1:]}
    snapshot = read(valkey)
    assert [experiment.name for experiment in snapshot.experiments] == ["50% off", "button colour"]
    for experiment in snapshot.experiments:
        assert [goal.name for goal in experiment.goals] == ["buy"]
        assert {one.name: (one.visitors, one.conversions) for one in experiment.goals[0].variants} == {
            one["label"]: (one["trials"], one["successes"]) for one in shown[experiment.name][0]["results"]
        }


def test_events_of_the_handlers_appear_under_their_names(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMED_REDIS_URL", valkey)
    odd = "50%: a \N{PILE OF POO} {x}"
    track("shop", odd, "a:1", "participate", 3)
    track("shop", odd, "a:1", "buy:now", 2)
    track("other", odd, "a:1", "participate")
    (experiment,) = read(valkey, "shop").experiments
    assert (experiment.name, experiment.visitors) == (odd, 3)
    assert [(goal.name, goal.variants[0].name, goal.conversions) for goal in experiment.goals] == [
        ("buy:now", "a:1", 2)
    ]


def test_any_number_of_experiments_is_read_in_two_round_trips(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client, client.pipeline(transaction=False) as pipeline:
        for number in range(300):
            keys = [f"alephbet:counters:test {number}:{goal}:{arm}" for goal in ("participate", "buy") for arm in "ab"]
            pipeline.sadd("alephbet:experiments", f"test {number}")
            pipeline.sadd("alephbet:counter_keys", *keys)
            pipeline.mset(dict.fromkeys(keys, number))
        pipeline.execute()
        with TcpProxy(port_of(valkey), quiet=0.05) as proxy, open_store(redis_settings(proxy.url)) as store:
            source = RedisSource(store, "alephbet", {})
            source.read()
            before = proxy.round_trips
            client.config_resetstat()
            snapshot = source.read()
            assert proxy.round_trips - before == 2
        commands = client.info("commandstats")
    assert len(snapshot.experiments) == 300
    assert snapshot.experiments[7].events == 4 * 7
    assert {name.removeprefix("cmdstat_") for name in commands} - {"config|resetstat", "info"} == {"scard", "mget"}


def test_the_settings_and_the_clock_reach_the_snapshot(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMED_REDIS_URL", valkey)
    track("alephbet", "new", "a", "participate")
    snapshot = read(valkey)
    assert snapshot.taken_at == NOW
    assert snapshot.experiments[0].control == "b"


def test_an_empty_redis_is_an_empty_snapshot(valkey: str) -> None:
    assert read(valkey).experiments == ()


def test_new_and_removed_names_are_seen_at_the_next_reading(valkey: str) -> None:
    write_counts(valkey, {("first", "participate", "a"): 1})
    with open_store(redis_settings(valkey)) as store:
        source = RedisSource(store, "alephbet", {})
        assert [one.name for one in source.read().experiments] == ["first"]
        write_counts(valkey, {("first", "buy", "a"): 1, ("second", "participate", "a"): 2})
        assert [(one.name, one.events) for one in source.read().experiments] == [("first", 2), ("second", 2)]
        with redis.Redis.from_url(valkey) as client:
            client.srem("alephbet:experiments", "first")
            client.srem(
                "alephbet:counter_keys",
                "alephbet:counters:first:participate:a",
                "alephbet:counters:first:buy:a",
            )
        assert [one.name for one in source.read().experiments] == ["second"]


def test_an_experiment_that_takes_the_place_of_another_is_seen_at_the_next_reading(valkey: str) -> None:
    """The index sets are then as large as before."""
    write_counts(valkey, {("first", "participate", "a"): 5, ("kept", "participate", "a"): 3})
    with open_store(redis_settings(valkey)) as store:
        source = RedisSource(store, "alephbet", {})
        source.read()
        source.read()
        delete_experiment(Config(redis=redis_settings(valkey)), "alephbet", "first")
        write_counts(valkey, {("third", "participate", "a"): 7})
        assert [(one.name, one.visitors) for one in source.read().experiments] == [("kept", 3), ("third", 7)]


def test_an_edit_of_the_index_by_hand_is_seen_in_the_end(valkey: str) -> None:
    write_counts(valkey, {("first", "participate", "a"): 5, ("second", "participate", "a"): 3})
    with open_store(redis_settings(valkey)) as store, redis.Redis.from_url(valkey) as client:
        source = RedisSource(store, "alephbet", {})
        source.read()
        client.srem("alephbet:experiments", "second")
        client.sadd("alephbet:experiments", "by hand")
        found = [[one.name for one in source.read().experiments] for _ in range(62)]
        assert found[-1] == ["by hand", "first", "second"]
