"""How far setting up has come."""

from __future__ import annotations

from typing import Any

import pytest

from lamed_tui.errors import ConfigError
from lamed_tui.setup.state import begin, completed, in_force, overridden, rebased, step_after, with_answer, with_routes
from lamed_tui.setup.steps import PASSWORD, REDIS, checks_of, steps_of
from tests.config_file import CONFIG, write

ADDRESS, PORT = REDIS.questions[:2]


def test_looking_at_a_file_changes_nothing() -> None:
    write(redis={"host": "h", "password": "p"}, unknown={"x": [1]})
    state = begin(CONFIG)
    assert not state.is_changed
    assert not state.has_answers


def test_a_missing_file_is_worth_writing_even_without_an_answer() -> None:
    state = begin(CONFIG)
    assert state.is_changed
    assert completed(state, {}).document == {"redis": {"host": "localhost", "port": 6379}}


def test_a_new_file_names_no_redis_where_a_variable_or_a_socket_does() -> None:
    state = begin(CONFIG)
    assert completed(state, {"LAMED_REDIS_URL": "redis://h"}).document == {}
    by_socket = with_answer(state, ADDRESS, "unix:///run/redis.sock")
    assert completed(by_socket, {}).document == {"redis": {"unix_socket_path": "/run/redis.sock"}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"redis": "redis://h"}, "redis is not a section"),
        ({"aws": []}, "aws is not a section"),
        ({"extra_wiring": {}}, "extra_wiring: must be a list of objects"),
        ({"extra_wiring": ["x"]}, "extra_wiring: must be a list of objects"),
    ],
)
def test_a_file_with_another_shape_is_refused_before_anything_is_asked(document: dict[str, Any], message: str) -> None:
    write(**document)
    with pytest.raises(ConfigError, match=message):
        begin(CONFIG)


def test_a_file_with_a_value_that_is_not_allowed_can_be_mended() -> None:
    write(redis={"port": 0})
    assert in_force(with_answer(begin(CONFIG), PORT, "6380"), {}).config.redis.port == 6380


def test_variables_decide_over_answers() -> None:
    state = with_answer(begin(CONFIG), PORT, "6380")
    assert overridden(state, {"LAMED_REDIS_PASSWORD": "p"}) == {"redis.password": "LAMED_REDIS_PASSWORD"}
    assert overridden(state, {"LAMED_REDIS_URL": "redis://h"})["redis.port"] == "LAMED_REDIS_URL"
    assert in_force(state, {"LAMED_REDIS_URL": "redis://h:1"}).config.redis.port == 1


def test_answers_move_over_to_a_file_that_somebody_else_changed() -> None:
    write(redis={"host": "h", "username": "u"})
    state = with_answer(with_answer(begin(CONFIG), PORT, "6380"), REDIS.questions[3], "")
    moved = rebased(state, {"redis": {"host": "i", "username": "u"}, "name": "shop"}, exists=True)
    assert moved.document == {"redis": {"host": "i", "port": 6380}, "name": "shop"}
    assert moved.before == {"redis": {"host": "i", "username": "u"}, "name": "shop"}


def test_endpoints_taken_away_leave_no_trace_unless_the_file_has_an_empty_list() -> None:
    assert with_routes(begin(CONFIG), []).document == {}
    write(extra_wiring=[])
    assert with_routes(begin(CONFIG), []).document == {"extra_wiring": []}


def test_no_secret_is_in_the_representation_of_a_state() -> None:
    assert "hunter2" not in repr(with_answer(begin(CONFIG), PASSWORD, "hunter2"))


def test_the_steps_of_each_way() -> None:
    assert [step.id for step in steps_of("deploy")] == ["redis", "aws", "endpoints", "review"]
    assert [step.id for step in steps_of("watch")] == ["redis", "review"]
    assert "redis.host" in checks_of(REDIS, "deploy")
    assert "redis.host" not in checks_of(REDIS, "watch")
    state = begin(CONFIG)
    assert step_after(state, -1) is None
    assert step_after(state, 1) == "aws"
    assert step_after(state, 4) is None
