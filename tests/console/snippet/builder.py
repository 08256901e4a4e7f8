"""A console on the snippet builder."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.widgets import Input

from lamed_tui.config.model import Config
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.snippet.screen import SnippetScreen
from lamed_tui.experiments.operations import FileBook, operations
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store
from tests.console.screens import until
from tests.console.setup.wizard import Wizard, place

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

URL = "https://abc.execute-api.eu-central-1.amazonaws.com/prod/hello"
CHECKOUT = {
    "control": "control",
    "weights": {"control": 2, "green": 1},
    "primary_goal": "purchase",
    "non_unique_goals": ["page view"],
}


class Builder(Wizard):
    """A person at the keyboard."""

    @property
    def view(self) -> SnippetScreen:
        """The builder, which must be in sight."""
        screen = self.pilot.app.screen
        assert isinstance(screen, SnippetScreen)
        return screen

    @property
    def code(self) -> str:
        """The last complete code."""
        app = self.pilot.app
        assert isinstance(app, LamedConsole)
        return app.snippet

    @property
    def told(self) -> list[str]:
        """Everything that notifications have said and still say."""
        return [notification.message for notification in self.pilot.app._notifications]

    async def is_told(self, text: str) -> None:
        """Wait for a notification with this text."""
        await until(self.pilot, lambda _: any(text in one for one in self.told), what=text)

    async def type_into(self, selector: str, text: str) -> None:
        """Put a text into a field, in place of the one that is there."""
        self.view.query_one(selector, Input).focus()
        await self.press("ctrl+e", "ctrl+u")
        await self.paste(text)

    async def has_code(self, *parts: str) -> str:
        """The complete code, once it has these parts."""
        await until(self.pilot, lambda _: all(part in self.code for part in parts), what=f"{parts} in {self.code}")
        return self.code


def configured(experiments: dict[str, Any] | None = None, **settings: Any) -> None:
    """Write a configuration of these experiments."""
    found = {"checkout button": CHECKOUT} if experiments is None else experiments
    Path("config.json").write_text(json.dumps({"experiments": found, **settings}))


@asynccontextmanager
async def building(*, size: tuple[int, int] = (160, 50)) -> AsyncIterator[Builder]:
    """A console without anything to watch, on its builder."""
    app = LamedConsole(workplace=place(), interval=0.2)
    async with app.run_test(size=size, notifications=True) as pilot:
        builder = Builder(pilot)
        await builder.sees("A/B-testing backend")
        app.switch_mode("snippet")
        await builder.sees("AlephBet 0.27.0")
        yield builder


@asynccontextmanager
async def watching_and_building(
    valkey: str, find_address: Callable[[], str] | None, *, size: tuple[int, int] = (160, 50), **settings: Any
) -> AsyncIterator[Builder]:
    """A console on the monitor of a Redis, from which the builder can be opened."""
    config = Config.model_validate({"redis": {"url": valkey}, **settings})
    allowed = replace(operations(config, FileBook(Path("config.json"), config)), track_url=find_address)
    with open_store(config.redis) as store:
        source = RedisSource(store, config.namespace, config.experiments, operations=allowed)
        async with LamedConsole(source, interval=0.2).run_test(size=size, notifications=True) as pilot:
            yield Builder(pilot)


async def answered(builder: Builder) -> Builder:
    """Answer what a deployment would."""
    await builder.type_into("#track_url .text", URL)
    return builder
