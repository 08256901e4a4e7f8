"""`lamed dashboard` as a process, and a page of it as a person has it before them."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import redis
from lamed import keys

from tests.e2e.terminal import processes_of
from tests.waiting import comes_true

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.e2e.browser.chromium import Profile
    from tests.e2e.browser.page import Page

EXPERIMENT = "signup: 50%"
SECONDS = 60.0

# What a page's console has drawn, without asking the terminal that shows it: the texts between escape sequences.
LISTENING = r"""
window.drawn = "";
const Original = WebSocket;
window.WebSocket = class extends Original {
  constructor(...where) {
    super(...where);
    this.addEventListener("message", ({ data }) => {
      if (typeof data !== "string") drawn += new TextDecoder().decode(data);
    });
  }
};
window.text = () => drawn.replace(/\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07)/g, "");
"""


@dataclass(frozen=True)
class Dashboard:
    """One that runs.

    Attributes:
        url: what it printed.
        directory: where it and every console of it were started.
    """

    process: subprocess.Popen[str]
    url: str
    directory: Path

    @property
    def address(self) -> str:
        """Where it listens."""
        return urlsplit(self.url).netloc

    @property
    def token(self) -> str:
        return urlsplit(self.url).path.strip("/")

    def ask(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """The status and the body for a path, asked for with these headers beside the usual ones."""
        connection = http.client.HTTPConnection(self.address, timeout=SECONDS)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, "" if answer.status == 101 else answer.read().decode(errors="replace")
        finally:
            connection.close()

    def consoles(self) -> dict[int, str]:
        """The consoles that run for pages."""
        return {pid: line for pid, line in processes_of(self.directory).items() if pid != self.process.pid}


@contextmanager
def running_dashboard(
    directory: Path, redis_url: str, *options: str, environment: Mapping[str, str] | None = None
) -> Iterator[Dashboard]:
    """The command, with a configuration whose name no shell may understand."""
    directory.mkdir()
    file = directory / "it's $(touch pwned) my config.json"
    file.write_text(json.dumps({"redis": {"url": redis_url}}))
    process = subprocess.Popen(
        [sys.executable, "-m", "lamed_tui", "--config", str(file), "dashboard", *options],
        env={"PATH": os.environ["PATH"], "HOME": str(directory), "LANG": "C.UTF-8", **(environment or {})},
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Dashboard(process, process.stdout.readline().strip(), directory)
    finally:
        for pid in processes_of(directory):
            os.kill(pid, signal.SIGKILL)
        process.communicate()


def count_something(redis_url: str) -> None:
    """Have one experiment in this Redis."""
    with redis.Redis.from_url(redis_url) as client:
        for variant, visitors in (("control", 41), ("green", 59)):
            key = keys.counter_key("alephbet", EXPERIMENT, keys.PARTICIPATE, variant)
            client.set(key, visitors)
            for index in (keys.counter_keys_key("alephbet"), keys.experiment_counter_keys_key("alephbet", EXPERIMENT)):
                client.sadd(index, key)
        client.sadd(keys.experiments_key("alephbet"), keys.encode(EXPERIMENT))


def opened(profile: Profile, url: str) -> Page:
    """A page that notes what its console draws, with the focus of a person's window."""
    page = profile.open()
    page._call("Emulation.setFocusEmulationEnabled", enabled=True)
    page._call("Emulation.setDeviceMetricsOverride", width=1800, height=700, deviceScaleFactor=1, mobile=False)
    page._call("Page.addScriptToEvaluateOnNewDocument", source=LISTENING)
    page.visit(url)
    return page


def press(page: Page, key: str, *, code: int = 0, control: bool = False) -> None:
    """Press and release a key, as a keyboard does."""
    about = {"key": key, "windowsVirtualKeyCode": code or ord(key.upper()), "modifiers": 2 if control else 0}
    text = {} if control or len(key) > 1 else {"text": key}
    page._call("Input.dispatchKeyEvent", type="keyDown", **about, **text)
    page._call("Input.dispatchKeyEvent", type="keyUp", **about)


def wait_for_text(page: Page, *texts: str) -> None:
    for text in texts:
        page.wait_until(f"text().includes({json.dumps(text)})")


def colours_on(page: Page) -> int:
    """How many different colours a picture of the page has."""
    picture = page._call("Page.captureScreenshot", format="png")["data"]
    found: int = page.run(
        f"""(async () => {{
          const image = new Image();
          image.src = "data:image/png;base64,{picture}";
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height), paper = canvas.getContext("2d");
          paper.drawImage(image, 0, 0);
          const pixels = new Uint32Array(paper.getImageData(0, 0, image.width, image.height).data.buffer);
          return new Set(pixels).size;
        }})()"""
    )
    return found


def wait_until_gone(directory: Path, *, seconds: float = 20) -> None:
    assert comes_true(lambda: not processes_of(directory), seconds=seconds), processes_of(directory)


def wait_until_consoles_are_gone(dashboard: Dashboard, *, seconds: float = 20) -> None:
    assert comes_true(lambda: not dashboard.consoles(), seconds=seconds), dashboard.consoles()
