"""What an answer does to a document, and which answers are allowed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from lamed_tui.config.checking import problems
from lamed_tui.config.documents import with_values, wrapped
from lamed_tui.errors import ConfigError
from lamed_tui.setup.questions import Question, answered, has_value, problem_with, text_of, value_of
from lamed_tui.setup.steps import AWS, PASSWORD, REDIS

QUESTIONS = {question.key: question for step in (REDIS, AWS) for question in step.questions}
ADDRESS, PORT, TLS = QUESTIONS["redis.host"], QUESTIONS["redis.port"], QUESTIONS["redis.ssl"]


def document(**sections: Any) -> dict[str, Any]:
    return wrapped(sections)


def after(before: dict[str, Any], *answers: tuple[Question, str | bool]) -> dict[str, Any]:
    now = before
    for question, answer in answers:
        now = answered(question, answer, now, before)
    return now


def test_an_answer_stands_under_its_key() -> None:
    assert after({}, (ADDRESS, "redis.example"), (PORT, "6380")) == {"redis": {"host": "redis.example", "port": 6380}}


def test_what_is_the_default_stays_unset() -> None:
    assert after({}, (ADDRESS, "localhost"), (PORT, "6379"), (TLS, False), (QUESTIONS["name"], "lamed")) == {}


def test_a_default_that_the_file_spells_out_stays_spelt_out() -> None:
    before = document(redis={"port": 6379})
    assert after(before, (PORT, "6380"), (PORT, "6379")) == before


def test_taking_an_answer_back_leaves_no_trace() -> None:
    assert after({}, (PORT, "6380"), (PORT, "6379")) == {}
    assert after({}, (QUESTIONS["aws.region"], "eu-west-1"), (QUESTIONS["aws.region"], "")) == {}


def test_an_empty_answer_removes_the_key_and_leaves_its_neighbours() -> None:
    before = document(redis={"username": "shop", "later": [1]}, unknown={"x": 1})
    assert after(before, (QUESTIONS["redis.username"], "  ")) == document(redis={"later": [1]}, unknown={"x": 1})


def test_a_secret_is_wrapped_kept_removed_and_never_shown() -> None:
    before = document(redis={"password": "old"})
    assert after(before, (PASSWORD, "new"))["redis"]["password"] == SecretStr("new")
    assert after(before, (PASSWORD, "new"), (PASSWORD, "")) == before
    assert after(before, (PASSWORD, "-")) == {"redis": {}}
    assert text_of(PASSWORD, before) == ""
    assert has_value(PASSWORD, before)
    assert not has_value(PASSWORD, {})


def test_a_whole_url_answers_everything_it_says() -> None:
    found = after({}, (ADDRESS, "rediss://shop:hunter2@redis.example:6400/3"))
    assert {question.key: value_of(question, found) for question in REDIS.questions} == {
        "redis.host": "redis.example",
        "redis.port": 6400,
        "redis.ssl": True,
        "redis.username": "shop",
        "redis.password": SecretStr("hunter2"),
        "redis.db": 3,
        "redis.cluster": False,
        "namespace": "alephbet",
    }


def test_a_new_url_takes_no_password_of_another_server_along() -> None:
    before = document(redis={"host": "old", "password": "hunter2", "username": "u", "socket_timeout": 1})
    assert after(before, (ADDRESS, "redis://new.example")) == {"redis": {"host": "new.example", "socket_timeout": 1}}


def test_a_socket_is_an_address_too() -> None:
    found = after({}, (ADDRESS, "unix:///run/redis.sock"))
    assert found == {"redis": {"unix_socket_path": "/run/redis.sock"}}
    assert text_of(ADDRESS, found) == "unix:///run/redis.sock"
    assert after(found, (ADDRESS, "redis.example")) == {"redis": {"host": "redis.example"}}


def test_a_url_in_the_file_stays_as_it_is_until_an_answer_differs() -> None:
    before = document(redis={"url": "rediss://:hunter2@redis.example:6400/3?ssl_cert_reqs=none", "later": 1})
    unchanged = [(question, text_of(question, before)) for question in REDIS.questions if question.kind != "flag"]
    assert after(before, *unchanged, (TLS, True)) == before

    moved = after(before, (PORT, "6401"))
    assert moved["redis"] == {
        "later": 1,
        "host": "redis.example",
        "port": 6401,
        "ssl": True,
        "ssl_cert_reqs": "none",
        "db": 3,
        "password": SecretStr("hunter2"),
    }
    assert after(before, (PORT, "6401"), (PORT, "6400")) == before


@pytest.mark.parametrize(
    ("key", "answer", "sentence"),
    [
        ("redis.host", "redis.example:6379", "must be a host name or an IP address alone; the port has a key of its"),
        ("redis.host", "http://redis.example", "must start with redis://, rediss:// or unix://"),
        ("redis.port", "70000", "must be 1–65535"),
        ("redis.port", "abc", "must be 1–65535"),
        ("redis.port", "1" * 40, "must be 1–65535"),
        ("redis.db", "-1", "must be 0–65535"),
        ("aws.region", "Frankfurt", "must be a region such as eu-central-1"),
        ("name", "1shop", "must be 1–30 letters, digits or hyphens, starting with a letter"),
        ("namespace", "\x1b[2J", "must not be empty or hold control characters"),
    ],
)
def test_the_model_says_what_is_not_allowed(key: str, answer: str, sentence: str) -> None:
    assert problem_with(QUESTIONS[key], answer).startswith(sentence)


def test_a_problem_with_a_url_never_repeats_it() -> None:
    assert "hunter2" not in problem_with(ADDRESS, "redis://:hunter2@host:port:port")


def test_a_section_that_is_no_object_is_refused() -> None:
    with pytest.raises(ConfigError, match="redis is not a section"):
        answered(PORT, "6380", {"redis": "redis://h"}, {})


TEXTS = st.one_of(
    st.text(max_size=40),
    st.from_regex(r"[a-z0-9.:/@_-]{0,30}", fullmatch=True),
    st.from_regex(r"rediss?://[a-z0-9:@.%/?=&_-]{0,30}", fullmatch=True),
    st.integers(-10, 100_000).map(str),
)
PREVIOUS = st.fixed_dictionaries(
    {},
    optional={
        "redis": st.fixed_dictionaries(
            {},
            optional={
                "host": st.sampled_from(["localhost", "h.example"]),
                "port": st.sampled_from([6379, 6380]),
                "password": st.sampled_from(["p", "q"]),
                "ssl": st.booleans(),
                "later": st.just({"deep": 1}),
            },
        ),
        "name": st.sampled_from(["lamed", "shop"]),
        "aws": st.fixed_dictionaries({}, optional={"region": st.just("eu-west-1"), "x": st.just(1)}),
        "unknown": st.just(["kept"]),
    },
).map(wrapped)


@settings(deadline=None)
@given(PREVIOUS, st.sampled_from([one for one in QUESTIONS.values() if one.kind != "flag"]), TEXTS)
def test_an_answer_without_a_problem_makes_a_valid_document_that_shows_it(
    before: dict[str, Any], question: Question, answer: str
) -> None:
    if problem_with(question, answer):
        return
    found = answered(question, answer, before, before)
    assert [one for one in problems(found) if one.key == question.key] == []
    assert found.get("unknown") == before.get("unknown")
    if "redis" in before:
        assert found["redis"].get("later") == before["redis"].get("later")
    # Giving the answer that is shown changes nothing more.
    assert answered(question, text_of(question, found), found, found) == found


@settings(deadline=None)
@given(PREVIOUS, st.lists(st.tuples(st.sampled_from(list(QUESTIONS.values())), TEXTS), max_size=6))
def test_giving_every_question_what_was_there_before_restores_the_document(
    before: dict[str, Any], answers: list[tuple[Question, str]]
) -> None:
    now = before
    for question, answer in answers:
        if question.kind != "flag" and not problem_with(question, answer):
            now = answered(question, answer, now, before)
    for question in QUESTIONS.values():
        back = text_of(question, before) if question.kind != "flag" else bool(value_of(question, before))
        now = answered(question, back, now, before)
    if "ssl_ca_certs" not in now.get("redis", {}):  # a URL may have brought it
        assert now == before


def test_a_new_address_is_not_trusted_without_its_certificate_because_the_old_one_was() -> None:
    old = wrapped({"redis": {"url": "rediss://old.example?ssl_cert_reqs=none"}})
    new = answered(QUESTIONS["redis.host"], "rediss://:secret@new.example", old, old)
    assert "ssl_cert_reqs" not in new["redis"]
    assert (new["redis"]["host"], new["redis"]["ssl"]) == ("new.example", True)


def test_every_question_asks_for_a_key_that_the_model_knows() -> None:
    for question in QUESTIONS.values():
        assert problems(with_values({}, {question.key: object()})), f"{question.key} takes anything"
