"""Secrets are planted everywhere they may stand, then all that the commands say, keep and send is searched for them."""

from __future__ import annotations

import base64
import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from lamed_tui.cli.main import run
from lamed_tui.console.crash import crash_report
from lamed_tui.deploy import status
from lamed_tui.errors import ExitCode
from tests.config_file import write
from tests.integration.deploy.http import ask, event
from tests.integration.deploy.test_secrets import everything_that_is_kept
from tests.ports import port_of
from tests.redis_servers import password_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.deploy.place import Place

PASSWORD = "pl4nted p@ss/wörd: 100%"
API_KEY = "pl4nted-api-key-of-the-file"
SESSION_TOKEN = "pl4nted-session-token//="
SECRET_KEY = "pl4nted-secret-access-key"
PLANTED = {"password": PASSWORD, "API key": API_KEY, "session token": SESSION_TOKEN, "secret key": SECRET_KEY}

BEFORE = (
    "configure --show",
    "configure --show --json",
    "configure --set redis.socket_timeout=3",
    "preflight",
    "preflight --json",
    "deploy --plan",
)
DEPLOYED = (
    "deploy --yes",
    "deploy --yes --json",
    "status",
    "status --json",
    "status --drift --json",
    "releases",
    "releases --json",
    "logs --since 1h --all --json",
    "logs --since 1h --all --plain",
    "results",
    "results --json",
    "results --csv",
    "results --source api --json",
    "watch --json --count 1 --interval 0.2",
    "watch --plain --count 1 --interval 0.2",
    "snippet",
    "snippet --output snippet.html",
    "package --output lambda.zip",
    "reset button --yes",
    "delete button --yes",
    "destroy --yes --json",
)


def shapes(secret: str) -> set[bytes]:
    """A secret as it stands, in a URL, in JSON, and in base64."""
    texts = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]}
    return {text.encode() for text in texts} | {base64.b64encode(secret.encode())}


def secrets_in(content: bytes | str, more: dict[str, str] | None = None) -> list[str]:
    """The names of the planted secrets, and of some more, that stand in a text in any shape."""
    text = content.encode(errors="replace") if isinstance(content, str) else content
    wanted = PLANTED | (more or {})
    return [name for name, secret in wanted.items() if any(shape in text for shape in shapes(secret))]


def leaking_files(folder: Path) -> list[str]:
    """Every file that holds a secret, but for the configuration, where the person put it."""
    return [
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and file.name not in {"config.json", "config.json.bak"} and secrets_in(file.read_bytes())
    ]


@pytest.fixture
def planted(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A Redis that asks for the password, a config.json that holds it, and credentials in the environment."""
    secrets = {"AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_SESSION_TOKEN": SESSION_TOKEN}
    for name, value in {**place.environment, **secrets}.items():
        monkeypatch.setenv(name, value)
    document = {
        "name": place.name,
        "redis": {"url": f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{port_of(place.redis_url)}/0"},
        "watch": {"api_key": API_KEY},
        "experiments": {"button": {"control": "red", "primary_goal": "bought"}},
    }
    write(**document)
    with password_on(place.redis_url, PASSWORD):
        yield place


def test_no_command_says_keeps_or_sends_a_secret(
    planted: Place, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, "lamed_tui")
    said: dict[str, str] = {}

    def say(command: str) -> int:
        code = run(["--debug", *command.split()])
        told = capsys.readouterr()
        said[command] = told.out + told.err
        return code

    for command in BEFORE:
        say(command)
    assert say("deploy --yes --no-preflight --json") == ExitCode.OK, said
    found = status.read(planted.aws, planted.config(), show_key=True)
    urls = {endpoint.path: endpoint.url for endpoint in found.endpoints}
    assert ask(urls["/track"], event("1")).status == 200
    assert ask(urls["/track"], event("2", event="bought")).status == 200
    bodies = [str(ask(url, {"experiment": "button"})) for url in urls.values()]
    kept = dict(everything_that_is_kept(planted))
    codes = {command: say(command) for command in DEPLOYED}
    codes.pop("results --source api --json")  # its planted key is not the deployed one

    assert set(codes.values()) == {ExitCode.OK}, codes
    own_key = {"deployed API key": str(found.api_key)}
    assert {command: names for command, text in said.items() if (names := secrets_in(text, own_key))} == {}
    assert {name: names for name, content in kept.items() if (names := secrets_in(content, own_key))} == {}
    assert [body for body in bodies if secrets_in(body, own_key)] == []
    assert secrets_in(caplog.text, own_key) == []
    assert leaking_files(Path.cwd()) == []
    # The search finds what is there to be found.
    assert secrets_in(Path("config.json").read_bytes()) == ["password", "API key"]
    assert {"template", "events", "stacks/shop/releases/1.json"} <= set(kept)
    assert any(name.startswith("/lamed/shop/") for name in kept)
    assert len(said) > len(DEPLOYED)


def test_the_key_is_shown_to_whoever_asks_for_it_and_the_search_would_see_that(
    planted: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["deploy", "--yes", "--no-preflight"]) == ExitCode.OK
    key = status.read(planted.aws, planted.config(), show_key=True).api_key
    capsys.readouterr()

    assert run(["status", "--show-key"]) == ExitCode.OK

    assert secrets_in(capsys.readouterr().out, {"deployed API key": str(key)}) == ["deployed API key"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LAMED_REDIS_PASSWORD", f"{PASSWORD} with more to it"),  # a wrong one
        ("LAMED_REDIS_URL", f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:none/0"),
        ("LAMED_REDIS_URL", f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:1/0"),
        ("LAMED_REDIS_URL", f"redis//:{quote(PASSWORD, safe='')}@127.0.0.1"),
        ("LAMED_REDIS_URL", f"redis://:{PASSWORD}@127.0.0.1:6379/0"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL", f"http://user:{quote(PASSWORD, safe='')}@127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_CLOUDFORMATION", f"http://user:{quote(PASSWORD, safe='')}@127.0.0.1:1/x"),
    ],
)
@pytest.mark.usefixtures("planted")
def test_no_failure_says_a_secret(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    codes = [
        run(["--debug", *command.split()])
        for command in ("configure --show", "preflight --json", "results --json", "status --json", "deploy --plan")
    ]

    told = capsys.readouterr()
    assert max(codes) > ExitCode.OK
    assert secrets_in(told.out + told.err) == []
    assert leaking_files(Path.cwd()) == []


@pytest.mark.parametrize(
    "text", ['{"redis": {"password": "%s", "port": "x"}}', '{"redis": {"password": "%s"}', '["%s"]']
)
def test_a_configuration_that_cannot_be_read_is_not_quoted(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.json").write_text(text % PASSWORD)

    assert run(["--debug", "configure", "--show"]) == ExitCode.USAGE

    assert secrets_in("".join(capsys.readouterr())) == []


def test_a_crash_names_places_and_no_values() -> None:
    def connect(password: str) -> None:
        url = f"redis://:{password}@127.0.0.1:6379/0"
        raise ConnectionError(f"cannot reach {url}")

    def start(environment: dict[str, str]) -> None:
        try:
            connect(PASSWORD)
        except ConnectionError as error:
            raise RuntimeError(environment) from error

    with pytest.raises(RuntimeError) as raised:
        start({**os.environ, **PLANTED})

    report = crash_report(raised.value)
    assert secrets_in(str(raised.value)) != []
    assert secrets_in(report) == []
    assert "in connect" in report


def test_an_unexpected_error_is_not_quoted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: object) -> None:
        raise RuntimeError(PASSWORD)

    monkeypatch.setattr("lamed_tui.cli.context.Invocation.load", fail)

    assert run(["results"]) == ExitCode.FAILED

    told = "".join(capsys.readouterr())
    assert "RuntimeError" in told
    assert secrets_in(told) == []
