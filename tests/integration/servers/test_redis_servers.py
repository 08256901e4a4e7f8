"""The servers that the tests start."""

from __future__ import annotations

import pytest
import redis

from tests.redis_servers import RedisServer, ServerMissingError, redis_7_binary


def test_a_missing_server_fails_the_tests_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServerMissingError, match="apt install redis-server"):
        redis_7_binary()


def test_the_old_and_the_new_server_are_what_they_are_called(redis_7: RedisServer, valkey_server: str) -> None:
    with redis.Redis.from_url(redis_7.url) as old, redis.Redis.from_url(valkey_server) as new:
        assert old.info("server")["redis_version"].startswith("7.0.")
        assert new.info("server")["valkey_version"].startswith("9.")
