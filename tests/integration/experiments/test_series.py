"""The series of a real Valkey, written by this project's own handlers."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import redis
from lamed.keys import HOURS, PARTICIPATE, counter_key

from lamed_tui.config.model import RedisSettings
from lamed_tui.experiments.history import Window
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store
from tests.handler_calls import count, handlers_on
from tests.integration.experiments.counters import write_counts
from tests.ports import port_of
from tests.proxy import TcpProxy

if TYPE_CHECKING:
    from lamed_tui.experiments.history import History

NOW = time.time()


def track(monkeypatch: pytest.MonkeyPatch, seconds_ago: float, variant: str, event: str, times: int) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: NOW - seconds_ago)
        for number in range(times):
            uuid = f"{seconds_ago}{variant}{event}{number}"
            assert count(experiment="ex: 1", variant=variant, event=event, uuid=uuid) == "counted"


def read(url: str, experiment: str = "ex: 1") -> History:
    with open_store(RedisSettings.model_validate({"url": url})) as store:
        source = RedisSource(store, "alephbet", {}, now=lambda: datetime.fromtimestamp(NOW, UTC))
        source.read()
        return source.read_histories([experiment])[experiment]


def test_hours_and_days_come_back_as_they_were_counted(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with handlers_on({"LAMED_REDIS_URL": valkey}, monkeypatch):
        track(monkeypatch, 30 * 86_400, "a", "participate", 5)
        track(monkeypatch, 30 * 86_400, "a", "buy:now", 2)
        track(monkeypatch, 0, "a", "participate", 3)
        track(monkeypatch, 0, "b%", "participate", 4)
    history = read(valkey)
    assert history.totals == {(PARTICIPATE, "a"): 8, (PARTICIPATE, "b%"): 4, ("buy:now", "a"): 2, ("buy:now", "b%"): 0}
    started = datetime.fromtimestamp(NOW - 30 * 86_400, UTC)
    assert history.started == started.replace(hour=0, minute=0, second=0, microsecond=0)
    looks = [(moment, counts.visitors["a"], counts.visitors["b%"]) for moment, counts in history.looks()]
    assert [counted for _, *counted in looks] == [[5, 0], [8, 4]]
    assert looks[-1][0] == datetime.fromtimestamp(int(NOW), UTC)
    assert [(day, counts.visitors["a"]) for day, counts in history.by_day()] == [(started.date(), 5)]
    _, recent = history.within(Window.HOUR) or pytest.fail("nothing")
    assert recent.visitors == {"a": 3, "b%": 4}


def test_an_experiment_counted_by_0_4_3_has_no_start(valkey: str) -> None:
    write_counts(valkey, {("ex: 1", "participate", "a"): 3})
    assert (read(valkey).started, read(valkey).age_days) == (None, None)


def test_what_the_handlers_would_not_write_into_a_series_is_passed_over(
    valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with handlers_on({"LAMED_REDIS_URL": valkey}, monkeypatch):
        track(monkeypatch, 0, "a", "participate", 3)
    chunk, _ = HOURS.point(counter_key("alephbet", "ex: 1", "participate", "a"), NOW)
    with redis.Redis.from_url(valkey) as client:
        client.hset(chunk, mapping={"9" * 20: "1", "96": "1", "1": "9" * 5_000, "-1": "1", "2": "x"})
    assert [counts.visitors["a"] for _, counts in read(valkey).looks()] == [3]


def test_any_history_takes_two_round_trips(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with handlers_on({"LAMED_REDIS_URL": valkey}, monkeypatch):
        for variant in "abcdef":
            track(monkeypatch, 0, variant, "participate", 1)
            track(monkeypatch, 0, variant, "buy", 1)
    with (
        TcpProxy(port_of(valkey), quiet=0.05) as proxy,
        open_store(RedisSettings.model_validate({"url": proxy.url})) as store,
    ):
        source = RedisSource(store, "alephbet", {})
        source.read()
        before = proxy.round_trips
        assert len(source.read_histories(["ex: 1"])["ex: 1"].totals) == 12
        assert proxy.round_trips - before == 2
        assert source.read_histories(["unknown"]) == {}
