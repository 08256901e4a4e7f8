"""Responses carry the headers that browsers and caches need, and log lines carry nothing that came from outside."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lamed import responses

from tests.unit.handlers.gateway import checked

HERE, THERE = "https://a.example", "https://b.example"


def headers(response: responses.Response) -> Any:
    checked(response)
    return response["headers"]


def test_every_origin_may_read_by_default() -> None:
    found = headers(responses.response(200, "{}", asked_from=HERE))
    assert found["Access-Control-Allow-Origin"] == "*"
    assert "Vary" not in found


def test_one_configured_origin_is_always_named() -> None:
    for asked_from in ("", HERE, THERE):
        found = headers(responses.response(200, "{}", origins=(HERE,), asked_from=asked_from))
        assert found["Access-Control-Allow-Origin"] == HERE


def test_of_several_origins_the_one_that_asks_is_named() -> None:
    for asked_from, named in ((THERE, THERE), (HERE, HERE), ("https://evil.example", HERE), ("", HERE)):
        found = headers(responses.response(200, "{}", origins=(HERE, THERE), asked_from=asked_from))
        assert found["Access-Control-Allow-Origin"] == named
        assert found["Vary"] == "Origin"


def test_only_unavailability_says_when_to_come_again() -> None:
    error = responses.error_body("code", "Message.")
    assert headers(responses.response(503, error))["Retry-After"] == "5"
    assert "Retry-After" not in headers(responses.response(429, error))


def test_an_error_names_its_parameter() -> None:
    body = json.loads(responses.error_body("missing_parameter", "The parameter x is missing.", "x"))
    assert body == {"error": "missing_parameter", "message": "The parameter x is missing.", "parameter": "x"}


@given(st.text(st.characters()))
def test_a_body_is_ascii_whatever_the_names(name: str) -> None:
    body = responses.encoded({"experiment": name})
    assert body.isascii()
    assert json.loads(body) == {"experiment": name}


@given(st.text(st.characters()))
def test_a_log_line_is_one_json_object_of_plain_words(text: str) -> None:
    line = responses.log_line(request_id=text, status=200, milliseconds=1.5)
    assert line.isascii()
    assert "\n" not in line
    fields = json.loads(line)
    assert set(fields["request_id"]) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert len(fields["request_id"]) <= 64
    assert fields["status"] == 200


def test_a_request_id_is_logged_as_it_is() -> None:
    identifier = "6c84fb90-12c4-11e1-840d-7b25c5ee775a"
    assert json.loads(responses.log_line(request_id=identifier)) == {"request_id": identifier}
