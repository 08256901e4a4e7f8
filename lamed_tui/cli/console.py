"""Opening the console from the command line."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.output import say
from lamed_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from lamed_tui.cli.context import Invocation
    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.console.app import LamedConsole
    from lamed_tui.console.workplace import Workplace
    from lamed_tui.experiments.source import SnapshotSource

INTERVAL = 2.0
"""Seconds between two readings, unless somebody says otherwise."""
_DEMO = "demo"
_FAREWELL_SECONDS = 0.7
_WEB_DRIVER = "textual.drivers.web_driver:WebDriver"


def open_first(invocation: Invocation, *, prints_snippet: bool = False) -> int:
    """`lamed` alone: the monitor, or setting up as long as there is no configuration file.

    Raises:
        UsageError: there is no terminal to draw on.
        ConfigError: the settings cannot be read.
        click.exceptions.Exit: the console crashed; its exit code.
    """
    from lamed_tui.config import files

    path = files.locate(invocation.config_path)
    if path.exists():
        return open_console(invocation, prints_snippet=prints_snippet)
    _need_a_terminal("Use lamed configure --set, lamed watch --plain, or lamed results.")
    code = _set_up(path, prints_snippet=prints_snippet)
    if code:
        raise click.exceptions.Exit(code)
    return code


def open_setup(path: Path) -> int:
    """The console, opened on setting up this file; DECLINED when it was left with answers that were not saved.

    Raises:
        UsageError: there is no terminal to draw on.
        ConfigError: the file is there and cannot be set up.
    """
    from lamed_tui.setup import drafts
    from lamed_tui.setup.state import begin

    _need_a_terminal("Use lamed configure --plain, --set, --edit or --show.")
    begin(path)  # what is wrong with the file is better said here than on a screen that can do nothing about it
    return _set_up(path) or (ExitCode.DECLINED if drafts.find(path) else ExitCode.OK)


def open_console(
    invocation: Invocation,
    *,
    namespace: str | None = None,
    interval: float = INTERVAL,
    source: str | None = None,
    read_only: bool = False,
    prints_snippet: bool = False,
) -> int:
    """Open the console on the configured counters and return the exit code when it closes.

    Raises:
        UsageError: there is no terminal to draw on.
        ConfigError: the settings cannot be read.
        click.exceptions.Exit: the console crashed; its exit code, for callers that return nothing.
    """
    _need_a_terminal("Use lamed watch --plain or lamed watch --json, or lamed results.")
    from lamed_tui.cli.sources import permitted, watched_source
    from lamed_tui.console.app import LamedConsole
    from lamed_tui.console.preferences import follow

    loaded = invocation.load()
    allowed = permitted(loaded, source, read_only=read_only)
    with watched_source(loaded.config, namespace, source, operations=allowed) as opened:
        place = _workplace(loaded.path, read_only=read_only)
        app = LamedConsole(opened, workplace=place, interval=interval)
        follow(app, loaded.config.console)
        code = _run(app, loaded.path, prints_snippet=prints_snippet)
    if code:
        raise click.exceptions.Exit(code)
    return code


def _set_up(path: Path, *, prints_snippet: bool = False) -> int:
    from lamed_tui.config.model import ConsoleSettings
    from lamed_tui.console.app import LamedConsole
    from lamed_tui.console.preferences import follow

    place = _workplace(path)
    app = LamedConsole(workplace=place, interval=INTERVAL)
    follow(app, place.load().config.console if path.exists() else ConsoleSettings())
    return _run(app, path, prints_snippet=prints_snippet)


def _run(app: LamedConsole, path: Path, *, prints_snippet: bool = False) -> int:
    """Show the console, see to what it was left for, and say what is left behind."""
    from lamed_tui.console.running import run_app
    from lamed_tui.setup import drafts

    code = run_app(app)
    if left := app.farewell(_FAREWELL_SECONDS):
        say(left)
    if prints_snippet and app.snippet:
        click.echo(app.snippet, nl=False)
    elif prints_snippet:
        say("No snippet was built, so there is none to print.")
    if drafts.find(path):
        say(f"Unfinished answers are kept in {drafts.draft_of(path)}, without secrets. Go on with: lamed configure")
    if code == ExitCode.OK and app.wanted == _DEMO:
        from lamed_tui.cli.demo import demo

        outcome: int | None = click.get_current_context().invoke(demo)
        return outcome or ExitCode.OK
    return code


def _workplace(path: Path, *, read_only: bool = False) -> Workplace:
    from lamed_tui.cli.sources import open_source, permitted
    from lamed_tui.console.workplace import Workplace

    def watch(loaded: LoadedConfig) -> SnapshotSource:
        source = open_source(loaded.config, loaded.config.namespace)
        source.operations = permitted(loaded)
        return source

    return Workplace(path, os.environ, watch, read_only=read_only)


def _need_a_terminal(instead: str) -> None:
    if os.environ.get("TEXTUAL_DRIVER") == _WEB_DRIVER:
        return  # `lamed dashboard` shows it in a page
    # Textual reads stdin and draws on stderr; stdout belongs to whatever the console prints when it closes.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError("The console needs a terminal, and this is not one.", instead)
