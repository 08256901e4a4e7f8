"""An embedded AWS emulator on a free loopback port, gone without a trace when its context ends."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lamed_tui.embedded.watchdog import ended_with_us
from lamed_tui.errors import EmbeddedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_START_SECONDS = 30.0


@contextmanager
def running_emulator(directory: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run the AWS emulator and yield its endpoint URL, `http://127.0.0.1:<port>`.

    Args:
        directory: an existing folder for its files and log; the caller owns and removes it.
        settings: additional environment variables for the emulator, such as `AUTH=true`.

    Raises:
        EmbeddedError: the emulator's package is not installed, or it did not become healthy.
    """
    if find_spec("ministack") is None:
        raise EmbeddedError(
            "The embedded AWS emulator is not installed.", "Install it with: pip install 'lamed-tui[demo]'."
        )
    # The socket is bound here and handed over, so that no other process can take the port in between.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        process = _spawn(listener, port, directory, settings or {})
    with ended_with_us(-process.pid):
        try:
            endpoint = f"http://127.0.0.1:{port}"
            _wait_until_healthy(endpoint, process, directory)
            yield endpoint
        finally:
            _stop(process)


def _spawn(listener: socket.socket, port: int, directory: Path, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    environment = {
        # Nothing else is inherited: an operator's AWS or Docker settings are none of the emulator's business.
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        "LOG_LEVEL": "WARNING",
        **settings,
    }
    command = [
        *(sys.executable, "-m", "hypercorn", "ministack.app:app"),
        *("--bind", f"fd://{listener.fileno()}"),
        *("--workers", "0", "--keep-alive", "75", "--log-level", "WARNING"),
    ]
    with _log(directory).open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - a fixed command, no outside words in it
            command,
            env=environment,
            pass_fds=(listener.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Its own process group: Ctrl-C reaches us first, and its Lambda workers end with it.
            start_new_session=True,
        )


def _wait_until_healthy(endpoint: str, process: subprocess.Popen[bytes], directory: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _is_healthy(endpoint):
            return
        time.sleep(0.05)
    last_words = _log(directory).read_text(errors="replace").strip().rsplit("\n", 1)[-1]
    raise EmbeddedError(
        f"The embedded AWS emulator at {endpoint} did not become healthy"
        + (f": {last_words}" if last_words else f" in {_START_SECONDS:.0f} seconds.")
    )


def _is_healthy(endpoint: str) -> bool:
    # Not urllib.request: that would ask a configured proxy for our loopback address.
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the emulator and its Lambda workers at once: it holds nothing worth a graceful end, and a person waits."""
    with suppress(ProcessLookupError):  # it ended by itself
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _log(directory: Path) -> Path:
    return directory / "emulator.log"
