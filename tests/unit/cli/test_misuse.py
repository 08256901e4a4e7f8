"""A command line that cannot be understood is answered in one sentence, and with where to look."""

from __future__ import annotations

import click
import pytest

from lamed_tui.cli.main import lamed, run
from lamed_tui.errors import ExitCode


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("rollback abc", "RELEASE must be a whole number of at least 1."),
        ("rollback 0", "RELEASE must be a whole number of at least 1."),
        ("rollback 1 2", "Got unexpected extra argument (2)."),
        ("delete", "EXPERIMENT is missing."),
        ("package", "--output is missing."),
        ("results --source x", "--source must be redis or api."),
        ("completion", "SHELL is missing: bash, zsh or fish."),
        ("completion ksh", "SHELL must be bash, zsh or fish."),
        ("watch --interval 0", "--interval must be a number from 0.2 to 3600."),
        ("watch --interval nan", "--interval must be a number from 0.2 to 3600."),
        ("dashboard --interval soon", "--interval must be a number from 0.2 to 3600."),
        ("dashboard --port 65536", "--port must be a whole number from 0 to 65535."),
        ("demo --headless --seconds nan", "--seconds must be a number above 0 and up to 86400."),
        ("logs --since x", "--since: x is not a length of time such as 90s, 10m, 2h or 3d."),
        ("deploy --nope", "There is no option --nope. Did you mean --no-preflight or --no-smoke?"),
        ("deploy --xyzzy", "There is no option --xyzzy."),
        ("delete x --yes --namespace=", "--namespace: must not be empty; leave it out for the configured one."),
        ("results --namespace=", "--namespace: must not be empty; leave it out for the configured one."),
        ("watch --plain --json", "--plain and --json exclude each other."),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = arguments.partition(" ")[0]

    assert run(arguments.split()) == ExitCode.USAGE

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"Error: {sentence}\n  See: lamed {command} --help\n"


@pytest.mark.parametrize("arguments", [["--nope"], ["frobnicate"], ["--config"]])
def test_without_a_command_the_help_of_all_is_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == ExitCode.USAGE
    assert capsys.readouterr().err.endswith("\n  See: lamed --help\n")


@pytest.mark.parametrize("command", lamed.list_commands(click.Context(lamed)))
def test_no_command_answers_in_clicks_own_words(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = lamed.get_command(click.Context(lamed), command)
    assert asked is not None
    for parameter in asked.params:
        if isinstance(parameter, click.Option) and not parameter.is_flag and type(parameter.type) is not click.Path:
            run([command, parameter.opts[0], "\x1b[31mwrong", "--frobnicate"])
            told = capsys.readouterr().err
            assert told.count("\n") == 2
            assert "\x1b" not in told
            assert not any(words in told for words in ("Usage:", "Invalid value", "range", "float"))


@pytest.mark.parametrize("arguments", [["--config", "/", "status"], ["package", "--output", "/"]])
def test_a_folder_is_no_file(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == ExitCode.USAGE
    assert "Error: / cannot be " in capsys.readouterr().err
