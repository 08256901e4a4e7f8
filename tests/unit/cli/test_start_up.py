"""What a command loads before it does anything: waiting for --help is waiting for nothing."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from lamed_tui.cli.main import lamed, run

HEAVY = ("textual", "boto3", "botocore", "redis", "pydantic", "rich", "questionary", "prompt_toolkit")
COMMANDS = [[], *([name] for name in lamed.list_commands(click.Context(lamed)))]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_loads_nothing_heavy(command: list[str]) -> None:
    script = f"""
import sys
from lamed_tui.cli.main import run
code = run({[*command, "--help"]!r})
print([name for name in {HEAVY!r} if name in sys.modules], code, file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)

    assert done.stderr.splitlines()[-1] == "[] 0"
    assert "Usage: lamed" in done.stdout


def test_a_command_that_is_mistyped_is_answered_with_the_one_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["delpoy"]) == 2
    assert "No such command 'delpoy'. Did you mean deploy?" in capsys.readouterr().err
    assert run(["frobnicate"]) == 2
    assert "Did you mean" not in capsys.readouterr().err
