"""`lamed dashboard` before anything is served: whom it would serve, and what it would run for every page."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lamed_tui.cli.context import Invocation
from lamed_tui.cli.dashboard import console_command
from lamed_tui.cli.main import run
from lamed_tui.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from typing import Any

NASTY = 'it\'s "a" $(touch pwned) `touch pwned`; touch pwned & * ? \\ é\n--x'


def words(invocation: Invocation, **options: Any) -> list[str]:
    """What a real shell makes of the command, after the interpreter."""
    given = {"interval": None, "read_only": False, "namespace": None, "source": None} | options
    command = console_command(invocation, **given)
    assert command.startswith(f"exec {sys.executable} -P -m lamed_tui")
    show = "import sys, json; print(json.dumps(sys.argv[1:]))"
    shown = command.replace("-m lamed_tui", f'-c "{show}"', 1)
    run = subprocess.run(["sh", "-c", shown], check=True, capture_output=True, text=True)
    found: list[str] = json.loads(run.stdout)
    return found


def test_every_word_passes_the_shell_unharmed() -> None:
    file = Path(f"{NASTY}.json").absolute()
    file.write_text("{}")
    options = {"interval": 3.0, "namespace": NASTY, "source": "api", "read_only": True}

    assert words(Invocation(Path(file.name)), **options) == [
        f"--config={file}",
        "watch",
        "--interval=3.0",
        f"--namespace={NASTY}",
        "--source=api",
        "--read-only",
    ]
    assert not Path("pwned").exists()


def test_without_a_configuration_every_page_opens_on_setting_up() -> None:
    assert words(Invocation()) == []


@pytest.mark.parametrize(
    ("option", "word"),
    [
        ({"read_only": True}, "--read-only"),
        ({"interval": 3.0}, "--interval=3.0"),
        ({"namespace": "shop"}, "--namespace=shop"),
        ({"source": "redis"}, "--source=redis"),
    ],
)
def test_an_option_is_kept_also_without_a_configuration(option: dict[str, Any], word: str) -> None:
    assert words(Invocation(), **option) == ["watch", word]


def test_a_configuration_that_is_found_is_named_so_that_all_pages_use_the_same() -> None:
    Path("config.json").write_text("{}")

    assert words(Invocation()) == [f"--config={Path('config.json').absolute()}", "watch"]


def test_a_configuration_that_is_wrong_is_said_here_and_not_in_every_page() -> None:
    Path("config.json").write_text('{"redis": {"port": "none"}}')

    with pytest.raises(ConfigError, match=r"redis\.port"):
        words(Invocation())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])  # noqa: S104 - refused
def test_an_address_that_others_can_reach_needs_a_flag_of_its_own(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dashboard", "--no-open", "--host", host]) == ExitCode.USAGE

    told = capsys.readouterr()
    assert "--allow-remote" in told.err
    assert "ssh -L" in told.err
    assert told.out == ""


def test_without_the_web_server_one_sentence_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    monkeypatch.delitem(sys.modules, "lamed_tui.dashboard.serving", raising=False)

    assert run(["dashboard", "--no-open"]) == ExitCode.USAGE

    assert "pip install 'lamed-tui[dashboard]'" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["dashboard", "--no-open", "--port", str(port)]) == ExitCode.USAGE

    assert f"127.0.0.1, port {port}" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["no..host", "x" * 64, "no-such-host.invalid"])
def test_a_host_that_nobody_knows_is_told(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dashboard", "--host", host, "--allow-remote"]) == ExitCode.USAGE
    assert f"Nothing can listen on {host}, port 0: " in capsys.readouterr().err
