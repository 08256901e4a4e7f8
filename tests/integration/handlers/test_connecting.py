"""Ways to a server: unix socket, user and password, database number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lamed
import redis

from tests.integration.handlers.events import COUNTER, EVENT
from tests.unit.handlers.gateway import call

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.valkey_servers import Server


def assert_counts_and_reads() -> None:
    assert call(lamed.track, **EVENT) == (200, {"status": "counted"})
    assert call(lamed.experiment, experiment="checkout")[1][0]["results"][0]["successes"] == 1


def test_a_unix_socket_and_its_database(
    start_server: Callable[..., Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "redis.sock"
    start_server(unixsocket=str(path))
    for database in (0, 3):
        monkeypatch.setenv("LAMED_REDIS_URL", f"unix://{path}?db={database}")
        assert_counts_and_reads()
        with redis.Redis(unix_socket_path=str(path), db=database) as client:
            assert client.get(COUNTER) == b"1"


def test_a_database_number(start_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> None:
    server = start_server()
    monkeypatch.setenv("LAMED_REDIS_URL", f"redis://127.0.0.1:{server.port}/5")
    assert_counts_and_reads()
    with server.client(db=5) as client, server.client() as other:
        assert client.get(COUNTER) == "1"
        assert other.dbsize() == 0


def test_a_user_with_a_password_that_a_url_must_quote(
    start_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_server()
    with server.client() as client:
        client.acl_setuser("shop", enabled=True, passwords=["+p@ss/wörd:%"], keys=["*"], commands=["+@all"])
        client.acl_setuser("default", enabled=False)
    monkeypatch.setenv("LAMED_REDIS_URL", f"redis://shop:p%40ss%2Fw%C3%B6rd%3A%25@127.0.0.1:{server.port}/1")
    assert_counts_and_reads()
    monkeypatch.setenv("LAMED_REDIS_URL", f"redis://127.0.0.1:{server.port}/2")
    monkeypatch.setenv("LAMED_REDIS_USERNAME", "shop")
    monkeypatch.setenv("LAMED_REDIS_PASSWORD", "p@ss/wörd:%")
    assert_counts_and_reads()
    monkeypatch.setenv("LAMED_REDIS_PASSWORD", "wrong")
    assert call(lamed.track, **EVENT)[0] == 503
