"""`lamed dashboard`: the console in a web browser."""

from __future__ import annotations

import os
import shlex
import socket
import sys
import threading
import webbrowser
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import click

from lamed_tui.cli import numbers
from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.output import say
from lamed_tui.cli.sources import source_options
from lamed_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lamed_tui.cli.context import Invocation

_LOOPBACK = "127.0.0.1"
_WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104 - to tell them apart


@click.command()
@click.option("--no-open", is_flag=True, help="Only print the address; start no browser.")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Where to listen; a free port when not given.")
@click.option("--host", metavar="ADDRESS", default=_LOOPBACK, show_default=True, help="What to listen on.")
@click.option("--allow-remote", is_flag=True, help="Let --host name an address that other computers can reach.")
@click.option("--interval", type=numbers.INTERVAL, metavar="SECONDS", help="Time between refreshes.")
@click.option("--read-only", is_flag=True, help="Leave out everything that changes something.")
@source_options
@pass_invocation
def dashboard(
    invocation: Invocation,
    *,
    no_open: bool,
    port: int,
    host: str,
    allow_remote: bool,
    interval: float | None,
    read_only: bool,
    namespace: str | None,
    source: str | None,
) -> int:
    """Open the console in a web browser on this computer.

    The address that is printed is a secret: it is all that is needed to use the console. It is good until Ctrl-C.
    """
    from lamed_tui.dashboard.guard import Door, is_loopback

    if not is_loopback(host) and not allow_remote:
        raise UsageError(
            f"{host or 'An empty host'} can be reached from other computers, and whoever learns the address controls "
            "this console.",
            "Stay on loopback and forward the port with ssh -L, or add --allow-remote.",
        )
    try:
        from lamed_tui.dashboard.serving import serve
    except ModuleNotFoundError as error:
        raise UsageError(
            "The web server of the dashboard is not installed.", "Install it with: pip install 'lamed-tui[dashboard]'."
        ) from error
    import asyncio

    command = console_command(invocation, interval=interval, read_only=read_only, namespace=namespace, source=source)
    with _listening(host, port) as listener:
        door = Door(socket.gethostname() if host in _WILDCARDS else host, listener.getsockname()[1])
        if not is_loopback(host):
            say(f"WARNING: other computers can reach {door.base}. Whoever learns the whole address controls this")
            say("  console; nothing is encrypted on the way, and browsers refuse to copy from a page like this.")

        def ready(ticket: str) -> None:
            say("The console answers at this address, which is a secret:")
            click.echo(door.url, file=stdout)
            stdout.flush()
            if no_open or not _has_browser(os.environ, sys.platform):
                say("Open it in a browser. Ctrl-C here ends it.")
            else:
                say("Opening it in your browser. Ctrl-C here ends it.")
                threading.Thread(target=webbrowser.open, args=[ticket], daemon=True).start()

        stdout = sys.stdout
        with redirect_stdout(sys.stderr):  # where textual-serve repeats what consoles complained of
            asyncio.run(serve(listener, door, command, title="lamed", ready=ready))
    return ExitCode.OK


def console_command(
    invocation: Invocation, *, interval: float | None, read_only: bool, namespace: str | None, source: str | None
) -> str:
    """What a shell runs for every page: this console, on the same configuration and with the same options.

    Raises:
        ConfigError: the settings cannot be read.
    """
    from lamed_tui.config import files

    # -P: whatever lies in the present folder is not taken for one of our modules.
    words = [sys.executable, "-P", "-m", "lamed_tui"]
    path = files.locate(invocation.config_path)
    if invocation.config_path is not None or path.exists():
        words.append(f"--config={path.absolute()}")
    options = [*_options({"interval": interval, "namespace": namespace, "source": source})]
    options += ["--read-only"] if read_only else []
    # Setting up knows none of the options, and would change what --read-only promises to leave alone.
    if options or path.exists():
        invocation.load()  # what is wrong with it is better said here than in every page
        words += ["watch", *options]
    # exec: the shell is replaced, so that what ends the shell ends the console.
    return f"exec {shlex.join(words)}"


def _options(given: Mapping[str, object]) -> Sequence[str]:
    """One word an option, so that no value is taken for another option."""
    return [f"--{name}={value}" for name, value in given.items() if value is not None]


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:  # the latter for a name whose labels are empty or too long
        reason = error.strerror if isinstance(error, OSError) else "it is no host name"
        raise UsageError(
            f"Nothing can listen on {host}, port {port}: {reason}.", "Name another --port or --host."
        ) from error


def _has_browser(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a browser with windows can be started; one made of text would take this terminal."""
    return platform in {"darwin", "win32"} or any(
        environment.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    )
