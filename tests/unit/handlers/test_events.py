"""Requests are read as API Gateway sends them, and refused with the name of the parameter at fault."""

from __future__ import annotations

from typing import Any

import pytest
from lamed import events
from lamed.endpoint import Endpoint
from lamed.settings import Limits, Settings

from tests.unit.handlers.gateway import proxy_event

SETTINGS = Settings(Endpoint("localhost"))
GOOD = {"experiment": "exp", "variant": "blue", "event": "buy", "uuid": "u-1", "namespace": "shop"}
NAMES = ("experiment", "variant", "event", "uuid")


def refusal(event: object, settings: Settings = SETTINGS) -> tuple[str, str]:
    with pytest.raises(events.BadRequestError) as caught:
        events.tracked_event(event, settings)
    assert caught.value.parameter in str(caught.value)
    return caught.value.code, caught.value.parameter


def test_a_good_request_is_read_whole() -> None:
    event = events.tracked_event(proxy_event(**GOOD), SETTINGS)
    assert (event.namespace, event.experiment, event.variant) == ("shop", "exp", "blue")
    assert (event.goal, event.uuid) == ("buy", "u-1")


def test_the_namespace_may_be_left_out() -> None:
    query = {name: value for name, value in GOOD.items() if name != "namespace"}
    assert events.tracked_event(proxy_event(**query), SETTINGS).namespace == "alephbet"
    settings = Settings(Endpoint("localhost"), namespace="mine")
    assert events.tracked_event(proxy_event(**query), settings).namespace == "mine"


def test_the_single_value_map_serves_where_the_other_is_absent() -> None:
    assert events.tracked_event({"queryStringParameters": GOOD}, SETTINGS).experiment == "exp"
    both = {"queryStringParameters": GOOD, "multiValueQueryStringParameters": None}
    assert events.tracked_event(both, SETTINGS).experiment == "exp"


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_parameter_is_named(name: str) -> None:
    query = {key: value for key, value in GOOD.items() if key != name}
    assert refusal(proxy_event(**query)) == ("missing_parameter", name)


@pytest.mark.parametrize("name", [*NAMES, "namespace"])
def test_an_empty_parameter_is_named(name: str) -> None:
    assert refusal(proxy_event(**{**GOOD, name: ""})) == ("empty_parameter", name)


@pytest.mark.parametrize("name", [*NAMES, "namespace"])
@pytest.mark.parametrize("values", [["a", "b"], ["a", "a"], ["", ""]])
def test_a_repeated_parameter_is_named(name: str, values: list[str]) -> None:
    event = proxy_event(**GOOD)
    event["multiValueQueryStringParameters"][name] = values
    assert refusal(event) == ("repeated_parameter", name)


@pytest.mark.parametrize(("name", "most"), [(n, 128) for n in NAMES] + [("namespace", 64)])
def test_a_parameter_may_be_as_long_as_the_limit_in_bytes_and_no_longer(name: str, most: int) -> None:
    for fitting in ("x" * most, "ü" * (most // 2), "🙂" * (most // 4)):
        events.tracked_event(proxy_event(**{**GOOD, name: fitting}), SETTINGS)
        assert refusal(proxy_event(**{**GOOD, name: fitting + "x"})) == ("parameter_too_long", name)


def test_limits_are_those_of_the_settings() -> None:
    settings = Settings(Endpoint("localhost"), limits=Limits(name_bytes=3, namespace_bytes=4, uuid_bytes=2))
    assert refusal(proxy_event(**GOOD), settings) == ("parameter_too_long", "variant")
    assert refusal(proxy_event(**{**GOOD, "variant": "red", "uuid": "abc"}), settings) == ("parameter_too_long", "uuid")


@pytest.mark.parametrize("bad", ["\x00", "\n", "\x1b", "\x7f", "\x85", "\x9f"])
def test_control_characters_are_refused(bad: str) -> None:
    for name in NAMES:
        assert refusal(proxy_event(**{**GOOD, name: f"a{bad}b"})) == ("invalid_parameter", name)


@pytest.mark.parametrize("bad", ["\ud800", "a\udc80b", "caf\ufffd"])
def test_text_that_is_not_utf8_is_refused(bad: str) -> None:
    for name in NAMES:
        assert refusal(proxy_event(**{**GOOD, name: bad})) == ("invalid_parameter", name)


def test_text_that_was_encoded_again_and_again_is_refused() -> None:
    assert refusal(proxy_event(**{**GOOD, "experiment": "%25252525C3%25252525A9"})) == (
        "invalid_parameter",
        "experiment",
    )


@pytest.mark.parametrize("name", ["a:b", "100%", "%3A", "a%253Ab", "a b", "+", "größe", "🧪", "👩‍🔬", "\u200f", "{x}"])
def test_any_other_unicode_is_a_name(name: str) -> None:
    assert events.tracked_event(proxy_event(**{**GOOD, "experiment": name}), SETTINGS).experiment == name


@pytest.mark.parametrize("value", [1, None, {}, [], ["a"], True, 1.5])
def test_a_value_that_is_no_text_is_refused(value: Any) -> None:
    event = proxy_event(**GOOD)
    event["multiValueQueryStringParameters"]["uuid"] = [value]
    assert refusal(event)[1] == "uuid"
    event["multiValueQueryStringParameters"]["uuid"] = value
    if value != ["a"]:
        assert refusal(event)[1] == "uuid"


def test_very_many_parameters_are_refused() -> None:
    many = {f"p{number}": "x" for number in range(40)}
    assert refusal(proxy_event(**GOOD, **many)) == ("too_many_parameters", "")
    event = proxy_event(**GOOD)
    event["multiValueQueryStringParameters"]["other"] = ["x"] * 1_000
    assert refusal(event)[0] == "too_many_parameters"


def test_a_few_unknown_parameters_are_ignored() -> None:
    assert events.tracked_event(proxy_event(**GOOD, utm_source="mail", _="1"), SETTINGS).experiment == "exp"


@pytest.mark.parametrize("event", [None, "text", 1, [], {}, {"queryStringParameters": "x"}, {"headers": 3}])
def test_an_event_of_any_other_shape_has_no_query(event: object) -> None:
    assert refusal(event) == ("missing_parameter", "experiment")


def test_the_scope_names_experiments() -> None:
    assert events.scope_of(proxy_event(), SETTINGS) == ("alephbet", None, None)
    assert events.scope_of(proxy_event(scope=""), SETTINGS) == ("alephbet", None, None)
    assert events.scope_of(proxy_event(scope="b,a,,b"), SETTINGS) == ("alephbet", "b,a,,b", ["b", "a", "b"])
    assert events.scope_of(proxy_event(namespace="shop"), SETTINGS) == ("shop", None, None)


@pytest.mark.parametrize("scope", ["a,b\n", "x" * 129, "a," + "x" * 129, "\ud800"])
def test_a_scope_with_a_name_that_is_none_is_refused(scope: str) -> None:
    with pytest.raises(events.BadRequestError) as caught:
        events.scope_of(proxy_event(scope=scope), SETTINGS)
    assert caught.value.parameter == "scope"


def test_headers_are_found_in_any_case() -> None:
    assert events.header(proxy_event({"oRiGiN": "https://a.example"}), "origin") == "https://a.example"
    others: list[object] = [proxy_event(), None, {"headers": []}, {"headers": {1: "x", "origin": 7}}]
    for event in others:
        assert events.header(event, "origin") == ""
