"""Counts are exact: with many clients, lost connections, flushed scripts, restarts, and growing trees of digests.

Every test sends duplicates, as AlephBet does: an event is sent again until it is acknowledged, and often after.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from lamed import keys, settings, store, tracking
from lamed.events import TrackedEvent
from lamed.resp import StoreError

from tests.ports import port_of
from tests.proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pytest
    import redis

    from tests.valkey_servers import Server

CLIENTS = 8
EVENTS = 1_200  # different ones; each is sent at least `SENDS` times
SENDS = 3
NOW = 1_800_000_000.0


def events(seed: int, number: int = EVENTS, variants: Sequence[str] = ("blue", "red")) -> list[TrackedEvent]:
    chance = random.Random(seed)
    return [
        TrackedEvent(
            namespace="alephbet",
            experiment=f"experiment {chance.randrange(2)}",
            goal=chance.choice(["participate", "buy:now"]),
            variant=chance.choice(variants),
            uuid=f"{seed}-{index}",
        )
        for index in range(number)
    ]


def counter(event: TrackedEvent) -> str:
    return keys.counter_key(event.namespace, event.experiment, event.goal, event.variant)


def container(url: str, timeout: str = "2") -> store.Store:
    """A store as one warm function has it: with a connection and a memory of its own."""
    variables = {"LAMED_REDIS_URL": url, "LAMED_REDIS_TIMEOUT": timeout}
    return store.Store(settings.parse(settings.snapshot(variables)))


def sent_until_acknowledged(warm: store.Store, event: TrackedEvent, now: float = NOW) -> int:
    for _ in range(2_000):
        try:
            return tracking.track(warm, event, now=now, deadline=time.monotonic() + 10)
        except StoreError:
            time.sleep(0.005)  # as a client that comes again with its next event
    raise AssertionError("the event was never acknowledged")


def deliver(
    url: str,
    sent: Sequence[TrackedEvent],
    seed: int,
    *,
    clock: Callable[[], float] = lambda: NOW,
    acknowledged: list[TrackedEvent] | None = None,
) -> None:
    """Send every event `SENDS` times, shuffled, from `CLIENTS` containers at once, each time until acknowledged."""
    queue = list(sent) * SENDS
    random.Random(seed).shuffle(queue)

    def client(number: int) -> None:
        warm = container(url)
        for event in queue[number::CLIENTS]:
            sent_until_acknowledged(warm, event, clock())
            if acknowledged is not None:
                acknowledged.append(event)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))


def assert_exact(database: redis.Redis, sent: Sequence[TrackedEvent]) -> None:
    expected = Counter(counter(event) for event in sent)
    found = {key: int(str(database.get(key))) for key in expected}
    assert found == dict(expected)
    assert database.smembers("alephbet:counter_keys") == set(expected)
    for key, count in expected.items():
        for series in (keys.HOURS, keys.DAYS):
            history = [database.hvals(chunk) for chunk, _ in series.chunks(key, NOW + 86_400)]
            assert sum(int(value) for values in history for value in values) == count


def test_many_clients_with_duplicates_count_exactly(database: redis.Redis, valkey: str) -> None:
    sent = events(1)
    deliver(valkey, sent, 1)
    assert_exact(database, sent)


def test_the_same_event_from_all_clients_at_once_counts_once(database: redis.Redis, valkey: str) -> None:
    barrier = threading.Barrier(CLIENTS)
    sent = events(2, 60)

    def client(_: int) -> list[int]:
        warm = container(valkey)
        answers = []
        for event in sent:
            barrier.wait(10)
            answers.append(tracking.track(warm, event, now=NOW, deadline=time.monotonic() + 10))
        return answers

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(client, range(CLIENTS)))
    for together in zip(*answers, strict=True):
        assert sorted(bool(answer) for answer in together) == [False] * (CLIENTS - 1) + [True]
    assert_exact(database, sent)


def test_connections_cut_at_random_lose_and_double_nothing(database: redis.Redis, valkey: str) -> None:
    sent = events(3)
    with TcpProxy(port_of(valkey), cut=0.05, seed=3) as proxy:
        deliver(proxy.url, sent, 3)
        assert proxy.cuts > 100
    assert_exact(database, sent)


def test_a_script_cache_that_is_flushed_under_load_costs_nothing(database: redis.Redis, valkey: str) -> None:
    sent = events(4)
    done = threading.Event()
    flushes = 0

    def flush() -> None:
        nonlocal flushes
        while not done.wait(0.002):
            database.script_flush()
            flushes += 1

    thread = threading.Thread(target=flush)
    thread.start()
    try:
        deliver(valkey, sent, 4)
    finally:
        done.set()
        thread.join()
    assert flushes > 20
    assert_exact(database, sent)


def test_a_server_that_dies_under_load_goes_on_counting_exactly(start_server: Callable[..., Server]) -> None:
    server = start_server(appendonly="yes", appendfsync="always")
    sent = events(5, 400)
    acknowledged: list[TrackedEvent] = []

    def restart() -> None:
        for share in (0.2, 0.5, 0.8):
            while len(acknowledged) < share * len(sent) * SENDS:
                time.sleep(0.001)
            server.kill()
            server.start()

    restarts = threading.Thread(target=restart)
    restarts.start()
    deliver(server.url, sent, 5, acknowledged=acknowledged)
    restarts.join()
    deliver(server.url, sent, 5)
    with server.client() as database:
        assert_exact(database, sent)


def test_a_window_that_changes_under_load_counts_exactly(database: redis.Redis, valkey: str) -> None:
    boundary = NOW // 43_200 * 43_200 + 43_200
    chance = random.Random(6)
    sent = events(6)
    deliver(valkey, sent, 6, clock=lambda: boundary + chance.uniform(-keys.CLOCK_SKEW / 2, keys.CLOCK_SKEW / 2))
    assert_exact(database, sent)


def test_trees_that_grow_under_load_count_exactly(
    database: redis.Redis, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "NODE_CAPACITY", 3)
    sent = events(7, variants=["blue"])
    deliver(valkey, sent, 7)
    assert_exact(database, sent)
    deepest = max(str(key).rpartition(":")[2] for key in database.keys("*:seen:*:*"))
    assert len(deepest) >= 2


def test_a_tree_that_is_full_to_its_last_level_still_counts_exactly(
    database: redis.Redis, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "NODE_CAPACITY", 2)
    monkeypatch.setattr(keys, "NODE_LEVELS", 3)
    sent = events(8, variants=["blue"])  # 300 a counter, where 34 fit above the last level
    deliver(valkey, sent, 8)
    assert_exact(database, sent)
    sizes = [database.scard(key) for key in database.keys("*:seen:*:??")]
    assert max(sizes) > 2


def test_nodes_of_the_real_size_stay_intsets_while_the_tree_grows(database: redis.Redis, valkey: str) -> None:
    sent = [
        TrackedEvent(namespace="alephbet", experiment="e", goal="participate", variant="v", uuid=str(index))
        for index in range(9_500)  # past the 8,704 that two levels hold
    ]
    warm = container(valkey)
    for event in sent:
        assert tracking.track(warm, event, now=NOW, deadline=time.monotonic() + 10) != tracking.DUPLICATE
    for event in sent[::50]:
        assert tracking.track(container(valkey), event, now=NOW, deadline=time.monotonic() + 10) == tracking.DUPLICATE
    nodes = [str(key) for key in database.keys("*:seen:*")]
    assert {database.object("encoding", node) for node in nodes} == {"intset"}
    assert sum(int(str(database.scard(node))) for node in nodes) == len(sent)
    assert_exact(database, sent)
