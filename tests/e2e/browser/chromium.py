"""Debian's Chromium without a screen, on loopback only, gone without a trace when its context ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from tests.e2e.browser.devtools import BrowserError, DevTools
from tests.e2e.browser.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STOP_SECONDS = 10.0
_ABOVE_STANDARD_STREAMS = 10

_FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-startup-window",
    "--no-sandbox",  # Chromium refuses to run as root with it, and it meets no page here but ours
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers often have little of it
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    # Nobody looks at these pages, and a hidden one must not be slowed down for that.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    # No name leads out of this machine, whoever asks.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
)

# Chromium talks on descriptors 3 and 4. A function between fork and exec would not be safe among threads.
_WITH_PIPES_MOVED = """
import os, sys
*pipes, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
for wanted, pipe in enumerate(pipes, start=3):
    os.dup2(pipe, wanted)
    os.close(pipe)
os.execv(command[0], command)
"""


class ChromiumMissingError(Exception):
    """There is no Chromium. Nothing is skipped for that: the product promises to work in browsers."""


class Browser:
    """A running browser.

    Attributes:
        directory: every file of it.
        requested: every URL that any page has asked for.
    """

    def __init__(self, devtools: DevTools, directory: Path, scripts: Mapping[str, bytes]) -> None:
        self._devtools = devtools
        self._scripts = scripts
        self.directory = directory
        self.requested: list[str] = []

    @contextmanager
    def profile(self, scripts: Mapping[str, bytes] | None = None) -> Iterator[Profile]:
        """A person's browser: storage, cookies and connections of its own, empty at first and lost at the end.

        `scripts` replaces what `running_chromium` was given.
        """
        context = self._devtools.call("Target.createBrowserContext")["browserContextId"]
        try:
            yield Profile(self._devtools, context, self._scripts if scripts is None else scripts, self.requested)
        finally:
            with suppress(BrowserError):
                self._devtools.call("Target.disposeBrowserContext", browserContextId=context)


class Profile:
    """One person's browser on one device."""

    def __init__(self, devtools: DevTools, context: str, scripts: Mapping[str, bytes], requested: list[str]) -> None:
        self._devtools = devtools
        self._context = context
        self._scripts = scripts
        self._requested = requested

    def open(self, url: str = "") -> Page:
        """A new tab, with this page loaded or blank."""
        target = self._devtools.call("Target.createTarget", url="about:blank", browserContextId=self._context)
        page = Page(self._devtools, target["targetId"], self._scripts, self._requested)
        if url:
            page.visit(url)
        return page


def chromium_binary() -> str:
    """The path of Debian's Chromium.

    Raises:
        ChromiumMissingError: it is not installed.
    """
    binary = shutil.which("chromium")
    if binary is None:
        raise ChromiumMissingError("Chromium is missing; on Debian: apt install chromium")
    return binary


@contextmanager
def running_chromium(scripts: Mapping[str, bytes]) -> Iterator[Browser]:
    """A browser that lives as long as the context, with every file in a temporary folder that goes with it.

    Args:
        scripts: what is answered for these URLs of the public internet, which the browser cannot reach.

    Raises:
        ChromiumMissingError: it is not installed.
        BrowserError: it did not start; the message ends with its log.
    """
    binary = chromium_binary()
    # Not in pytest's folder: Chromium makes a Unix socket, whose path must stay below about 100 characters.
    directory = Path(mkdtemp(prefix="lamed-browser-"))
    try:
        process, devtools = _start(binary, directory)
        try:
            try:
                devtools.call("Browser.getVersion")
            except BrowserError as error:
                raise BrowserError(f"Chromium did not start: {_log(directory).read_text()[-1_000:]}") from error
            yield Browser(devtools, directory, scripts)
        finally:
            _stop(process, devtools)
    finally:
        _remove(directory)


def _start(binary: str, directory: Path) -> tuple[subprocess.Popen[bytes], DevTools]:
    commands, results = os.pipe(), os.pipe()
    theirs = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _ABOVE_STANDARD_STREAMS) for end in (commands[0], results[1])]
    os.close(commands[0])
    os.close(results[1])
    environment = {
        # A person's own settings, desktop or proxies are none of this browser's business.
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "LANG": "C.UTF-8",
    }
    trampoline = [sys.executable, "-S", "-c", _WITH_PIPES_MOVED, *map(str, theirs)]
    with _log(directory).open("wb") as log:
        process = subprocess.Popen(
            [*trampoline, binary, *_FLAGS, f"--user-data-dir={directory}"],
            env=environment,
            pass_fds=theirs,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    for end in theirs:
        os.close(end)
    return process, DevTools(results[0], commands[1])


def _stop(process: subprocess.Popen[bytes], devtools: DevTools) -> None:
    with suppress(BrowserError, TimeoutError):
        devtools.begin("Browser.close").result(_STOP_SECONDS)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # what it started must not outlive it
    devtools.close()


def _remove(directory: Path) -> None:
    deadline = time.monotonic() + _STOP_SECONDS
    while directory.exists():
        try:
            shutil.rmtree(directory)
        except OSError:  # a process on its way out was still writing
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _log(directory: Path) -> Path:
    return directory / "chromium.log"
