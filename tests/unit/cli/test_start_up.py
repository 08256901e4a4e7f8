"""What a command loads before it does anything: waiting for --help is waiting for nothing."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from lamed_tui.cli.main import lamed

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
