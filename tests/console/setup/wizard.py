"""A wizard driven by keys alone, and read as a person reads it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from textual import events
from textual._wait import wait_for_idle
from textual.keys import _character_to_key, key_to_character

from lamed_tui.console.app import LamedConsole
from lamed_tui.console.setup.fields import Field
from lamed_tui.console.workplace import Workplace
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store
from tests.config_file import CONFIG
from tests.console.screens import text_of, unbroken, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from textual.pilot import Pilot

    from lamed_tui.config.files import LoadedConfig

CLEAR = ("ctrl+e", "ctrl+u")
"""Keys that empty a field."""


def watch(loaded: LoadedConfig) -> RedisSource:
    """What the command line watches, for a Redis."""
    config = loaded.config
    return RedisSource(open_store(config.redis), config.namespace, config.experiments)


def place(environment: Mapping[str, str] | None = None) -> Workplace:
    """A workplace in the current folder."""
    return Workplace(CONFIG, environment or {}, watch)


@asynccontextmanager
async def setting_up(
    environment: Mapping[str, str] | None = None, *, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Wizard]:
    """A console without a configuration to watch, so that it opens on the wizard."""
    app = LamedConsole(workplace=place(environment), interval=0.2)
    async with app.run_test(size=size, notifications=True) as pilot:
        wizard = Wizard(pilot)
        await wizard.sees("A/B-testing backend")
        yield wizard


class Wizard:
    """A person at the keyboard."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot

    @property
    def screen(self) -> str:
        """Every line of the screen."""
        return text_of(self.pilot)

    async def press(self, *keys: str) -> None:
        """Press these keys, by Textual's names, each once what the one before led to is over.

        The pilot's own way waits three times as long for each.
        """
        for key in keys:
            self.send(key)
            await wait_for_idle(0)

    def send(self, *keys: str) -> None:
        """Press these keys in one moment, as a terminal does that had to wait; nothing is waited for."""
        driver = self.pilot.app._driver
        assert driver is not None
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            driver.send_message(events.Key(name, key_to_character(name)))

    async def type(self, text: str) -> None:
        """Type a text, as a keyboard does."""
        await self.press(*text)

    async def fill(self, title: str, text: str) -> None:
        """Put an answer into a field, in place of the one that is there."""
        await self.go_to(title)
        await self.press(*CLEAR)
        await self.paste(text)

    async def go_to(self, title: str) -> None:
        """Go to a field at once, as with a mouse, once its page has come and gone to the first one."""

        def is_there(_: str) -> bool:
            focused = self.pilot.app.screen.focused
            return bool(self.field and focused and focused.focusable and self._field(title))

        await until(self.pilot, is_there, what=f"there is a field {title}")
        if field := self._field(title):
            field.focus_control()
        await self.is_at(title)

    async def is_at(self, title: str) -> None:
        """Wait until the field with this title has the focus."""
        await until(self.pilot, lambda _: self.field == title, what=f"the field {title} has the focus")

    def _field(self, title: str) -> Field | None:
        """The field on the page in sight."""
        named = (one for one in self.pilot.app.screen.query(Field) if one.question.title == title)
        return next((one for one in named if one.query_one(".control").focusable), None)

    async def tab_to(self, title: str) -> None:
        """Go from field to field by keys until the one with this title has the focus."""
        for _ in range(30):
            if self.field == title:
                return
            await self.press("tab")
        raise AssertionError(f"there is no field {title}; the screen shows\n{self.screen}")

    @property
    def field(self) -> str:
        """The title of the field in focus."""
        focused = self.pilot.app.screen.query(Field)
        return next((field.question.title for field in focused if field.has_focus_within), "")

    async def sees(self, *texts: str, seconds: float = 20) -> str:
        """Wait until all these texts are on the screen, wherever lines break, and return all that is there."""

        def are_there(shown: str) -> bool:
            return all(squeezed(text) in squeezed(shown) for text in texts)

        return await until(self.pilot, are_there, what=f"{' and '.join(map(repr, texts))} appears", seconds=seconds)

    async def sees_no_more(self, text: str) -> str:
        """Wait until a text is gone, and return all that is there."""
        return await until(self.pilot, lambda shown: squeezed(text) not in squeezed(shown), what=f"{text!r} goes away")

    async def sees_unbroken(self, text: str, *, seconds: float = 20) -> str:
        """Wait until a text without blanks of its own, a path say, is on the screen, even if lines break within it."""
        return await until(self.pilot, lambda shown: text in unbroken(shown), what=f"{text!r} appears", seconds=seconds)

    async def paste(self, text: str) -> None:
        """Paste into what has the focus."""
        self.pilot.app.post_message(events.Paste(text))
        await wait_for_idle(0)


async def to_review(wizard: Wizard) -> str:
    """From the first step through all others, answering nothing."""
    await wizard.sees("Step 1" if wizard.pilot.app.size.width < 60 else "▸ 1 Redis")
    await wizard.press("ctrl+n")
    await wizard.sees("2 AWS")
    await wizard.press("ctrl+n")
    await wizard.sees("▸ 3 Endpoints")
    await wizard.press("ctrl+n")
    return await wizard.sees("▸ 4 Review")


def squeezed(text: str) -> str:
    """A text without the difference between one blank and many, or a line's end; frames and marks aside."""
    return " ".join(text.replace("▌", " ").replace("│", " ").split())
