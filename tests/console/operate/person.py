"""A person operating a backend by keys alone, and reading the screen as a person does."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from lamed_tui.console.app import LamedConsole
from lamed_tui.console.operate.preflight_pane import PreflightPane
from lamed_tui.console.operate.screen import OperateScreen
from lamed_tui.console.workplace import Workplace
from tests.config_file import CONFIG, write
from tests.console.screens import until
from tests.console.setup.wizard import Wizard, watch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from lamed_tui.console.operate.backend import Backend

OPERATE = "operate"


@asynccontextmanager
async def operating(
    backend: Backend | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    size: tuple[int, int] = (80, 24),
    read_only: bool = False,
) -> AsyncIterator[Wizard]:
    """A console on the configuration in the current folder, turned to operating."""
    if not CONFIG.exists():
        write(name="shop")
    place = Workplace(CONFIG, environment or {}, watch, backend, read_only)
    app = LamedConsole(workplace=place, interval=0.2)
    async with app.run_test(size=size, notifications=True) as pilot:
        person = Wizard(pilot)
        await app.switch_mode(OPERATE)
        await person.sees("Status")
        yield person


def screen_of(person: Wizard) -> OperateScreen:
    """The screen of the mode, whatever dialog lies over it."""
    found = next(one for one in person.pilot.app.screen_stack if isinstance(one, OperateScreen))
    assert isinstance(found, OperateScreen)
    return found


async def plan(person: Wizard) -> None:
    """Go through the checks to the plan."""
    await person.press("d")
    await until(person.pilot, lambda _: screen_of(person).query_one(PreflightPane).is_over, what="the checks are over")
    await person.press("ctrl+n")


async def agree(person: Wizard, *, release: int) -> None:
    """Go through the checks, and say yes to the plan of this release."""
    await plan(person)
    await person.sees(f"Release {release} of shop")
    await person.press("ctrl+n")
