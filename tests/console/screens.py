"""Looking at a running console as a person does: by what stands on the screen."""

from __future__ import annotations

import asyncio
import os
import re
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamed_tui.config.model import Config, ConsoleSettings, RedisSettings
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.preferences import follow
from lamed_tui.experiments.operations import SessionBook, operations
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from textual.pilot import Pilot


def text_of(pilot: Pilot[None]) -> str:
    """Every line of the screen."""
    return "\n".join(strip.text.rstrip() for strip in pilot.app.screen._compositor.render_strips())


def unbroken(text: str) -> str:
    """A text without blanks, line ends, frames and marks: how a path reads that is longer than a line."""
    return re.sub(r"[▌│\s]+", "", text)


async def until(
    pilot: Pilot[None], condition: Callable[[str], bool], *, what: str = "the screen changes", seconds: float = 30
) -> str:
    """The screen's text once the condition holds for it.

    Raises:
        AssertionError: it did not hold in time; the screen is in the message.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition(shown := text_of(pilot)):
            return shown
        await asyncio.sleep(0.02)
    raise AssertionError(f"{what}: not within {seconds} s; the screen shows\n{text_of(pilot)}")


async def settled(pilot: Pilot[None], *, seconds: float = 0.4) -> None:
    """Wait until the screen has looked the same for so long: layouts follow each other over several frames."""
    before, since = "", time.monotonic()
    while time.monotonic() - since < seconds:
        await pilot.pause()
        await asyncio.sleep(0.02)
        if (shown := text_of(pilot)) != before:
            before, since = shown, time.monotonic()


@asynccontextmanager
async def watching(
    url: str,
    *,
    size: tuple[int, int] = (80, 24),
    interval: float = 0.2,
    experiments: dict[str, Any] | None = None,
    read_only: bool = False,
    wishes: ConsoleSettings | None = None,
    notifications: bool = False,
    **redis: Any,
) -> AsyncIterator[Pilot[None]]:
    """A console on the Redis at `url`, driven by keys, with these settings of experiments."""
    settings = RedisSettings.model_validate({"url": url, **redis})
    with open_store(settings) as store:
        config = Config.model_validate({"redis": {"url": url, **redis}, "experiments": experiments or {}})
        allowed = operations(config, SessionBook(config), read_only=read_only)
        source = RedisSource(store, "alephbet", config.experiments, operations=allowed)
        app = LamedConsole(source, interval=interval)
        follow(app, wishes or ConsoleSettings())
        async with app.run_test(size=size, notifications=notifications) as pilot:
            yield pilot


@contextmanager
def folder_gone() -> Iterator[None]:
    """Work in a folder that somebody has removed; afterwards in the one before."""
    gone = Path.cwd() / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    try:
        yield
    finally:
        os.chdir(gone.parent)
