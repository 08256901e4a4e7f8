"""What the functions are told: exactly what the handlers understand, and no password."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lamed.settings import parse, snapshot

from lamed_tui.config.checking import problems
from lamed_tui.config.model import Config
from lamed_tui.deploy import environment
from lamed_tui.errors import ConfigError
from tests.unit.deploy.configs import PASSWORD, config

if TYPE_CHECKING:
    from lamed.settings import Settings


def as_the_handlers_read_it(settings: Config) -> Settings:
    return parse(snapshot(environment.variables(settings)))


def test_an_address_in_keys_reaches_the_handlers_as_it_is_meant() -> None:
    settings = config(
        redis={
            "host": "store.example",
            "port": 6380,
            "db": 3,
            "ssl": True,
            "username": "count%er",
            "password": PASSWORD,
            "socket_timeout": 0.5,
        },
        namespace="shop",
        uuid_expiry_seconds=100,
        cors_origins=["https://a.example", "https://b.example"],
    )
    found = parse(snapshot(environment.variables(settings)))
    endpoint = found.endpoint
    assert (endpoint.host, endpoint.port, endpoint.database, endpoint.username) == (
        "store.example",
        6380,
        3,
        "count%er",
    )
    assert endpoint.tls is not None
    assert endpoint.tls.verify
    assert endpoint.password == ""
    assert (found.timeout, found.namespace, found.uuid_expiry_seconds) == (0.5, "shop", 100)
    assert found.cors_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"redis://:{PASSWORD}@10.0.0.1/2", "redis://10.0.0.1:6379/2"),
        (f"rediss://ann:{PASSWORD}@[::1]:7000/0", "rediss://[::1]:7000/0"),
        (f"rediss://ann:{PASSWORD}@h/0?ssl_cert_reqs=none", "rediss://h:6379/0?ssl_cert_reqs=none"),
        (f"unix://:{PASSWORD}@/run/redis.sock?db=1", "unix:///run/redis.sock?db=1"),
    ],
)
def test_the_address_for_the_functions_holds_neither_user_nor_password(url: str, expected: str) -> None:
    settings = config(redis={"url": url})
    assert environment.redis_url(settings.redis) == expected
    assert PASSWORD not in json.dumps(environment.variables(settings))
    as_the_handlers_read_it(settings)


def test_default_limits_are_left_out_and_only_known_ones_are_told() -> None:
    assert "LAMED_LIMITS" not in environment.variables(config())
    found = environment.variables(config(limits={"max_counters": 7, "of_a_later_version": 1, "experiments": ["café"]}))
    assert json.loads(found["LAMED_LIMITS"]) == {"max_counters": 7, "experiments": ["café"]}
    as_the_handlers_read_it(config(limits={"max_counters": 7, "of_a_later_version": 1}))


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
ADDRESSES = st.from_regex(r"[A-Za-z0-9_.-]{1,20}", fullmatch=True) | st.sampled_from(["::1", "[fe80::1%eth0]"])
REDIS = st.fixed_dictionaries(
    {"host": ADDRESSES, "port": st.integers(1, 65535), "ssl": st.booleans(), "socket_timeout": st.floats(0.0001, 60)},
    optional={"db": st.integers(0, 65535), "cluster": st.booleans(), "unix_socket_path": NAMES.map("/{}".format)},
)


@given(
    redis=REDIS,
    namespace=NAMES,
    origins=st.lists(NAMES.map("https://{}".format), min_size=1, max_size=3),
    experiments=st.none() | st.lists(NAMES, min_size=1, max_size=3),
)
def test_whatever_the_configuration_allows_the_handlers_understand(
    redis: dict[str, Any], namespace: str, origins: list[str], experiments: list[str] | None
) -> None:
    """Functions that refuse their settings count nothing at all."""
    document = {"redis": redis, "namespace": namespace, "cors_origins": origins, "limits": {"experiments": experiments}}
    refused = {problem.key.split(".")[0] for problem in problems(document)}
    allowed = Config.model_validate({key: value for key, value in document.items() if key not in refused})

    told = as_the_handlers_read_it(allowed)

    assert told.namespace == allowed.namespace
    assert told.cors_origins == allowed.cors_origins
    assert told.timeout == pytest.approx(allowed.redis.socket_timeout, rel=1e-5)
    assert told.endpoint.database == allowed.redis.db
    assert told.endpoint.path == (allowed.redis.unix_socket_path or "")
    assert told.endpoint.path or (told.endpoint.host, told.endpoint.port) == (allowed.redis.host, allowed.redis.port)
    assert (told.limits.experiments is None) == (allowed.limits.experiments is None)


@pytest.mark.parametrize("origin", ["https://bücher.example", "https://a b.example", "https://a.example/", "a.example"])
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    assert problems({"cors_origins": [origin]})
    assert not problems({"cors_origins": ["https://xn--bcher-kva.example", "http://localhost:8000"]})


def test_a_cluster_is_told_as_the_handlers_expect_it() -> None:
    assert environment.variables(config(redis={"host": "h", "cluster": True}))["LAMED_REDIS_CLUSTER"] == "1"
    assert "LAMED_REDIS_CLUSTER" not in environment.variables(config())


def test_settings_that_do_not_fit_are_refused_before_anything_is_deployed() -> None:
    settings = config(limits={"experiments": [f"an experiment with a long name, number {n}" for n in range(100)]})
    with pytest.raises(ConfigError, match=r"take [0-9]+ bytes .* AWS allows 4096\. The largest is LAMED_LIMITS\."):
        environment.check_size(environment.variables(settings), None)
    environment.check_size(environment.variables(config()), "x" * 3000)
    with pytest.raises(ConfigError):
        environment.check_size(environment.variables(config()), "x" * 4000)


def test_what_the_functions_cannot_follow_is_said() -> None:
    assert list(environment.warnings(config())) == []
    settings = config(
        redis={"host": "h", "ssl": True, "ssl_ca_certs": "/etc/ca.pem"},
        cors_origins=["https://a.example", "https://b.example"],
    )
    first, second = environment.warnings(settings)
    assert first.startswith("redis.ssl_ca_certs is a file of this computer")
    assert second.startswith("cors_origins names several pages")
