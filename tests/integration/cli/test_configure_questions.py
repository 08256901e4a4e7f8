"""`lamed configure` on a terminal: the keys a person presses, and a real server to try."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from lamed_tui.cli.configure_questions import ask
from lamed_tui.config.model import RedisSettings
from lamed_tui.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTER, CLEAR, CTRL_C, YES, NO = "\r", "\x15", "\x03", "y", "n"
CONFIG = Path("config.json")


def typed(text: str) -> str:
    return CLEAR + text + ENTER


@contextmanager
def keys(*pressed: str) -> Iterator[None]:
    """The keys are there before they are asked for, as when somebody types ahead."""
    with create_pipe_input() as terminal, create_app_session(input=terminal, output=DummyOutput()):
        terminal.send_text("".join(pressed))
        yield


def port_of(url: str) -> str:
    return str(RedisSettings.model_validate({"url": url}).port)


def test_answers_are_tried_against_the_server_and_saved(valkey: str, capsys: pytest.CaptureFixture[str]) -> None:
    answers = [typed("127.0.0.1"), typed(port_of(valkey)), ENTER, ENTER, ENTER, ENTER, typed("eu-central-1"), ENTER]

    with keys(*answers, YES):
        assert ask(CONFIG, {}) == ExitCode.OK

    assert json.loads(CONFIG.read_text()) == {
        "redis": {"host": "127.0.0.1", "port": int(port_of(valkey))},
        "aws": {"region": "eu-central-1"},
    }
    err = capsys.readouterr().err
    assert f"127.0.0.1:{port_of(valkey)} answers in" in err
    assert "Valkey" in err


def test_a_password_is_asked_for_and_never_shown(valkey: str, capsys: pytest.CaptureFixture[str]) -> None:
    CONFIG.write_text(json.dumps({"redis": {"host": "127.0.0.1", "port": int(port_of(valkey)), "password": "wrong"}}))
    with redis.Redis.from_url(valkey) as client:
        client.config_set("requirepass", "hunter2")
        try:
            with keys(ENTER * 4, "hunter2" + ENTER, ENTER, ENTER, ENTER, YES):
                assert ask(CONFIG, {}) == ExitCode.OK
        finally:
            client.config_set("requirepass", "")

    assert json.loads(CONFIG.read_text())["redis"]["password"] == "hunter2"
    told = capsys.readouterr()
    assert "hunter2" not in told.out + told.err
    assert 'redis.password: "**********" is now "**********"' in told.err


def test_a_server_that_does_not_answer_can_be_corrected(valkey: str, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [typed("127.0.0.1"), typed("1"), ENTER * 4]
    right = [ENTER, typed(port_of(valkey)), ENTER * 4]

    with keys(*wrong, YES, *right, ENTER, ENTER, YES):
        assert ask(CONFIG, {}) == ExitCode.OK

    assert json.loads(CONFIG.read_text()) == {"redis": {"host": "127.0.0.1", "port": int(port_of(valkey))}}
    assert "127.0.0.1:1 refused the connection" in capsys.readouterr().err


def test_a_server_that_does_not_answer_yet_can_be_kept() -> None:
    with keys(typed("127.0.0.1"), typed("1"), ENTER * 4, NO, ENTER, ENTER, YES):
        assert ask(CONFIG, {}) == ExitCode.OK

    assert json.loads(CONFIG.read_text()) == {"redis": {"host": "127.0.0.1", "port": 1}}


def test_a_value_that_is_not_allowed_is_asked_for_again(valkey: str) -> None:
    port = [CLEAR + "70000" + ENTER, typed(port_of(valkey))]  # the first Enter is refused, the line stays

    with keys(typed("127.0.0.1"), *port, ENTER * 4, typed("Frankfurt"), typed("eu-central-1"), ENTER, YES):
        assert ask(CONFIG, {}) == ExitCode.OK

    saved = json.loads(CONFIG.read_text())
    assert saved["redis"]["port"] == int(port_of(valkey))
    assert saved["aws"]["region"] == "eu-central-1"


def test_enter_alone_changes_nothing(valkey: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = json.dumps({"redis": {"host": "127.0.0.1", "port": int(port_of(valkey)), "later": 1}, "aws": {"x": 1}})
    CONFIG.write_text(before)

    with keys(ENTER * 8):
        assert ask(CONFIG, {}) == ExitCode.OK

    assert CONFIG.read_text() == before
    assert "Nothing was changed" in capsys.readouterr().err


def test_a_url_is_kept_or_replaced(valkey: str) -> None:
    CONFIG.write_text(json.dumps({"redis": {"url": "redis://:hunter2@127.0.0.1:1", "socket_timeout": 1}}))

    with keys(NO, typed("127.0.0.1"), typed(port_of(valkey)), ENTER * 4, ENTER, ENTER, YES):
        assert ask(CONFIG, {}) == ExitCode.OK

    assert json.loads(CONFIG.read_text()) == {
        "redis": {"socket_timeout": 1, "host": "127.0.0.1", "port": int(port_of(valkey))}
    }


def test_what_a_variable_decides_is_not_asked(valkey: str, capsys: pytest.CaptureFixture[str]) -> None:
    with keys(typed("eu-central-1"), ENTER, YES):
        assert ask(CONFIG, {"LAMED_REDIS_URL": valkey}) == ExitCode.OK

    assert json.loads(CONFIG.read_text()) == {"aws": {"region": "eu-central-1"}}
    assert "LAMED_REDIS_URL is set and decides over Redis" in capsys.readouterr().err


def test_declining_saves_nothing(valkey: str) -> None:
    with keys(typed("eu-central-1"), ENTER, NO):
        assert ask(CONFIG, {"LAMED_REDIS_URL": valkey}) == ExitCode.DECLINED

    assert not CONFIG.exists()


def test_ctrl_c_saves_nothing() -> None:
    with keys(typed("127.0.0.1"), CTRL_C), pytest.raises(KeyboardInterrupt):
        ask(CONFIG, {})

    assert not CONFIG.exists()
