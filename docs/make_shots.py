"""Take the pictures in docs/images from the real console over real traffic: `make shots`."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

from lamed_tui.aws.session import connect
from lamed_tui.console.app import LamedConsole
from lamed_tui.deploy import engine
from lamed_tui.deploy.events import Deployed
from lamed_tui.embedded.demo import demo_config
from lamed_tui.embedded.stack import running_stack
from lamed_tui.embedded.truths import DEMO_TRUTHS
from lamed_tui.embedded.visitors import Crowd, visiting
from lamed_tui.experiments.operations import SessionBook, operations
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store

IMAGES = Path(__file__).with_name("images")
WARM_UP_SECONDS = 60.0


async def photograph(app: LamedConsole, *, size: tuple[int, int], seconds: float, name: str, theme: str) -> None:
    """Let the console watch for a while on a screen of `size` (columns, rows), then keep its picture."""
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        await asyncio.sleep(seconds)
        await pilot.press("down", "down", "down")
        await pilot.pause(0.5)
        (IMAGES / f"{name}.svg").write_text(app.export_screenshot(title="lamed"))


def main() -> None:
    """Deploy the demonstration, let visitors come, and take every picture."""
    os.environ.pop("NO_COLOR", None)
    IMAGES.mkdir(exist_ok=True)
    with running_stack() as stack:
        config = demo_config(stack)
        track = next(
            endpoint.url
            for event in engine.deploy(config, connect(config.aws, stack.environment))
            if isinstance(event, Deployed)
            for endpoint in event.endpoints
            if endpoint.handler == "lamed.track"
        )
        crowd = Crowd(track, config.namespace, DEMO_TRUTHS, rng=random.Random(2026))  # noqa: S311 - dice
        with visiting(crowd), open_store(config.redis) as store:
            allowed = operations(config, SessionBook(config))
            source = RedisSource(store, config.namespace, config.experiments, operations=allowed)
            for name, size, theme, seconds in (
                ("monitor", (100, 28), "lamed-dark", WARM_UP_SECONDS),
                ("monitor-80x24-light", (80, 24), "lamed-light", 5.0),
            ):
                asyncio.run(
                    photograph(LamedConsole(source, note="demo"), size=size, seconds=seconds, name=name, theme=theme)
                )


if __name__ == "__main__":
    main()
