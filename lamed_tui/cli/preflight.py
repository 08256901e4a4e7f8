"""`lamed preflight`: everything that can be known to go wrong, before it does."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.output import is_coloured, print_json
from lamed_tui.errors import ExitCode

if TYPE_CHECKING:
    from lamed_tui.cli.context import Invocation
    from lamed_tui.preflight.result import CheckResult

_COLOURS = {"pass": "green", "warn": "yellow", "fail": "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_invocation
def preflight(invocation: Invocation, *, as_json: bool) -> int:
    """Check everything a deployment needs, and change nothing.

    \b
    Exit code: 0 when no check failed, warnings or not; else that of the first
    check that failed: 2 the configuration is not valid, 3 credentials or
    permissions, 4 the stack needs repair, 1 anything else.
    """
    from lamed_tui.preflight.run import run_checks
    from lamed_tui.preflight.summary import outcome, verdict

    results = []
    for result in run_checks(invocation.load, os.environ):
        results.append(result)
        if not as_json:
            _print(result)
    if as_json:
        print_json({"ok": outcome(results) is ExitCode.OK, "checks": [_document(result) for result in results]})
    else:
        click.echo(verdict(results))
    return outcome(results)


def _document(result: CheckResult) -> dict[str, str | float]:
    return {
        "id": result.id,
        "title": result.title,
        "state": result.state,
        "detail": result.detail,
        "fix": result.fix,
        "seconds": round(result.seconds, 3),
    }


def _print(result: CheckResult) -> None:
    state = result.state
    word = click.style(state, fg=_COLOURS[state], bold=state == "fail") if is_coloured(sys.stdout) else state
    click.echo(f"{word}  {result.title:<18}  {result.seconds:5.2f} s  {result.detail}")
    if result.fix and state != "pass":
        click.echo(f"      {'':<18}           {result.fix}")
    sys.stdout.flush()
