"""A store in trouble: 503 in time, nothing half-written, and the same warm process counts again afterwards."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

import lamed

from tests.integration.handlers.contents import contents
from tests.integration.handlers.events import COUNTER, EVENT
from tests.network import a_silent_server
from tests.ports import port_of
from tests.proxy import TcpProxy
from tests.unit.handlers.gateway import Context, call

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    import redis

    from tests.valkey_servers import Server


def assert_unavailable(capsys: pytest.CaptureFixture[str], reason: str, **query: str) -> None:
    """Every handler answers 503 in time, logs the reason, and shows nothing of where the store is."""
    for handler in (lamed.track, lamed.all, lamed.delete):
        if handler is not lamed.track and reason in {"READONLY", "OOM"}:
            continue
        capsys.readouterr()
        started = time.monotonic()
        status, document = call(handler, Context(1_000), **{**EVENT, "uuid": "during", **query})
        assert status == 503
        assert time.monotonic() - started < 1.0
        assert document["error"] in {"store_unreachable", "store_error"}
        output = capsys.readouterr().out
        assert json.loads(output)["reason"] == reason
        assert "127.0.0.1" not in output + str(document)


def assert_counts(uuid: str = "after") -> None:
    assert call(lamed.track, Context(3_000), **{**EVENT, "uuid": uuid}) == (200, {"status": "counted"})


def test_a_server_that_is_down_and_comes_back(
    start_server: Callable[..., Server], capsys: pytest.CaptureFixture[str]
) -> None:
    server = start_server(appendonly="yes", appendfsync="always")
    assert_counts("before")
    server.stop()
    assert_unavailable(capsys, "ConnectionRefusedError")
    server.start()
    assert_counts("during")
    with server.client() as database:
        assert database.get(COUNTER) == "2"


def test_a_server_that_accepts_and_never_answers(
    database: redis.Redis, valkey: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAMED_REDIS_TIMEOUT", "20")
    with TcpProxy(port_of(valkey)) as proxy:
        monkeypatch.setenv("LAMED_REDIS_URL", proxy.url)
        assert_counts("before")
        proxy.silent = True
        assert_unavailable(capsys, "TimeoutError")
        proxy.silent = False
        assert_counts()
    assert database.get(COUNTER) == "2"


def test_the_timeout_of_the_settings_holds_without_a_context(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with a_silent_server() as port:
        monkeypatch.setenv("LAMED_REDIS_URL", f"redis://127.0.0.1:{port}")
        monkeypatch.setenv("LAMED_REDIS_TIMEOUT", "0.2")
        started = time.monotonic()
        assert call(lamed.track, **EVENT)[0] == 503
        assert 0.1 < time.monotonic() - started < 0.8


def test_a_function_that_is_almost_over_answers_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_silent_server() as port:
        monkeypatch.setenv("LAMED_REDIS_URL", f"redis://127.0.0.1:{port}")
        for remaining in (0, 50, 400, 700):
            started = time.monotonic()
            assert call(lamed.track, Context(remaining), **EVENT)[0] == 503
            assert time.monotonic() - started <= max(remaining / 1_000, 0.05)


def test_a_wrong_password_and_then_the_right_one(
    start_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = start_server()
    with server.client() as database:
        database.config_set("requirepass", "hunter2")
    assert_unavailable(capsys, "NOAUTH")
    monkeypatch.setenv("LAMED_REDIS_PASSWORD", "guess")
    assert_unavailable(capsys, "WRONGPASS")
    monkeypatch.setenv("LAMED_REDIS_PASSWORD", "hunter2")
    assert_counts()
    with server.client(password="hunter2") as database:
        assert database.get(COUNTER) == "1"


def test_a_password_that_the_server_gets_later(
    start_server: Callable[..., Server], capsys: pytest.CaptureFixture[str]
) -> None:
    server = start_server()
    assert_counts("before")
    with server.client() as database:
        database.config_set("requirepass", "hunter2")
        database.client_kill_filter(_type="normal")
    assert_unavailable(capsys, "NOAUTH")
    with server.client(password="hunter2") as database:
        database.config_set("requirepass", "")
    assert_counts()


def test_a_replica_that_cannot_be_written(database: redis.Redis, capsys: pytest.CaptureFixture[str]) -> None:
    assert_counts("before")
    before = contents(database)
    database.replicaof("127.0.0.1", "1")
    try:
        assert_unavailable(capsys, "READONLY")
        assert_unavailable(capsys, "READONLY", variant="new")
        assert call(lamed.track, **{**EVENT, "uuid": "before"}) == (200, {"status": "duplicate"})
        assert contents(database) == before
    finally:
        database.replicaof("NO", "ONE")
    assert_counts("during")
    assert database.get(COUNTER) == "2"


def test_a_server_that_is_full(database: redis.Redis, capsys: pytest.CaptureFixture[str]) -> None:
    assert_counts("before")
    before = contents(database)
    database.config_set("maxmemory", 1)
    try:
        assert_unavailable(capsys, "OOM")
        assert_unavailable(capsys, "OOM", variant="new")
        assert call(lamed.track, **{**EVENT, "uuid": "before"}) == (200, {"status": "duplicate"})
        assert contents(database) == before
    finally:
        database.config_set("maxmemory", 0)
    assert_counts("during")
    assert database.get(COUNTER) == "2"


def test_a_server_that_is_still_loading(
    start_server: Callable[..., Server], capsys: pytest.CaptureFixture[str]
) -> None:
    server = start_server(save="3600 1")
    assert_counts("before")
    with server.client() as database:
        pipe = database.pipeline(transaction=False)
        for number in range(3_000):
            pipe.set(f"other:{number}", "x" * 100)
        pipe.execute()
        database.save()
    server.kill()
    server.start_loading_slowly()
    assert_unavailable(capsys, "LOADING")
    server.wait_until_loaded()
    assert_counts("during")
    with server.client() as database:
        assert database.get(COUNTER) == "2"


def test_a_kept_connection_that_the_server_closed_is_no_fault_at_all(database: redis.Redis) -> None:
    for number in range(5):
        assert_counts(str(number))
        database.client_kill_filter(_type="normal", skipme=True)
    assert database.get(COUNTER) == "5"


def test_several_threads_may_share_a_process(database: redis.Redis) -> None:
    statuses: list[int] = []

    def work(number: int) -> None:
        mine = {**EVENT, "variant": f"v{number % 2}"}
        statuses.extend(call(lamed.track, **{**mine, "uuid": f"{index}"})[0] for index in range(50))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 300
    assert [database.get(f"alephbet:counters:checkout:buy:v{number}") for number in (0, 1)] == ["50", "50"]
