"""Handlers on a real Valkey, and servers that a test may break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import redis

from tests.valkey_servers import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def database(valkey: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    """An empty Valkey that the handlers are configured for."""
    monkeypatch.setenv("LAMED_REDIS_URL", valkey)
    with redis.Redis.from_url(valkey, decode_responses=True) as client:
        yield client


@pytest.fixture
def start_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    """Starts servers with the directives given as keywords; the handlers are configured for the latest."""
    servers: list[Server] = []

    def start(**directives: str) -> Server:
        directory = tmp_path / f"server-{len(servers)}"
        directory.mkdir()
        server = Server(directory, directives)
        servers.append(server)
        server.start()
        monkeypatch.setenv("LAMED_REDIS_URL", server.url)
        return server

    yield start
    for server in servers:
        server.stop()
