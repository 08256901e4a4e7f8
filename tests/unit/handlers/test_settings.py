"""Settings come from the environment, and a wrong one is named without showing its value."""

from __future__ import annotations

import json

import pytest
from lamed import settings
from lamed.settings import SettingsError

URL = "redis://localhost"


def parsed(**variables: str) -> settings.Settings:
    return settings.parse(settings.snapshot({"LAMED_REDIS_URL": URL, **variables}))


def refusal(**variables: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        parsed(**variables)
    assert caught.value.variable in str(caught.value)
    return caught.value


def test_only_the_url_has_no_default() -> None:
    found = parsed()
    assert (found.endpoint.host, found.endpoint.port, found.endpoint.database) == ("localhost", 6379, 0)
    assert (found.endpoint.username, found.endpoint.password, found.endpoint.tls) == ("", "", None)
    assert (found.cluster, found.timeout, found.uuid_expiry_seconds) == (False, 2.0, 86_400)
    assert (found.namespace, found.cors_origins, found.legacy_until) == ("alephbet", ("*",), 0.0)
    limits = found.limits
    assert (limits.max_namespaces, limits.max_experiments, limits.max_counters) == (50, 1_000, 500)
    assert (limits.name_bytes, limits.namespace_bytes, limits.uuid_bytes) == (128, 64, 128)
    assert limits.experiments is None
    assert refusal(LAMED_REDIS_URL="").variable == "LAMED_REDIS_URL"


def test_an_empty_variable_is_an_absent_one() -> None:
    names = ("USERNAME", "PASSWORD", "CLUSTER", "TIMEOUT")
    found = parsed(**{f"LAMED_REDIS_{name}": "" for name in names}, LAMED_LIMITS="", LAMED_CORS_ORIGINS="")
    assert found.timeout == 2.0
    assert not found.cluster
    assert found.cors_origins == ("*",)


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "http://host",
        "redis://",
        "redis://:6379",
        "redis://host:0",
        "redis://host:65536",
        "redis://host:port",
        "redis://host/name",
        "redis://host/-1",
        "redis://host?ssl_cert_reqs=none",
        "redis://host?retries=3",
        "rediss://host?ssl_cert_reqs=maybe",
        "rediss://host?ssl_keyfile=x",
        "unix://relative/path",
        "redis://ho st",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_being_repeated(url: str) -> None:
    error = refusal(LAMED_REDIS_URL=url)
    assert error.variable == "LAMED_REDIS_URL"
    assert url not in str(error)


def test_the_variables_for_user_and_password_win_over_the_url() -> None:
    url = "redis://user:old@host"
    found = parsed(LAMED_REDIS_URL=url, LAMED_REDIS_PASSWORD="new").endpoint
    assert (found.username, found.password) == ("user", "new")
    found = parsed(LAMED_REDIS_URL=url, LAMED_REDIS_USERNAME="other").endpoint
    assert (found.username, found.password) == ("other", "old")


def test_a_cluster_has_one_database_and_no_socket_file() -> None:
    assert parsed(LAMED_REDIS_CLUSTER="1").cluster
    assert not parsed(LAMED_REDIS_CLUSTER="0").cluster
    assert refusal(LAMED_REDIS_CLUSTER="yes").variable == "LAMED_REDIS_CLUSTER"
    assert refusal(LAMED_REDIS_CLUSTER="1", LAMED_REDIS_URL="redis://host/1").variable == "LAMED_REDIS_URL"
    assert refusal(LAMED_REDIS_CLUSTER="1", LAMED_REDIS_URL="unix:///tmp/s").variable == "LAMED_REDIS_URL"


@pytest.mark.parametrize("variable", ["LAMED_REDIS_TIMEOUT", "LAMED_UUID_EXPIRY_SECONDS", "LAMED_LEGACY_UNTIL"])
@pytest.mark.parametrize("value", ["x", "nan", "inf", "-1", "1e99"])
def test_a_number_must_be_one(variable: str, value: str) -> None:
    assert refusal(**{variable: value}).variable == variable


def test_an_expiry_is_at_least_a_second() -> None:
    assert parsed(LAMED_UUID_EXPIRY_SECONDS="1").uuid_expiry_seconds == 1
    refusal(LAMED_UUID_EXPIRY_SECONDS="0")


def test_origins_are_separated_by_commas() -> None:
    assert parsed(LAMED_CORS_ORIGINS=" https://a , https://b,").cors_origins == ("https://a", "https://b")
    assert parsed(LAMED_CORS_ORIGINS="https://a,*").cors_origins == ("*",)
    assert refusal(LAMED_CORS_ORIGINS="https://a\r\nX: y").variable == "LAMED_CORS_ORIGINS"


def test_limits_are_a_json_object() -> None:
    limits = parsed(LAMED_LIMITS=json.dumps({"max_counters": 3, "experiments": ["a", "b"]})).limits
    assert (limits.max_counters, limits.max_experiments) == (3, 1_000)
    assert limits.experiments == frozenset({"a", "b"})
    assert parsed(LAMED_LIMITS='{"experiments": null}').limits.experiments is None


@pytest.mark.parametrize(
    "limits",
    [
        "x",
        "[]",
        "1",
        '{"max_experiment": 1}',
        '{"max_counters": "1"}',
        '{"max_counters": 0}',
        '{"max_counters": true}',
        '{"max_counters": 1.5}',
        '{"max_counters": null}',
        '{"experiments": "a"}',
        '{"experiments": [1]}',
    ],
)
def test_limits_that_are_none_are_refused(limits: str) -> None:
    assert refusal(LAMED_LIMITS=limits).variable == "LAMED_LIMITS"


def test_no_message_or_repr_shows_a_secret() -> None:
    found = parsed(LAMED_REDIS_URL="redis://user:hunter2@host")
    assert "hunter2" not in repr(found) + repr(found.endpoint) + str(found.endpoint)
    for error in (
        refusal(LAMED_REDIS_URL="redis://user:hunter2@host:port"),
        refusal(LAMED_REDIS_URL="redis://user:hunter2@host?x=1"),
        refusal(LAMED_REDIS_URL="hunter2"),
    ):
        assert "hunter2" not in str(error) + repr(error)
        assert error.__cause__ is None
