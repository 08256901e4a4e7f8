"""How the console starts and ends: by keys, by signals, or by a failure of its own."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lamed_tui.config.model import ConsoleSettings
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.preferences import follow
from lamed_tui.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamed_tui.console.crash_app import CrashApp
    from lamed_tui.experiments.source import SnapshotSource

_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_console(source: SnapshotSource, *, interval: float = 2.0, note: str = "") -> int:
    """Show the console until it is closed, and return its exit code.

    It also ends, cleanly and with the code of an interruption, on SIGTERM, SIGINT and SIGHUP, so that whoever holds
    servers or folders open around it gets to close them. Must be called in the main thread.

    Args:
        source: what is watched; the caller closes it.
        interval: seconds between readings.
        note: a word about the whole session, such as "demo", shown in the title.
    """
    app = LamedConsole(source, interval=interval, note=note)
    follow(app, ConsoleSettings())
    app.keep_theme = None  # whoever brings their own source, as the demonstration does, leaves nothing behind
    return run_app(app)


def run_app(app: LamedConsole) -> int:
    """As `run_console`, for a console that the caller has made."""
    with _handlers_put_back():
        asyncio.run(_until_closed(app))
        if app.crash:
            from lamed_tui.console.crash_app import CrashApp

            asyncio.run(_until_closed(CrashApp(app.crash, app.theme)))
    return app.return_code or ExitCode.OK


async def _until_closed(app: LamedConsole | CrashApp) -> None:
    loop = asyncio.get_running_loop()
    for ending in _ENDING_SIGNALS:
        loop.add_signal_handler(ending, app.action_interrupt)
    await app.run_async()


@contextmanager
def _handlers_put_back() -> Iterator[None]:
    """The event loop forgets whose handlers it replaced."""
    before = {ending: signal.getsignal(ending) for ending in _ENDING_SIGNALS}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
