"""Opening the console from the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from lamed_tui.errors import UsageError

if TYPE_CHECKING:
    from lamed_tui.cli.context import Invocation

_INTERVAL = 2.0


def open_console(
    invocation: Invocation,
    *,
    namespace: str | None = None,
    interval: float = _INTERVAL,
    source: str | None = None,
) -> int:
    """Open the console on the configured counters and return the exit code when it closes.

    Raises:
        UsageError: there is no terminal to draw on.
        ConfigError: the settings cannot be read.
        click.exceptions.Exit: the console crashed; its exit code, for callers that return nothing.
    """
    # Textual reads stdin and draws on stderr; stdout belongs to whatever the console prints when it closes.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(
            "The console needs a terminal, and this is not one.",
            "Use lamed watch --plain or lamed watch --json, or lamed results.",
        )
    from lamed_tui.cli.sources import watched_source
    from lamed_tui.console.app import run_console

    with watched_source(invocation.load().config, namespace, source) as opened:
        code = run_console(opened, interval=interval)
    if code:
        raise click.exceptions.Exit(code)
    return code
