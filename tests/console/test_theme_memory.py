"""The theme that somebody chose is there the next time, and the configuration is left alone."""

from __future__ import annotations

import pytest
from textual.filter import Monochrome

from lamed_tui.config.model import ConsoleSettings
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.preferences import follow
from lamed_tui.console.theme_memory import ThemeMemory, usual_file
from lamed_tui.console.themes import DARK, LIGHT
from lamed_tui.errors import ExitCode
from tests.config_file import CONFIG, write
from tests.console.screens import until
from tests.console.setup.wizard import Wizard, place
from tests.console.terminal import in_terminal


def console(theme: str | None = None) -> LamedConsole:
    """A console as the command line makes one, where the configuration names this theme or none."""
    app = LamedConsole(workplace=place())
    follow(app, ConsoleSettings(theme=theme))
    return app


async def choose(theme: str, app: LamedConsole) -> None:
    """Choose a theme by keys alone."""
    async with app.run_test(notifications=True) as pilot:
        person = Wizard(pilot)
        await person.sees("A/B-testing backend")
        await person.press("ctrl+p")
        await person.type("theme")
        await person.sees("Choose colours")
        await person.press("enter")
        await person.sees("dracula")
        await person.type(theme)
        await until(pilot, lambda text: theme in text and "dracula" not in text, what="only that theme is left")
        await person.press("enter")
        await until(pilot, lambda _: app.theme == theme and (usual_file().exists() or bool(app._notifications)))


async def test_a_theme_chosen_in_the_palette_is_there_the_next_time() -> None:
    assert console().theme == DARK.name
    await choose("lamed-light", console())
    assert console().theme == LIGHT.name
    assert not CONFIG.exists()


async def test_a_choice_stands_until_the_configuration_names_another_theme() -> None:
    await choose("nord", console("lamed-light"))
    assert console("lamed-light").theme == "nord"
    assert console("lamed-dark").theme == DARK.name, "written later than the choice"


async def test_opening_and_closing_is_no_choice() -> None:
    async with console("lamed-light").run_test() as pilot:
        await Wizard(pilot).sees("A/B-testing backend")
    assert not usual_file().exists()


async def test_without_colours_a_remembered_theme_brings_none_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ThemeMemory(usual_file(), None).keep("dracula")
    monkeypatch.setenv("NO_COLOR", "1")
    app = console()
    async with app.run_test() as pilot:
        await Wizard(pilot).sees("A/B-testing backend")
        assert any(isinstance(one, Monochrome) for one in app._filters)


async def test_a_theme_that_cannot_be_kept_is_told() -> None:
    usual_file().parent.write_text("in the way")
    app = console()
    await choose("nord", app)
    told = " ".join(one.message for one in app._notifications)
    assert "The theme cannot be kept in" in told
    assert "lamed configure --set console.theme=nord" in told


def test_a_file_that_means_nothing_is_no_choice() -> None:
    memory = ThemeMemory(usual_file(), None)
    memory.keep("nord")
    for text in ("", "[]", "{", '{"theme": 7, "instead_of": null}', '{"theme": "gone-with-the-wind"}'):
        usual_file().write_text(text)
        assert console().theme == DARK.name


@pytest.mark.parametrize("configured", [False, True])
def test_lamed_itself_opens_with_the_theme_of_the_last_time(valkey: str, *, configured: bool) -> None:
    foreground = b"38;2;216;222;233"  # nord's, as terminals are told
    if configured:
        write(redis={"url": valkey})
    opened = "No events yet" if configured else "A/B-testing backend"
    for chosen in (False, True):
        with in_terminal(["-m", "lamed_tui"], {}) as terminal:
            terminal.wait_for(opened)
            assert (foreground in terminal.output) is chosen
            terminal.type("\x11")
            assert terminal.wait() == ExitCode.OK
        ThemeMemory(usual_file(), None).keep("nord")
