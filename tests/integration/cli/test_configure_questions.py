"""`lamed configure --plain`: the keys a person presses, and real servers to try the answers on."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from lamed_tui.cli import configure_questions
from lamed_tui.cli.configure_questions import ask
from lamed_tui.errors import ExitCode
from lamed_tui.setup import drafts
from lamed_tui.setup.review import remarks
from lamed_tui.setup.steps import AWS, REDIS
from tests.aws_variables import aws_variables
from tests.config_file import CONFIG, read, write
from tests.ports import port_of
from tests.redis_servers import password_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lamed_tui.setup.steps import Step

ENTER, CLEAR, CTRL_C, DOWN, YES, NO = "\r", "\x15", "\x03", "\x1b[B", "y", "n"
EVERYTHING, ONLY_WATCHING = ENTER, DOWN + ENTER
NO_MORE_ENDPOINTS = ENTER


def redis_answers(**answers: str) -> str:
    return answers_to(REDIS, answers)


def aws_answers(**answers: str) -> str:
    return answers_to(AWS, answers)


def answers_to(step: Step, answers: Mapping[str, str]) -> str:
    """These answers by the last part of their key, and Enter alone to every other question."""
    return "".join(answers.get(question.key.rpartition(".")[2], ENTER) for question in step.questions)


def typed(text: str) -> str:
    return CLEAR + text + ENTER


@contextmanager
def keys(*pressed: str) -> Iterator[None]:
    """The keys are there before they are asked for, as when somebody types ahead."""
    with create_pipe_input() as terminal, create_app_session(input=terminal, output=DummyOutput()):
        terminal.send_text("".join(pressed))
        yield


@pytest.fixture
def aws(emulator: str) -> dict[str, str]:
    """The environment of somebody whose AWS is the emulator."""
    return aws_variables(emulator)


def test_answers_are_tried_on_the_servers_and_saved(
    valkey: str, aws: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    to_redis = redis_answers(host=typed("127.0.0.1"), port=typed(str(port_of(valkey))), namespace=typed("shop"))
    to_aws = aws_answers(name=typed("shop"), region=typed("eu-central-1"))

    with keys(EVERYTHING, to_redis, to_aws, NO_MORE_ENDPOINTS, YES):
        assert ask(CONFIG, aws) == ExitCode.OK

    assert read() == {
        "redis": {"host": "127.0.0.1", "port": port_of(valkey)},
        "namespace": "shop",
        "name": "shop",
        "aws": {"region": "eu-central-1"},
    }
    err = capsys.readouterr().err
    assert f"pass  Redis answers: 127.0.0.1:{port_of(valkey)} answers in" in err
    assert "pass  Redis server: Valkey" in err
    assert "pass  AWS credentials: arn:aws:" in err
    assert "Next: lamed preflight" in err
    assert not drafts.draft_of(CONFIG).exists()


def test_a_password_is_asked_for_and_never_shown(valkey: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(redis={"host": "127.0.0.1", "port": port_of(valkey), "password": "wrong"})
    with password_on(valkey, "hunter2"), keys(ONLY_WATCHING, redis_answers(password="hunter2" + ENTER), YES):
        assert ask(CONFIG, {}) == ExitCode.OK

    assert read()["redis"]["password"] == "hunter2"
    told = capsys.readouterr()
    assert "hunter2" not in told.out + told.err
    assert "wrong" not in told.out + told.err
    assert 'redis.password: "**********" is now "**********"' in told.err


def test_a_server_that_does_not_answer_can_be_corrected(valkey: str, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = redis_answers(host=typed("127.0.0.1"), port=typed("1"))
    right = redis_answers(port=typed(str(port_of(valkey))))

    with keys(ONLY_WATCHING, wrong, YES, right, YES):
        assert ask(CONFIG, {}) == ExitCode.OK

    assert read() == {"redis": {"host": "127.0.0.1", "port": port_of(valkey)}}
    assert "fail  Redis answers: Redis at 127.0.0.1:1 refused the connection." in capsys.readouterr().err


def test_a_server_that_does_not_answer_yet_can_be_kept() -> None:
    with keys(ONLY_WATCHING, redis_answers(host=typed("127.0.0.1"), port=typed("1")), NO, YES):
        assert ask(CONFIG, {}) == ExitCode.OK

    assert read() == {"redis": {"host": "127.0.0.1", "port": 1}}


def test_a_value_that_is_not_allowed_is_asked_for_again(valkey: str) -> None:
    port = CLEAR + "70000" + ENTER + typed(str(port_of(valkey)))  # the first Enter is refused, the line stays

    with keys(ONLY_WATCHING, redis_answers(host=typed("127.0.0.1"), port=port), YES):
        assert ask(CONFIG, {}) == ExitCode.OK

    assert read()["redis"]["port"] == port_of(valkey)


def test_enter_alone_changes_nothing(valkey: str, aws: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    address = {"host": "127.0.0.1", "port": port_of(valkey), "later": 1}
    before = json.dumps({"redis": address, "aws": {"x": 1, "region": "eu-west-1"}})
    CONFIG.write_text(before)

    with keys(EVERYTHING, redis_answers(), aws_answers(), NO_MORE_ENDPOINTS):
        assert ask(CONFIG, aws) == ExitCode.OK

    assert CONFIG.read_text() == before
    assert "Nothing was changed" in capsys.readouterr().err


def test_a_url_gives_the_answers_and_stays_until_one_differs(valkey: str) -> None:
    document = {"redis": {"url": f"redis://127.0.0.1:{port_of(valkey)}", "socket_timeout": 1}}
    write(**document)

    with keys(ONLY_WATCHING, redis_answers()):
        assert ask(CONFIG, {}) == ExitCode.OK
    assert read() == document

    with keys(ONLY_WATCHING, redis_answers(db=typed("1")), YES):
        assert ask(CONFIG, {}) == ExitCode.OK
    assert read() == {"redis": {"socket_timeout": 1, "host": "127.0.0.1", "port": port_of(valkey), "db": 1}}


def test_the_password_of_a_url_stays_when_none_is_typed_after_it(
    valkey: str, capsys: pytest.CaptureFixture[str]
) -> None:
    address = typed(f"redis://:hunter2@127.0.0.1:{port_of(valkey)}")
    with password_on(valkey, "hunter2"), keys(ONLY_WATCHING, redis_answers(host=address), YES):
        assert ask(CONFIG, {}) == ExitCode.OK
    assert read()["redis"]["password"] == "hunter2"
    assert "hunter2" not in capsys.readouterr().err


def test_what_a_variable_decides_is_not_asked(
    valkey: str, aws: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    only_namespace = ENTER + ENTER  # whether it is a cluster is no part of a URL

    with keys(EVERYTHING, only_namespace, aws_answers(region=typed("eu-central-1")), NO_MORE_ENDPOINTS, YES):
        assert ask(CONFIG, {**aws, "LAMED_REDIS_URL": valkey}) == ExitCode.OK

    assert read() == {"aws": {"region": "eu-central-1"}}
    assert "Address is not asked: LAMED_REDIS_URL is set" in capsys.readouterr().err


def test_a_region_that_a_variable_decides_is_asked_and_told(
    valkey: str, aws: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {**aws, "LAMED_REDIS_URL": valkey, "AWS_REGION": "us-east-1"}
    with keys(EVERYTHING, ENTER * 2, aws_answers(region=typed("eu-central-1")), NO_MORE_ENDPOINTS, YES):
        assert ask(CONFIG, environment) == ExitCode.OK

    assert "AWS_REGION is set, and wins over the answer" in capsys.readouterr().err


def test_a_neutral_path_and_an_endpoint_of_ones_own_can_be_added_and_removed(valkey: str, aws: dict[str, str]) -> None:
    neutral = DOWN + ENTER
    # go on, add; then: what it does, path, method, key, function, memory, timeout
    another = DOWN + ENTER + DOWN * 3 + ENTER + typed("away") + ENTER * 5
    remove_the_first = DOWN * 3 + ENTER
    environment = {**aws, "LAMED_REDIS_URL": valkey, "AWS_REGION": "us-east-1"}
    with keys(EVERYTHING, ENTER * 2, aws_answers(), neutral, another, remove_the_first, NO_MORE_ENDPOINTS, YES):
        assert ask(CONFIG, environment) == ExitCode.OK

    assert read() == {
        "extra_wiring": [
            {
                "api_gateway": {"pathPart": "away", "method": {"httpMethod": "DELETE", "apiKeyRequired": True}},
                "lambda": {"Handler": "lamed.delete", "FunctionName": "lamed-delete-experiment"},
            }
        ]
    }


def test_declining_saves_nothing_and_keeps_the_answers(valkey: str) -> None:
    with keys(ONLY_WATCHING, ENTER, typed("shop"), NO):
        assert ask(CONFIG, {"LAMED_REDIS_URL": valkey}) == ExitCode.DECLINED

    assert not CONFIG.exists()
    with keys(YES, ENTER, ENTER, ENTER, YES):  # go on, the same way, neither question answered otherwise
        assert ask(CONFIG, {"LAMED_REDIS_URL": valkey}) == ExitCode.OK
    assert read() == {"namespace": "shop"}
    assert not drafts.draft_of(CONFIG).exists()


def test_ctrl_c_saves_nothing_and_keeps_all_answers_but_the_password(capsys: pytest.CaptureFixture[str]) -> None:
    until_the_password = ENTER * 2  # TLS and user
    with (
        keys(ONLY_WATCHING, typed("127.0.0.1"), typed("1"), until_the_password, typed("hunter2"), CTRL_C),
        pytest.raises(KeyboardInterrupt),
    ):
        ask(CONFIG, {})

    assert not CONFIG.exists()
    assert "hunter2" not in drafts.draft_of(CONFIG).read_text()
    assert "Go on with: lamed configure" in capsys.readouterr().err
    with keys(YES, ENTER, redis_answers(), NO, YES):
        assert ask(CONFIG, {}) == ExitCode.OK
    assert read() == {"redis": {"host": "127.0.0.1", "port": 1}}
    assert "type again: redis.password" in capsys.readouterr().err


def test_kept_answers_can_be_dropped() -> None:
    with keys(ONLY_WATCHING, typed("127.0.0.1"), CTRL_C), pytest.raises(KeyboardInterrupt):
        ask(CONFIG, {})
    with keys(NO, CTRL_C), pytest.raises(KeyboardInterrupt):
        ask(CONFIG, {})
    assert not drafts.draft_of(CONFIG).exists()


def test_what_somebody_else_saved_meanwhile_is_kept_and_the_change_shown_again(
    valkey: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(redis={"host": "127.0.0.1", "port": port_of(valkey)})

    def while_somebody_else_saves(*given: Any) -> Iterator[str]:
        if "tags" not in read():
            write(**read(), tags={"team": "web"})
        return remarks(*given)

    monkeypatch.setattr(configure_questions, "remarks", while_somebody_else_saves)
    with keys(ONLY_WATCHING, redis_answers(namespace=typed("shop")), YES, YES):
        assert ask(CONFIG, {}) == ExitCode.OK

    assert (read()["namespace"], read()["tags"]) == ("shop", {"team": "web"})
    told = capsys.readouterr().err
    assert f"{CONFIG} has been changed by somebody else meanwhile. Look at the change again, then save." in told
    assert told.count('namespace: set to "shop"') == 2
