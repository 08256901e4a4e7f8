"""What may stand in a configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lamed.endpoint import parse_url
from lamed.settings import Limits, parse, snapshot

from lamed_tui.config import files
from lamed_tui.config.known import known_keys, meant_by, unknown_keys
from lamed_tui.config.model import Config, LimitSettings, RedisSettings
from lamed_tui.deploy.environment import redis_url
from lamed_tui.errors import ConfigError

ROUTE: dict[str, Any] = {
    "lambda": {"FunctionName": "lamed-track", "Handler": "lamed.track", "MemorySize": 128, "Timeout": 3},
    "api_gateway": {
        "pathPart": "my_tracking_endpoint",
        "method": {
            "httpMethod": "GET",
            "apiKeyRequired": False,
            "requestParameters": {"method.request.querystring.experiment": False},
        },
    },
}


def config(**values: Any) -> Config:
    return files.check(files.parse_document(json.dumps(values), "config.json"), Path("config.json"))


def refusal(**values: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        config(**values)
    return caught.value.what


def without(section: dict[str, Any], *path: str) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(section))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return copy


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"redis": {"port": 0}}, "redis.port: must be 1–65535"),
        ({"redis": {"port": "x"}}, "redis.port: must be 1–65535"),
        ({"redis": {"port": True}}, "redis.port: must be 1–65535"),
        ({"redis": {"port": 6379.0}}, "redis.port: must be 1–65535"),
        ({"redis": {"port": None}}, "redis.port: must be 1–65535"),
        ({"redis": "localhost"}, "redis: must be an object"),
        ({"redis": {"host": 5}}, "redis.host: must be text"),
        ({"redis": {"host": "two words"}}, "redis.host: must be a host name or an IP address"),
        ({"redis": {"host": "h:6379"}}, "redis.host: must be a host name or an IP address alone"),
        ({"redis": {"host": "redis://h"}}, "redis.host: must be a host name or an IP address alone"),
        ({"redis": {"host": ""}}, "redis.host: must be a host name or an IP address"),
        ({"redis": {"db": -1}}, "redis.db: must be 0–65535"),
        ({"redis": {"ssl": "maybe"}}, "redis.ssl: must be true or false"),
        ({"redis": {"password": ["x"]}}, "redis.password: must be text"),
        ({"redis": {"socket_timeout": 0}}, "redis.socket_timeout: must be a number of seconds"),
        ({"redis": {"socket_timeout": 10**400}}, "redis.socket_timeout: must be a number of seconds"),
        ({"redis": {"ssl_cert_reqs": "sometimes"}}, "redis.ssl_cert_reqs: input should be 'required' or 'none'"),
        ({"redis": {"cluster": True, "db": 1}}, "redis: db must be 0 in a cluster"),
        ({"redis": {"cluster": True, "unix_socket_path": "/x"}}, "redis: a cluster is reached by host and port"),
        ({"uuid_expiry_seconds": 0}, "uuid_expiry_seconds: must be 1–31622400"),
        ({"name": "1st"}, "name: must be 1–30 letters"),
        ({"namespace": ""}, "namespace: must not be empty"),
        ({"namespace": "a\nb"}, "namespace: must not be empty or hold control characters"),
        ({"cors_origins": []}, "cors_origins: must not be empty"),
        ({"cors_origins": ["https://x.example/path"]}, "cors_origins.0: must be"),
        ({"limits": {"max_counters": 0}}, "limits.max_counters: must be 1–1000000"),
        ({"limits": {"experiments": []}}, "limits.experiments: must not be empty"),  # no event would be counted
        ({"limits": {"experiments": ["a" * 129]}}, "limits: experiments holds a name of more than name_bytes"),
        (
            {"limits": {"experiments": ["é"], "name_bytes": 1}},
            "limits: experiments holds a name of more than name_bytes",
        ),
        ({"aws": {"region": "Frankfurt"}}, "aws.region: must be a region such as eu-central-1"),
        ({"vpc": {"subnet_ids": ["subnet-0a"]}}, "vpc.security_group_ids: is required"),
        ({"vpc": {"subnet_ids": [], "security_group_ids": ["sg-1"]}}, "vpc.subnet_ids: must not be empty"),
        ({"vpc": {"subnet_ids": ["x"], "security_group_ids": ["sg-1"]}}, "vpc.subnet_ids.0: must be a subnet id"),
        ({"experiments": {"a": {"weights": {"b": 0}}}}, "experiments.a.weights.b: must be above 0"),
        ({"watch": {"api_url": "api.example/experiments"}}, "watch.api_url: must be an http or https URL"),
        ({"watch": {"api_url": "http://["}}, "watch.api_url: must be an http or https URL"),
        ({"watch": {"api_url": "http://h:99999"}}, "watch.api_url: must be an http or https URL"),
        ({"watch": {"api_url": "https://h/experiments?x=1"}}, "watch.api_url: must be an http or https URL"),
        ({"watch": {"api_url": "https://ann:hunter2@h/x"}}, "watch.api_url: must be an http or https URL"),
        ({"extra_wiring": {}}, "extra_wiring: must be a list"),
        ({"extra_wiring": [without(ROUTE, "lambda")]}, "extra_wiring.0.lambda: is required"),
        ({"extra_wiring": [ROUTE, without(ROUTE, "api_gateway", "pathPart")]}, "extra_wiring.1.api_gateway.pathPart"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_by_its_path(values: dict[str, Any], sentence: str) -> None:
    assert sentence in refusal(**values)


@pytest.mark.parametrize(
    ("key", "value"), [("httpMethod", "FETCH"), ("apiKeyRequired", "maybe"), ("requestParameters", [])]
)
def test_a_bad_method_in_the_wiring_is_named_by_index_and_field(key: str, value: object) -> None:
    route = {**ROUTE, "api_gateway": {"pathPart": "x", "method": {key: value}}}

    assert f"extra_wiring.0.api_gateway.method.{key}" in refusal(extra_wiring=[route])


def test_a_timeout_that_api_gateway_would_not_wait_for_is_refused() -> None:
    route = {**ROUTE, "lambda": {**ROUTE["lambda"], "Timeout": 60}}  # what 0.4.3 used for its list of experiments

    assert "extra_wiring.0.lambda.Timeout: must be 1–29" in refusal(extra_wiring=[route])


def test_numbers_in_quotes_count_as_numbers_as_they_did_in_the_old_lamed() -> None:
    checked = config(redis={"host": "h", "port": "6380", "password": 12345}, uuid_expiry_seconds="60")

    assert checked.redis.port == 6380
    assert checked.redis.password is not None
    assert checked.redis.password.get_secret_value() == "12345"
    assert checked.uuid_expiry_seconds == 60


def test_an_empty_password_is_no_password_and_an_empty_file_of_certificates_is_none() -> None:
    checked = config(redis={"host": "h", "password": "", "username": "", "ssl_ca_certs": ""}).redis
    assert (checked.password, checked.username, checked.ssl_ca_certs) == (None, None, None)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "https://h.example/prod/experiments", "http://[::1]:80/x"])
def test_the_address_of_an_api_is_taken_as_it_is(url: str) -> None:
    assert config(watch={"api_url": url}).watch.api_url == url


def test_unknown_keys_are_kept_and_can_be_listed() -> None:
    checked = config(
        uuid_expiry_second=5,
        redis={"hots": "h", "later": {"a": 1}},
        experiments={"a": {"ctrl": "b"}},
        extra_wiring=[{**ROUTE, "note": "x"}],
    )

    assert sorted(unknown_keys(checked)) == [
        "experiments.a.ctrl",
        "extra_wiring.0.note",
        "redis.hots",
        "redis.later",
        "uuid_expiry_second",
    ]


def test_known_keys_are_those_with_a_fixed_name() -> None:
    known = set(known_keys())

    assert {"name", "redis", "redis.host", "vpc.subnet_ids", "aws.region", "extra_wiring", "experiments"} <= known
    assert not any(key.startswith(("extra_wiring.", "experiments.")) for key in known)


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("uuid_expiry_second", "uuid_expiry_seconds"),
        ("redis.hots", "redis.host"),
        ("redis.pasword", "redis.password"),
        ("something else", None),
    ],
)
def test_a_misspelt_key_is_recognised(key: str, meant: str | None) -> None:
    assert meant_by(key) == meant


def test_limits_are_those_of_the_handlers() -> None:
    defaults = Limits()

    assert set(LimitSettings.model_fields) == set(Limits.__slots__)
    assert LimitSettings().model_dump() == {name: getattr(defaults, name) for name in Limits.__slots__}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://h", {"host": "h", "port": 6379, "db": 0, "ssl": False, "password": None}),
        ("redis://h:7000/3", {"host": "h", "port": 7000, "db": 3}),
        ("redis://h?db=3", {"host": "h", "db": 3}),
        ("rediss://h", {"ssl": True, "ssl_cert_reqs": "required"}),
        ("rediss://h?ssl_cert_reqs=none", {"ssl": True, "ssl_cert_reqs": "none"}),
        ("rediss://h?ssl_ca_certs=%2Fca.pem", {"ssl_ca_certs": "/ca.pem"}),
        ("redis://[::1]:7000", {"host": "::1", "port": 7000, "location": "[::1]:7000"}),
        ("redis://[2001:db8::1]", {"host": "2001:db8::1", "location": "[2001:db8::1]:6379"}),
        ("redis://user:p%40ss%2Fw%3A%25rd@h", {"username": "user", "password": "p@ss/w:%rd"}),
        ("redis://:p:w@h", {"username": None, "password": "p:w"}),
        ("redis://user@h", {"username": "user", "password": None}),
        (
            "unix:///run/redis.sock?db=2",
            {"unix_socket_path": "/run/redis.sock", "db": 2, "location": "/run/redis.sock"},
        ),
        ("unix://u:p@/run/a%20b.sock", {"unix_socket_path": "/run/a b.sock", "username": "u", "password": "p"}),
    ],
)
def test_a_url_stands_for_the_keys_it_names(url: str, expected: dict[str, Any]) -> None:
    redis = config(redis={"url": url}).redis

    found = {key: getattr(redis, key) for key in expected}
    if found.get("password"):
        found["password"] = found["password"].get_secret_value()
    assert found == expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://h", "must start with redis://"),
        ("h:6379", "must start with redis://"),
        ("redis://", "must name a"),
        ("redis://:hunter2@", "must name a"),
        ("redis://:hunter2@:6379", "must name a host"),
        ("redis://h:0", "must name a port from 1 to 65535"),
        ("redis://h:99999", "must name a port from 1 to 65535"),
        ("redis://h/hunter2", "must name its database by a number"),
        ("redis://:hunter2/x@h", "redis.url: must"),
        ("redis://:hunter2?x@h", "redis.url: must"),
        ("redis://h?password=hunter2", "has a query option other than"),
        ("rediss://h?ssl_check_hostname=false", "must not switch off the check of the host name alone"),
        ("unix://", "must name a socket's path"),
        ("redis://h\ud800unter2", "must be valid Unicode text"),
    ],
)
def test_a_url_that_means_nothing_is_refused_without_repeating_it(url: str, words: str) -> None:
    message = refusal(redis={"url": url})

    assert words in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("beside", "url"),
    [
        ({"ssl": True}, "redis://h"),
        ({"ssl": False}, "rediss://h"),
        ({"host": "other"}, "redis://h"),
        ({"port": 1}, "redis://h"),
        ({"db": 1}, "redis://h/2"),
        ({"unix_socket_path": "/a"}, "unix:///b"),
        ({"ssl_cert_reqs": "required"}, "rediss://h?ssl_cert_reqs=none"),
    ],
)
def test_a_key_that_contradicts_the_url_is_not_silently_ignored(beside: dict[str, Any], url: str) -> None:
    (key,) = beside

    assert f"redis: {key} says something else than url; remove one of the two" in refusal(redis={"url": url, **beside})


def test_keys_that_agree_with_the_url_may_stand_beside_it() -> None:
    redis = config(redis={"url": "rediss://H:7000/1", "host": "h", "port": "7000", "db": 1, "ssl": True}).redis

    assert redis.location.lower() == "h:7000"


def test_user_and_password_beside_the_url_win_as_they_do_in_the_handlers() -> None:
    redis = config(redis={"url": "redis://a:b@h", "username": "c", "password": "d"}).redis

    assert redis.username == "c"
    assert redis.password is not None
    assert redis.password.get_secret_value() == "d"


def test_settings_survive_a_check_of_their_own_dump() -> None:
    for redis in ({"url": "rediss://u:p@h:7000/1"}, {"url": "unix:///a?db=1"}, {"host": "::1", "password": "x"}):
        checked = config(redis=redis)
        assert Config.model_validate(checked.model_dump(by_alias=True)) == checked


names = st.text("abcdefgh0123456789-", min_size=1, max_size=20)
words = st.text("ab:@/?#%+ é[]\\\"'.", max_size=8)
urls = st.builds(
    lambda scheme, place, rest: f"{scheme}://{place}{rest}",
    st.sampled_from(["redis", "rediss", "unix", "http"]),
    st.one_of(
        st.builds("{}:{}@{}:{}".format, words, words, names, st.integers(0, 70000)),
        st.builds("{}@{}".format, words, names),
        st.sampled_from(["h", "[::1]", "[::1]:7000", "127.0.0.1:6380", "", ":6379"]),
    ),
    st.sampled_from(
        ["", "/", "/0", "/3", "/x", "?db=2", "/a.sock?db=1", "?ssl_cert_reqs=none", "/1?ssl_cert_reqs=required"]
    ),
)


@settings(deadline=None)
@given(urls)
def test_a_url_means_the_same_here_and_in_the_functions(url: str) -> None:
    try:
        redis = RedisSettings.model_validate({"url": url})
    except ValueError:
        return
    endpoint = parse_url(url)

    password = redis.password.get_secret_value() if redis.password else ""
    assert (redis.unix_socket_path or "", redis.username or "", password, redis.db) == (
        endpoint.path,
        endpoint.username,
        endpoint.password,
        endpoint.database,
    )
    if not endpoint.path:
        assert (redis.host, redis.port, redis.ssl) == (endpoint.host, endpoint.port, endpoint.tls is not None)
        assert (redis.ssl_cert_reqs == "none") is (endpoint.tls is not None and not endpoint.tls.verify)


@settings(deadline=None)
@given(urls)
def test_what_is_deployed_reaches_the_same_server(url: str) -> None:
    """A URL from the configuration is taken apart and put together again on its way to the functions."""
    try:
        redis = RedisSettings.model_validate({"url": url})
    except ValueError:
        return
    deployed = parse_url(redis_url(redis))
    meant = parse_url(url)

    assert (deployed.path, deployed.database) == (meant.path, meant.database)
    assert (deployed.host, deployed.port) == (meant.host, meant.port)
    assert (deployed.tls is None) == (meant.tls is None)
    if deployed.tls is not None and meant.tls is not None:
        assert deployed.tls.verify == meant.tls.verify


def test_the_variables_that_override_the_file_mean_the_same_to_the_functions() -> None:
    environment = {"LAMED_REDIS_URL": "redis://a:b@h/1", "LAMED_REDIS_USERNAME": "c", "LAMED_REDIS_PASSWORD": "d"}

    here = files.load(Path("nowhere.json"), environment).config.redis
    there = parse(snapshot(environment)).endpoint

    assert here.password is not None
    assert (here.host, here.db, here.username, here.password.get_secret_value()) == (
        there.host,
        there.database,
        there.username,
        there.password,
    )
