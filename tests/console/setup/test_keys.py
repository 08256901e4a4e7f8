"""The wizard's keys: what each page offers, and what is typed into a field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.console.app import LamedConsole
from tests.console.setup.wizard import setting_up

if TYPE_CHECKING:
    import pytest

    from tests.console.setup.wizard import Wizard


async def test_each_page_offers_only_what_can_be_done_there_and_now() -> None:
    async with setting_up() as wizard:
        assert await offered(wizard, "q Quit") == ["? Help", "q Quit", "^p Palette"]
        await wizard.press("enter")
        form = ["^n Next", "esc Back", "^t Test", "^q Quit", "F1 Help", "^p Palette"]
        assert await offered(wizard, "^t Test") == form
        await wizard.press("ctrl+n")
        await wizard.sees("▸ 2 AWS")
        await wizard.press("ctrl+n")
        table = ["⏎ Change", "a Add", "^n Next", "esc Back", "^r JSON", "? Help", "q Quit", "^p Palette"]
        assert await offered(wizard, "^r JSON") == table
        await wizard.press("ctrl+n")
        assert await offered(wizard, "s Save") == ["s Save", "esc Back", "? Help", "q Quit", "^p Palette"]
        await wizard.press("f1")
        shown = await wizard.sees("Help: Setup: Review")
        assert "Write the file" in shown


async def offered(wizard: Wizard, key: str) -> list[str]:
    """The keys at the bottom, once this one is among them."""
    shown = await wizard.sees(key)
    return [" ".join(one.split()) for one in shown.splitlines()[-1].split("  ") if one.strip()]


async def test_letters_typed_into_a_field_are_no_commands() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.go_to("Namespace")
        await wizard.type("qsa?")
        await wizard.sees("alephbetqsa?")


async def test_the_palette_offers_the_actions_of_the_page() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter", "ctrl+p")
        await wizard.type("Try the")
        await wizard.sees("Try the answers")


async def test_in_a_browser_the_demonstration_that_would_end_the_page_is_not_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with setting_up() as wizard:
        await wizard.sees("Try the demo")
    monkeypatch.setattr(LamedConsole, "is_web", True)
    async with setting_up() as wizard:
        assert "demo" not in await wizard.sees("Watch an existing Redis")
        await wizard.press("enter", "escape")
        await wizard.sees("Watch an existing Redis")
        assert "demo" not in wizard.screen
