"""`lamed preflight`: everything that can be known to go wrong, before it does."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.output import fitted, is_coloured, print_json
from lamed_tui.errors import ExitCode
from lamed_tui.experiments.names import visible

if TYPE_CHECKING:
    from lamed_tui.cli.context import Invocation
    from lamed_tui.preflight.result import CheckResult

_COLOURS = {"pass": "green", "warn": "yellow", "fail": "red"}
_STATE_COLUMNS = 6
_WIDE = 80
"""Columns from which on what was found has a column of its own."""


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
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    text, state = as_text(result, columns), result.state
    if is_coloured(sys.stdout):
        text = click.style(state, fg=_COLOURS[state], bold=state == "fail") + text.removeprefix(state)
    click.echo(text)
    sys.stdout.flush()


def as_text(result: CheckResult, columns: int | None) -> str:
    """A result on one line, and on another what to do about it; `columns` None breaks neither."""
    detail, fix = (visible(text) for text in (result.detail, result.fix if result.state != "pass" else ""))
    head = f"{result.state}  {result.title:<18}  {result.seconds:5.2f} s  "
    margin = len(head) if columns is None or columns >= _WIDE else _STATE_COLUMNS
    text = head + detail
    if columns is not None:
        text = fitted(text, columns, hanging=margin)
    if fix:
        told = " " * margin + fix
        text += f"\n{told if columns is None else fitted(told, columns)}"
    return text
