"""`lamed`: the command group, its shared options, and the one place where errors become exit codes."""

from __future__ import annotations

import errno
import gc
import os
import sys
import traceback
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

import click

from lamed_tui import __version__
from lamed_tui.cli.context import Invocation
from lamed_tui.cli.misuse import in_our_words
from lamed_tui.cli.output import say, show_error
from lamed_tui.errors import ExitCode, LamedError

_COMMANDS = {
    "configure": "configure",
    "preflight": "preflight",
    "deploy": "deploy",
    "status": "deploy",
    "releases": "operate",
    "rollback": "operate",
    "logs": "logs",
    "destroy": "operate",
    "adopt": "adopt",
    "package": "deploy",
    "watch": "results",
    "dashboard": "dashboard",
    "results": "results",
    "delete": "removal",
    "reset": "removal",
    "snippet": "snippet",
    "demo": "demo",
    "completion": "completion",
}
"""Command name to the module of this package that holds it; a module is imported when its command is asked for."""


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class _Commands(click.Group):
    """The commands in the order a person meets them, each imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = getattr(import_module(f"lamed_tui.cli.{module}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if meant := get_close_matches(args[0], _COMMANDS, n=1):
                raise click.UsageError(f"{error.message} Did you mean {meant[0]}?", ctx) from None
            raise


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), metavar="FILE", help="The config.json to use."
)
@click.option("--debug", is_flag=True, help="Show the full traceback of an unexpected error.")
@click.option(
    "--print-on-exit",
    "prints_snippet",
    is_flag=True,
    help="Without a command: print the snippet that was built, at the end.",
)
@click.version_option(__version__, prog_name="lamed-tui")
@click.pass_context
def lamed(context: click.Context, *, config_path: Path | None, debug: bool, prints_snippet: bool) -> None:
    """Run your own A/B-testing backend: configure, deploy, watch.

    Without a command, the console opens.
    """
    context.obj = Invocation(config_path, debug)
    if context.invoked_subcommand is None:
        from lamed_tui.cli.console import open_first

        open_first(context.obj, prints_snippet=prints_snippet)


def main() -> None:
    """Console-script entry point: run, and turn every outcome into the documented exit code."""
    # Most of what a command makes are the objects of imported modules, which stay. To look through them after every 700
    # new ones, as Python does, takes a twentieth of the time of a deployment that changes nothing.
    gc.set_threshold(100_000, 20, 50)
    exit_code = run(sys.argv[1:])
    # All that is left is to end. Python would first look through every object for unreachable ones, which takes as long
    # as some commands do.
    gc.freeze()
    sys.exit(exit_code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    if sys.stdout is None:  # closed by the shell: `lamed results >&-`
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    try:
        outcome = lamed.main(arguments, prog_name="lamed", standalone_mode=False)
    except LamedError as error:
        show_error(error)
        return error.exit_code
    except click.ClickException as error:
        show_error(in_our_words(error))
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        say("Interrupted.")
        return ExitCode.INTERRUPTED
    except (SystemExit, BrokenPipeError):
        # The reader went away (`lamed watch --json | head`); nothing is wrong. click ends so, and only so, when it was
        # told by a write; `lamed watch` also notices it while there is nothing to write.
        _write_no_more()
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001 - the last line of defence; --debug shows the rest
        return _unexpected(error, debug="--debug" in arguments)
    return outcome if isinstance(outcome, int) else ExitCode.OK


def _unexpected(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    if isinstance(error, OSError) and error.filename is None and error.errno in _FULL:
        _write_no_more()
        say(f"Error: Standard output cannot be written: {error.strerror}.")
    else:
        say(f"Error: lamed stopped on an unexpected {type(error).__name__}; run it again with --debug to see where.")
    return ExitCode.FAILED


def _write_no_more() -> None:
    """Python flushes stdout once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
