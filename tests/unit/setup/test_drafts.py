"""Unfinished answers: kept beside the file, without secrets, and laid over the file as it is when they are taken up."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from lamed_tui.errors import ConfigError
from lamed_tui.setup import drafts
from lamed_tui.setup.routes import neutral_entry
from lamed_tui.setup.state import SetupState, begin, with_answer, with_routes
from lamed_tui.setup.steps import AWS, PASSWORD, REDIS
from tests.config_file import CONFIG, write

ADDRESS, PORT = REDIS.questions[:2]


def begun(**document: Any) -> SetupState:
    if document:
        write(**document)
    return begin(CONFIG)


def taken_up() -> SetupState:
    draft = drafts.find(CONFIG)
    assert draft is not None
    return drafts.resumed(begin(CONFIG), draft)


def test_answers_are_taken_up_where_they_were_left() -> None:
    state = begun(redis={"host": "h", "later": 1}, unknown=[1])
    state = with_answer(state, PORT, "6380")
    state = with_answer(state, AWS.questions[0], "shop")
    state = with_routes(state, [neutral_entry(state.document)])
    left = SetupState(**{**vars(state), "step": "endpoints"})

    assert drafts.keep(left)

    assert taken_up() == left


def test_what_an_answer_removed_stays_removed() -> None:
    state = with_answer(begun(redis={"host": "h", "username": "shop"}), REDIS.questions[3], "")
    drafts.keep(state)
    assert taken_up().document == {"redis": {"host": "h"}}


def test_no_secret_is_kept_and_the_person_is_asked_for_it_again() -> None:
    state = begun(redis={"password": "old-secret", "api_token": "other-secret"})
    state = with_answer(with_answer(state, PASSWORD, "new-secret"), PORT, "6380")
    drafts.keep(state)

    file = drafts.draft_of(CONFIG)
    assert "secret" not in file.read_text().replace("without secrets", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = taken_up()
    assert again.retype == ("redis.password",)
    assert again.document["redis"]["password"] == again.before["redis"]["password"]
    assert with_answer(again, PASSWORD, "new-secret").retype == ()


def test_what_has_to_be_typed_again_is_remembered_over_another_interruption() -> None:
    drafts.keep(with_answer(with_answer(begun(), PASSWORD, "hunter2"), PORT, "6380"))
    drafts.keep(taken_up())
    assert taken_up().retype == ("redis.password",)


def test_the_password_of_a_url_is_left_out_and_the_rest_of_it_kept() -> None:
    drafts.keep(with_answer(begun(), ADDRESS, "rediss://shop:hunter2@redis.example:6400/3"))

    assert "hunter2" not in drafts.draft_of(CONFIG).read_text()
    assert taken_up().document == {
        "redis": {"host": "redis.example", "port": 6400, "ssl": True, "username": "shop", "db": 3}
    }
    assert taken_up().retype == ("redis.password",)


def test_a_secret_within_an_endpoint_is_not_kept() -> None:
    state = begun()
    entry = {**neutral_entry(state.document), "auth": {"token": "hunter2"}}
    drafts.keep(with_routes(state, [entry]))
    assert "hunter2" not in drafts.draft_of(CONFIG).read_text()
    assert taken_up().retype == ("extra_wiring",)


def test_a_file_that_changed_meanwhile_keeps_its_changes() -> None:
    drafts.keep(with_answer(begun(redis={"host": "h"}), PORT, "6380"))
    write(redis={"host": "i", "ssl": True}, name="shop")
    assert taken_up().document == {"redis": {"host": "i", "ssl": True, "port": 6380}, "name": "shop"}


def test_answers_that_do_not_fit_any_more_say_so() -> None:
    drafts.keep(with_answer(begun(), PORT, "6380"))
    draft = drafts.find(CONFIG)
    assert draft is not None
    state = SetupState(CONFIG, True, {"redis": "redis://h"}, {"redis": "redis://h"})
    with pytest.raises(ConfigError, match="redis is not a section"):
        drafts.resumed(state, draft)


def test_without_an_answer_nothing_is_left_behind() -> None:
    state = begun(name="shop")
    drafts.keep(with_answer(state, PORT, "6380"))
    assert not drafts.keep(state)
    assert not drafts.draft_of(CONFIG).exists()
    assert drafts.find(CONFIG) is None


def test_the_draft_lies_beside_the_file_that_a_link_points_at(tmp_path: Path) -> None:
    CONFIG.symlink_to(tmp_path / "real.json")
    (tmp_path / "real.json").write_text("{}")
    drafts.keep(with_answer(begin(CONFIG), PORT, "6380"))
    assert (tmp_path / "real.json.draft").is_file()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"way": "deploy", "step": "moon", "answers": {}}', "\x00\xff"])
def test_a_draft_that_cannot_be_understood_is_none(text: str) -> None:
    drafts.draft_of(CONFIG).write_text(text)
    assert drafts.find(CONFIG) is None


def test_a_folder_that_cannot_be_written_is_told() -> None:
    Path("file").write_text("")
    state = SetupState(Path("file/config.json"), False, {}, {"name": "shop"})
    with pytest.raises(ConfigError, match="Unfinished answers cannot be kept"):
        drafts.keep(state)
