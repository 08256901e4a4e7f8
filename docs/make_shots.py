"""Take the pictures in docs/images from the real console over real servers and real traffic: `make shots`."""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lamed_tui.aws.session import connect
from lamed_tui.cli.sources import open_source, permitted
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.workplace import Workplace
from lamed_tui.deploy import engine
from lamed_tui.deploy.events import Deployed
from lamed_tui.deploy.wiring import TRACK
from lamed_tui.embedded.demo import demo_config
from lamed_tui.embedded.stack import Stack, running_stack
from lamed_tui.embedded.truths import DEMO_TRUTHS
from lamed_tui.embedded.visitors import Crowd, visiting
from lamed_tui.experiments.operations import SessionBook, operations
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store
from tests.config_file import CONFIG
from tests.console.screens import settled
from tests.console.setup.wizard import Wizard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.experiments.source import SnapshotSource

IMAGES = Path(__file__).with_name("images")
SIZE = (120, 32)
WARM_UP_SECONDS = 60.0
LONG = 120.0
"""Seconds for what AWS does; the machine may be busy."""


def watch(loaded: LoadedConfig) -> SnapshotSource:
    """What the command line watches."""
    source = open_source(loaded.config, loaded.config.namespace)
    source.operations = permitted(loaded)
    return source


async def keep(app: LamedConsole, name: str) -> None:
    """Keep a picture of what is on the screen."""
    await asyncio.sleep(0.5)  # the last layouts follow each other over several frames
    (IMAGES / f"{name}.svg").write_text(app.export_screenshot(title="lamed"))


async def set_up_and_deploy(stack: Stack) -> None:
    """Go the way of somebody who has just installed it, by keys, and keep a picture of every stop."""
    os.environ |= {name: value for name, value in stack.environment.items() if not name.startswith("LAMED_")}
    app = LamedConsole(workplace=Workplace(CONFIG, os.environ, watch))
    async with app.run_test(size=SIZE) as pilot:
        person = Wizard(pilot)
        await person.sees("Your own A/B-testing backend")
        await keep(app, "welcome")
        await person.press("enter")
        await person.sees("A host name or an IP address.")
        await person.press("ctrl+u")
        await person.paste(stack.redis_url)
        await person.press("ctrl+t")
        await person.sees("tried in")
        await keep(app, "setup-redis")
        await person.press("ctrl+n")
        await person.sees("▸ 2 AWS")
        await person.press("ctrl+n")
        await person.sees("▸ 3 Endpoints")
        await keep(app, "setup-endpoints")
        await person.press("ctrl+n")
        await person.sees("▸ 4 Review")
        await person.press("s")
        await person.sees("Deploy now")
        await person.press("enter")
        await person.sees("Ready to deploy.", seconds=LONG)
        await keep(app, "preflight")
        await person.press("ctrl+n")
        await person.sees("34 to add.", seconds=LONG)
        await person.press("enter")
        await keep(app, "plan")
        await person.press("ctrl+n")
        await person.sees("Smoke test passed", seconds=LONG)
        await keep(app, "done")
        await person.press("enter")
        await person.sees("Ready for the page", seconds=LONG)
        await settled(pilot)
        await keep(app, "snippet")


async def watch_the_demonstration(source: RedisSource, *, size: tuple[int, int], seconds: float, name: str) -> None:
    """Let the monitor watch for a while on a screen of `size` (columns, rows), then keep its picture."""
    app = LamedConsole(source, note="demo")
    async with app.run_test(size=size) as pilot:
        app.theme = "lamed-light" if name.endswith("light") else "lamed-dark"
        await asyncio.sleep(seconds)
        await pilot.press("down", "down", "down")
        await keep(app, name)


def demonstrations(stack: Stack) -> Iterator[RedisSource]:
    """The demonstration's counters, while visitors come."""
    config = demo_config(stack)
    track = next(
        endpoint.url
        for event in engine.deploy(config, connect(config.aws, stack.environment))
        if isinstance(event, Deployed)
        for endpoint in event.endpoints
        if endpoint.handler == TRACK
    )
    crowd = Crowd(track, config.namespace, DEMO_TRUTHS, rng=random.Random(2026))  # noqa: S311 - dice
    with visiting(crowd), open_store(config.redis) as store:
        allowed = operations(config, SessionBook(config))
        yield RedisSource(store, config.namespace, config.experiments, operations=allowed)


def main() -> None:
    """Set up, deploy, let visitors come, and take every picture."""
    os.environ.pop("NO_COLOR", None)
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="lamed-shots-") as home, chdir(home), running_stack() as stack:
        os.environ["HOME"] = home
        asyncio.run(set_up_and_deploy(stack))
    with running_stack() as stack:
        for source in demonstrations(stack):
            asyncio.run(watch_the_demonstration(source, size=(100, 28), seconds=WARM_UP_SECONDS, name="monitor"))
            asyncio.run(watch_the_demonstration(source, size=(80, 24), seconds=5.0, name="monitor-80x24-light"))


if __name__ == "__main__":
    main()
