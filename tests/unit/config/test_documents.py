"""Secrets and dotted keys of a document."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamed_tui.config import files
from lamed_tui.config.documents import (
    flattened,
    is_secret,
    key_of,
    masked,
    parse_document,
    path_of,
    rendered,
    value_at,
    with_values,
)
from lamed_tui.errors import ConfigError

SECRET = "hunter2"

# Text may hold lone surrogates: JSON can.
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters())
)
keys = st.text(st.characters(), min_size=1, max_size=6) | st.sampled_from(
    ["redis", "url", "password", "api_key", "secret", "auth", "a.b", "a\\b", "experiments"]
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=12
)
documents = st.dictionaries(keys, values, max_size=5)


def parsed(document: Any) -> dict[str, Any]:
    return parse_document(json.dumps(document), "config.json")


@settings(deadline=None)
@given(documents)
def test_wrapping_secrets_loses_nothing(document: dict[str, Any]) -> None:
    assert json.loads(rendered(parsed(document))) == document


@settings(deadline=None)
@given(documents)
def test_a_rendered_document_reads_back_as_itself(document: dict[str, Any]) -> None:
    wrapped = parsed(document)

    assert parse_document(rendered(wrapped).decode(), "config.json") == wrapped


@settings(deadline=None)
@given(documents, st.lists(keys, min_size=1, max_size=4), st.text(min_size=1))
def test_a_key_that_was_set_holds_its_value_and_nothing_else_changed(
    document: dict[str, Any], path: list[str], value: str
) -> None:
    before = parsed(document)
    key = key_of(path)
    try:
        after = with_values(before, {key: value})
    except ConfigError:  # the path leads through a value, see below
        return

    found = value_at(after, key)
    assert (found.get_secret_value() if hasattr(found, "get_secret_value") else found) == value
    untouched = {name: inner for name, inner in before.items() if name != path[0]}
    assert {name: inner for name, inner in after.items() if name != path[0]} == untouched
    assert before == parsed(document), "the document given was changed"


@settings(deadline=None)
@given(documents, st.lists(keys, min_size=1, max_size=4))
def test_removing_what_was_set_leaves_no_trace_of_it(document: dict[str, Any], path: list[str]) -> None:
    before = parsed(document)
    key = key_of(path)
    try:
        after = with_values(before, {key: None})
    except ConfigError:
        return

    assert value_at(after, key) is None
    if value_at(before, key) is None and not _holds_null(before, path):
        assert after == before


def _holds_null(document: Any, path: list[str]) -> bool:
    for name in path:
        if not isinstance(document, dict) or name not in document:
            return False
        document = document[name]
    return document is None


@settings(deadline=None)
@given(st.lists(keys, min_size=1, max_size=5))
def test_any_name_can_be_part_of_a_key(path: list[str]) -> None:
    assert path_of(key_of(path)) == path


@settings(deadline=None)
@given(documents)
def test_every_leaf_is_listed_under_the_key_that_finds_it(document: dict[str, Any]) -> None:
    for key, value in flattened(document):
        if all(path_of_or_empty(key)):
            assert value_at(document, key) == value


def path_of_or_empty(key: str) -> list[str]:
    try:
        return path_of(key)
    except ConfigError:
        return [""]


@pytest.mark.parametrize("key", ["", ".", "redis.", ".host", "redis..host"])
def test_a_key_with_an_empty_name_is_refused(key: str) -> None:
    with pytest.raises(ConfigError, match="is not a key"):
        with_values({}, {key: 1})


def test_a_key_cannot_lead_through_a_value() -> None:
    with pytest.raises(ConfigError, match=r"redis\.host\.name: redis\.host is not a section"):
        with_values({"redis": {"host": "h"}}, {"redis.host.name": 1})


def test_removing_a_key_makes_no_sections() -> None:
    assert with_values({}, {"redis.password": None}) == {}


SECRETS: list[dict[str, Any]] = [
    {"redis": {"password": SECRET}},
    {"redis": {"url": f"redis://:{SECRET}@h"}},
    {"redis": {"url": f"redis://h?x={SECRET}"}},
    {"redis": {"sentinel_kwargs": {"password": SECRET}}},
    {"aws": {"secret_access_key": SECRET}},
    {"aws": {"aws_access_key_id": SECRET}},
    {"later": {"api_key": [SECRET, {"x": SECRET}]}},
    {"tokens": {"a": SECRET}},
    {"db_pass": SECRET},
    {"basic_auth": SECRET},
    {"broker": f"amqps://user:{SECRET}@h/x"},
    {"list": [f"https://{SECRET}@h"]},
    {"extra_wiring": [{"lambda": {"Environment": {"Variables": {"API_TOKEN": SECRET}}}}]},
    {"experiments": {"a": {"api_token": SECRET}}},
]


@pytest.mark.parametrize("document", SECRETS)
def test_a_secret_is_masked_from_the_moment_it_is_read(document: dict[str, Any]) -> None:
    wrapped = parsed(document)

    assert SECRET not in repr(wrapped)
    assert SECRET not in str(wrapped)
    assert SECRET not in json.dumps(masked(wrapped))
    assert json.loads(rendered(wrapped)) == document


@pytest.mark.parametrize("document", SECRETS)
def test_no_error_and_no_representation_shows_a_secret(document: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**document, "uuid_expiry_seconds": "never"}))

    with pytest.raises(ConfigError) as caught:
        files.load(path)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.fix
    assert SECRET not in shown

    path.write_text(json.dumps({"redis": {"host": "h"}, "later": document}))
    loaded = files.load(path)
    assert SECRET not in f"{loaded!r} {loaded} {loaded.config!r} {loaded.config} {loaded.config.model_dump()!r}"
    assert SECRET not in loaded.config.model_dump_json()


@pytest.mark.parametrize("bad", [{"redis": {"password": [SECRET]}}, {"redis": {"url": f"http://{SECRET}"}}])
def test_a_secret_that_is_itself_wrong_is_not_shown_either(bad: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        files.check(parsed(bad), Path("config.json"))

    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_numbers_can_be_secrets_and_keep_their_type() -> None:
    wrapped = parsed({"redis": {"password": 12345}})

    assert "12345" not in repr(wrapped)
    assert json.loads(rendered(wrapped)) == {"redis": {"password": 12345}}


def test_experiments_may_be_named_after_secrets() -> None:
    document = {"experiments": {"passwordless login": {"control": "token", "weights": {"password first": 2}}}}

    wrapped = parsed(document)

    assert masked(wrapped) == document
    files.check(wrapped, Path("config.json"))


def test_the_place_of_a_secret_can_be_configured() -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-1a2b3c"
    document = {"redis_secret": {"arn": arn, "key": "password"}}

    read = files.check(parsed(document), Path("config.json")).redis_secret

    assert read is not None
    assert (read.arn, read.key) == (arn, "password")
    assert masked(parsed(document)) == document


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        *[("redis.password", True), ("redis.url", True), ("redis.host", False), ("namespace", False), ("name", False)],
        *[("redis_secret.arn", False), ("redis_secret.key", False), ("redis_secret.value", True)],
        *[("redis.pasword", True), ("redis.passowrd", True), ("redis.pass", True)],
    ],
)
def test_which_keys_are_secret(key: str, *, expected: bool) -> None:
    assert is_secret(key) is expected
