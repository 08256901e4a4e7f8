"""Additional endpoints: what their table, their form and their text say is the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamed_tui.config.documents import masked, rendered, wrapped
from lamed_tui.config.model import Config
from lamed_tui.deploy import wiring
from lamed_tui.errors import ConfigError
from lamed_tui.setup.questions import text_of, value_of
from lamed_tui.setup.route_text import entries_in, text_of_entries
from lamed_tui.setup.routes import (
    API_KEY,
    DEEDS,
    FUNCTION,
    HANDLER,
    MEMORY,
    METHOD,
    PATH,
    ROUTE_QUESTIONS,
    TIMEOUT,
    base_url,
    neutral_entry,
    new_entry,
    overview,
    problems_with_entry,
    with_entry,
    with_route_answer,
    without_entry,
)


def test_the_built_in_endpoints_come_first_and_cannot_be_changed() -> None:
    found = overview({"name": "shop"})
    assert [(row.index, row.method, row.path, row.function) for row in found.rows] == [
        (None, "GET", "/track", "shop-track"),
        (None, "GET", "/experiments", "shop-all-experiments"),
        (None, "DELETE", "/delete", "shop-delete-experiment"),
    ]
    assert not found.rows[0].needs_key
    assert found.rows[1].needs_key
    assert found.problem == ""
    assert found.lacks_neutral_path


def test_the_offered_neutral_path_is_deployable_and_stops_the_offer() -> None:
    entry = neutral_entry({})
    found = overview({"extra_wiring": [entry]})
    assert found.rows[-1].path == "/hello"
    assert (found.problem, found.warnings, found.lacks_neutral_path) == ("", (), False)
    assert neutral_entry({"extra_wiring": [entry]})["api_gateway"]["pathPart"] == "greeting"


@pytest.mark.parametrize("handler", wiring.HANDLERS)
def test_a_new_endpoint_of_every_handler_is_deployable_as_it_is(handler: str) -> None:
    config = Config.model_validate({"extra_wiring": [new_entry(handler, "somewhere")]})
    endpoint = wiring.resolve(config).endpoints[-1]
    assert endpoint.api_key_required == (handler != "lamed.track")
    assert DEEDS[handler]


def test_another_handler_brings_its_usual_companions_and_keeps_the_rest() -> None:
    entry = {**new_entry("lamed.track", "x"), "later": 1}
    changed = with_route_answer(entry, HANDLER, "lamed.delete")
    assert changed["lambda"] == {"Handler": "lamed.delete", "FunctionName": "lamed-delete-experiment"}
    assert changed["api_gateway"]["method"] == {"httpMethod": "DELETE", "apiKeyRequired": True}
    assert (changed["api_gateway"]["pathPart"], changed["later"]) == ("x", 1)
    assert with_route_answer(changed, HANDLER, "lamed.delete") is changed


def test_answers_of_the_form_stand_in_the_entry() -> None:
    entry = new_entry("lamed.track", "x")
    for question, answer in ((PATH, "/hello/"), (METHOD, "POST"), (API_KEY, True), (FUNCTION, "f"), (MEMORY, "512")):
        entry = with_route_answer(entry, question, answer)
    entry = with_route_answer(with_route_answer(entry, TIMEOUT, "3"), TIMEOUT, "")
    assert entry == {
        "api_gateway": {"pathPart": "hello", "method": {"httpMethod": "POST", "apiKeyRequired": True}},
        "lambda": {"Handler": "lamed.track", "FunctionName": "f", "MemorySize": 512},
    }


@pytest.mark.parametrize(
    ("question", "answer", "sentence"),
    [
        (PATH, "a/b", "must be one path segment"),
        (PATH, "", "is required"),
        (MEMORY, "64", "must be 128–10240"),
        (TIMEOUT, "30", "must be 1–29"),
        (FUNCTION, "no spaces", "must be 1–64 letters"),
    ],
)
def test_a_problem_is_told_at_its_question(question: Any, answer: str, sentence: str) -> None:
    entry = with_route_answer(new_entry("lamed.track", "x"), question, answer)
    assert problems_with_entry({}, None, entry)[question.key].startswith(sentence)


def test_a_path_that_is_taken_is_told_for_the_whole_entry() -> None:
    (problem,) = problems_with_entry({}, None, new_entry("lamed.track", "track")).items()
    assert problem[0] == ""
    assert "GET /track is already taken by the built-in route track" in problem[1]


def test_an_entry_is_replaced_added_and_removed_at_its_place() -> None:
    first, second, third = (new_entry("lamed.track", path) for path in "abc")
    document = {"extra_wiring": [first, second]}
    assert with_entry(document, None, third) == [first, second, third]
    assert with_entry(document, 0, third) == [third, second]
    assert without_entry(document, 0) == [second]


def test_an_entry_that_is_not_deployable_still_has_a_row() -> None:
    found = overview({"name": "1", "extra_wiring": [{"lambda": {"Handler": "lamed.moon"}}, {"lambda": "x"}]})
    assert [(row.path, row.does, row.function) for row in found.rows[3:]] == [
        ("/?", "lamed.moon", "?"),
        ("/?", "?", "?"),
    ]
    assert "extra_wiring.0.lambda.FunctionName: is required" in found.problem


def test_a_name_that_is_not_allowed_is_no_problem_of_the_endpoints() -> None:
    assert overview({"name": "1", "extra_wiring": [new_entry("lamed.track", "x")]}).problem == ""


def test_the_address_is_told_as_far_as_it_is_known() -> None:
    assert base_url("eu-central-1", None) == "https://….execute-api.eu-central-1.amazonaws.com/prod"
    assert base_url("cn-north-1", None).endswith(".amazonaws.com.cn/prod")
    assert base_url(None, "http://127.0.0.1:4566") == "http://127.0.0.1:4566/restapis/…/prod/_user_request_"


# The text -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Not valid JSON: Expecting value at line 1, column 1"),
        ('[\n{"a": }]', "at line 2, column 7"),
        ("{}", "must be a list of objects"),
        ("[1]", "must be a list of objects"),
        ("[" * 100_000, "nested too deeply"),
        (f"[{'[' * 60}{']' * 60}]", "must be a list of objects"),
        (f'[{{"a": {"[" * 60}{"]" * 60}}}]', "nested too deeply"),
    ],
)
def test_a_text_that_means_no_endpoints_says_where(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        entries_in(text, {})


def test_secrets_are_not_in_the_text_and_come_back_from_it() -> None:
    document = wrapped({"extra_wiring": [{**new_entry("lamed.track", "x"), "auth": {"token": "hunter2"}}]})
    text = text_of_entries(document)
    assert "hunter2" not in text
    entries = entries_in(text.replace('"x"', '"y"'), document)
    assert "hunter2" in rendered({"extra_wiring": entries}).decode()
    with pytest.raises(ConfigError, match="not known in this place"):
        entries_in(text, {})


def test_what_cannot_be_deployed_is_told_with_entry_and_field() -> None:
    entries = [new_entry("lamed.track", "x"), new_entry("lamed.track", "x")]
    assert (
        "extra_wiring.1.api_gateway: GET /x is already taken by extra_wiring.0"
        in overview({"extra_wiring": entries}).problem
    )


PATHS = st.from_regex(r"[A-Za-z0-9._:-]{1,12}", fullmatch=True)
ENTRIES = st.lists(
    st.builds(new_entry, st.sampled_from(wiring.HANDLERS), PATHS).flatmap(
        lambda entry: st.dictionaries(st.text(min_size=1, max_size=4), st.integers(), max_size=1).map(
            lambda extra: {**extra, **entry}
        )
    ),
    max_size=3,
)


@given(ENTRIES)
def test_text_and_entries_say_the_same(entries: list[dict[str, Any]]) -> None:
    document = wrapped({"extra_wiring": entries})
    back = entries_in(text_of_entries(document), document)
    assert masked({"entries": back}) == masked({"entries": document["extra_wiring"]})
    assert json.loads(rendered({"e": back})) == json.loads(rendered({"e": document["extra_wiring"]}))


@given(ENTRIES)
def test_every_answer_that_a_form_would_show_changes_nothing(entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        for question in ROUTE_QUESTIONS:
            answer = bool(value_of(question, entry)) if question.kind == "flag" else text_of(question, entry)
            assert with_route_answer(entry, question, answer) == entry


@given(ENTRIES)
def test_whatever_is_no_problem_can_be_deployed(entries: list[dict[str, Any]]) -> None:
    if overview({"extra_wiring": entries}).problem:
        return
    assert len(wiring.resolve(Config.model_validate({"extra_wiring": entries})).endpoints) == 3 + len(entries)
