"""A Redis URL means the same to the functions, to the console and to redis-py."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from lamed.endpoint import parse_url


@pytest.mark.parametrize(
    "url",
    [
        "redis://redis.example",
        "redis://redis.example:7000",
        "redis://redis.example/3",
        "redis://redis.example:7000/3?",
        "redis://redis.example?db=4",
        "redis://redis.example/3?db=4",
        "redis://:secret@redis.example",
        "redis://user:se%3Acr%40et%2F@redis.example:1/2",
        "redis://user@redis.example",
        "redis://user:50%@redis.example",
        "redis://user:%zz%2@redis.example",
        "redis://[::1]:7000/1",
        "redis://127.0.0.1",
        "unix:///tmp/redis.sock",
        "unix:///tmp/redis.sock?db=2",
        "unix://user:pass@/tmp/a%20b.sock?db=2",
    ],
)
def test_a_url_means_what_it_means_to_redis_py(url: str) -> None:
    found = parse_url(url)
    expected = redis.ConnectionPool.from_url(url).connection_kwargs
    assert found.username == expected.get("username", "")
    assert found.password == expected.get("password", "")
    assert found.database == expected.get("db", 0)
    assert found.path == expected.get("path", "")
    if not found.path:
        assert found.host == expected["host"]
        assert found.port == expected.get("port", 6379)


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_quoted_user_and_password_arrive_whole(user: str, password: str) -> None:
    found = parse_url(f"redis://{quote(user, safe='')}:{quote(password, safe='')}@host/1")
    assert (found.username, found.password, found.host, found.database) == (user, password, "host", 1)


def test_tls_verifies_unless_told_otherwise() -> None:
    tls = parse_url("rediss://host").tls
    assert tls is not None
    assert (tls.verify, tls.check_host_name, tls.authorities) == (True, True, None)
    tls = parse_url("rediss://host?ssl_cert_reqs=none").tls
    assert tls is not None
    assert (tls.verify, tls.check_host_name) == (False, False)
    tls = parse_url("rediss://host?ssl_ca_certs=%2Fetc%2Fca.pem&ssl_check_hostname=false").tls
    assert tls is not None
    assert (tls.verify, tls.check_host_name, tls.authorities) == (True, False, "/etc/ca.pem")
