"""Deleting an experiment leaves nothing of it, whoever wrote it, and touches nothing else."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import lamed
import pytest
from lamed import endpoints, keys, removal
from lamed.events import TrackedEvent
from lamed.resp import UnreachableError
from lamed.store import Store

from tests.integration.experiments.counters import write_counter
from tests.integration.handlers.contents import contents
from tests.integration.handlers.events import COUNTER, EVENT
from tests.integration.handlers.test_exactness import container, sent_until_acknowledged
from tests.unit.handlers.gateway import call, checked, proxy_event

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import redis
    from lamed.resp import Command, Reply


def test_what_does_not_exist_is_as_good_as_deleted(database: redis.Redis) -> None:
    assert call(lamed.delete, experiment="nothing") == (200, {"status": "deleted"})
    assert contents(database) == {}


def test_a_missing_name_is_refused(database: redis.Redis) -> None:
    call(lamed.track, **EVENT)
    assert call(lamed.delete)[0] == 400
    assert database.dbsize() == 8


def test_nothing_of_an_experiment_is_left(database: redis.Redis) -> None:
    for experiment in ("checkout", "50%: {off}", "größe"):
        for variant in ("blue", "re:d"):
            for uuid in ("1", "2", "1"):
                query = {"experiment": experiment, "variant": variant, "event": "buy", "uuid": uuid}
                assert call(lamed.track, **query)[0] == 200
        assert call(lamed.delete, experiment=experiment) == (200, {"status": "deleted"})
        assert contents(database) == {}


def test_everything_else_stays(database: redis.Redis) -> None:
    neighbours = [
        {**EVENT, "experiment": "check"},
        {**EVENT, "experiment": "checkout2"},
        {**EVENT, "experiment": "checkout:buy"},
        {**EVENT, "namespace": "shop"},
    ]
    for query in neighbours:
        call(lamed.track, **query)
    database.set("a stranger's key", "value")
    before = contents(database)
    call(lamed.track, **EVENT)
    call(lamed.delete, experiment="checkout")
    assert contents(database) == before


def test_a_restarted_experiment_starts_clean(database: redis.Redis) -> None:
    assert call(lamed.track, **EVENT)[1] == {"status": "counted"}
    call(lamed.delete, experiment="checkout")
    assert call(lamed.track, **EVENT)[1] == {"status": "counted"}
    assert database.get(COUNTER) == "1"


def test_every_living_node_and_chunk_of_history_goes(database: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "NODE_CAPACITY", 3)
    now = time.time()
    for age in (1.4 * 86_400, 86_400, 0.6 * 86_400, 0):
        for number in range(60):
            event = proxy_event(**{**EVENT, "uuid": f"{age}-{number}"})
            checked(endpoints.track(event, None, clock=lambda moment=now - age: moment))  # type: ignore[misc]  # mypy cannot type the default
    for series in (keys.HOURS, keys.DAYS):
        for age in range(0, series.keep, series.unit):
            key, field = series.point(COUNTER, now - age)
            database.hset(key, str(field), 1)
    assert len(contents(database)) > 100
    assert call(lamed.delete, experiment="checkout")[0] == 200
    assert contents(database) == {}


def test_both_spellings_of_a_name_go(database: redis.Redis) -> None:
    write_counter(database, "my:exp", "buy", "blue", 5)
    write_counter(database, "my:exp", "participate", "blue", 50)
    call(lamed.track, **{**EVENT, "experiment": "my:exp"})
    write_counter(database, "my", "buy", "blue", 9)
    call(lamed.delete, experiment="my:exp")
    assert contents(database) == {
        "alephbet:experiments": {"my"},
        "alephbet:counter_keys": {"alephbet:counters:my:buy:blue"},
        "alephbet:my:counter_keys": {"alephbet:counters:my:buy:blue"},
        "alephbet:counters:my:buy:blue": "9",
        "lamed:namespaces": {"alephbet"},
    }


def test_what_043_wrote_goes_but_for_its_flags(database: redis.Redis) -> None:
    write_counter(database, "50% off", "buy", "blue", 5)
    database.set("0123456789abcdef0123456789abcdef01234567", "1", ex=100)
    call(lamed.delete, experiment="50% off")
    assert set(contents(database)) == {"0123456789abcdef0123456789abcdef01234567"}


def test_an_experiment_that_043_deleted_is_indexed_again(database: redis.Redis) -> None:
    """0.4.3 knows nothing of remembered events and leaves them behind."""
    call(lamed.track, **EVENT)
    database.delete(COUNTER, "alephbet:checkout:counter_keys")
    database.srem("alephbet:counter_keys", COUNTER)
    database.srem("alephbet:experiments", "checkout")
    assert call(lamed.track, **{**EVENT, "uuid": "u-2"}) == (200, {"status": "counted"})
    assert_indexed(database, COUNTER)


def assert_indexed(database: redis.Redis, counter: str) -> None:
    """One event of one variant is counted, and whatever asks for it finds it."""
    assert database.get(counter) == "1"
    assert database.smembers("alephbet:experiments") == {"checkout"}
    assert database.smembers("alephbet:counter_keys") == {counter}
    assert database.smembers("alephbet:checkout:counter_keys") == {counter}


def test_a_deletion_that_was_interrupted_can_be_repeated(
    database: redis.Redis, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variant in ("a", "b", "c"):
        call(lamed.track, **{**EVENT, "variant": variant})
    original = removal._removals

    def interrupted(store: Store, counters: list[str], now: float, deadline: float) -> Iterator[Command]:
        first, *_ = original(store, counters, now, deadline)
        store.ask([first], deadline)
        raise UnreachableError("interrupted")

    monkeypatch.setattr(removal, "_removals", interrupted)
    assert call(lamed.delete, experiment="checkout")[0] == 503
    monkeypatch.undo()
    monkeypatch.setenv("LAMED_REDIS_URL", valkey)
    assert call(lamed.delete, experiment="checkout")[0] == 200
    assert contents(database) == {}


@pytest.mark.parametrize("variant", ["blue", "new"])
def test_an_event_that_arrives_at_any_step_of_a_deletion_is_counted_and_indexed(
    database: redis.Redis, monkeypatch: pytest.MonkeyPatch, variant: str
) -> None:
    original = Store.exchange
    late = {**EVENT, "variant": variant, "uuid": "late"}
    counter = f"alephbet:counters:checkout:buy:{variant}"
    steps = 0
    for arrival in range(1, 20):
        call(lamed.delete, experiment="checkout")
        call(lamed.track, **EVENT)
        steps = 0

        def exchange(store: Store, commands: Sequence[Command], deadline: float) -> list[Reply]:
            nonlocal steps
            steps += 1
            if steps == arrival:  # noqa: B023 - called in this turn of the loop only
                monkeypatch.setattr(Store, "exchange", original)
                assert call(lamed.track, **late)[0] == 200
                monkeypatch.setattr(Store, "exchange", exchange)
            return original(store, commands, deadline)

        monkeypatch.setattr(Store, "exchange", exchange)
        call(lamed.delete, experiment="checkout")
        monkeypatch.setattr(Store, "exchange", original)
        if steps < arrival:
            break
        if database.exists(counter):
            assert_indexed(database, counter)
            assert call(lamed.track, **late) == (200, {"status": "duplicate"})
        else:  # it came early enough to go with the rest
            assert contents(database) == {}
    assert steps >= 4


def test_events_that_arrive_during_deletions_are_never_lost_from_the_indexes(
    database: redis.Redis, valkey: str
) -> None:
    """Every counter that exists afterwards is indexed, and holds each event at most once."""
    done = threading.Event()

    def event(client: int, number: int) -> TrackedEvent:
        names = {"namespace": "alephbet", "experiment": "checkout", "goal": "buy"}
        return TrackedEvent(**names, variant=f"v{number % 5}", uuid=f"{client}-{number // 2}")

    def client(number: int) -> None:
        warm = container(valkey)
        for index in range(600):
            sent_until_acknowledged(warm, event(number, index), time.time())

    def deleting() -> None:
        while not done.is_set():
            call(lamed.delete, experiment="checkout")

    thread = threading.Thread(target=deleting)
    thread.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(client, range(4)))
    done.set()
    thread.join()
    counters = {str(key) for key in database.keys("alephbet:counters:*")}
    assert counters <= set(database.smembers("alephbet:counter_keys"))
    assert counters <= set(database.smembers("alephbet:checkout:counter_keys"))
    for counter in counters:
        nodes = database.keys(f"{{{counter}}}:seen:*")
        assert int(str(database.get(counter))) == sum(int(str(database.scard(node))) for node in nodes)
    call(lamed.delete, experiment="checkout")
    assert contents(database) == {}
