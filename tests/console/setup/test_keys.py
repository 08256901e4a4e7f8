"""The wizard's keys: each has an id of its own, and on no page does one key mean two things."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from textual.binding import Binding

from lamed_tui.console.app import LamedConsole
from lamed_tui.console.setup.fields import AddressField, SecretField
from lamed_tui.console.setup.route_dialog import RouteDialog
from lamed_tui.console.setup.route_views import RouteTable
from lamed_tui.console.setup.screen import SetupScreen
from lamed_tui.console.widgets.inputs import TextField, YesNo
from tests.console.setup.wizard import setting_up

if TYPE_CHECKING:
    import pytest

    from tests.console.setup.wizard import Wizard

OWNERS = (LamedConsole, SetupScreen, RouteDialog, RouteTable, TextField, YesNo)
FORBIDDEN = {"ctrl+s", "ctrl+j", "ctrl+o", "ctrl+b"}
"""Keys that tmux, terminals and editors keep for themselves."""


def declared(owner: type) -> list[Binding]:
    bindings = owner.BINDINGS  # type: ignore[attr-defined]  # all owners are screens, widgets or the app
    assert all(isinstance(binding, Binding) for binding in bindings)
    return list(bindings)


def test_every_binding_has_an_id_of_its_own() -> None:
    ids = Counter(binding.id for owner in OWNERS for binding in declared(owner))
    assert None not in ids
    assert [name for name, count in ids.items() if count > 1] == []
    assert all(owner.BINDINGS is TextField.BINDINGS for owner in (SecretField, AddressField))


def test_no_key_is_taken_from_terminals() -> None:
    keys = {key for owner in OWNERS for binding in declared(owner) for key in binding.key.split(",")}
    assert not FORBIDDEN & keys


def test_escape_alone_means_two_things_and_never_both_at_once() -> None:
    keys = Counter(
        key for owner in (LamedConsole, SetupScreen) for binding in declared(owner) for key in binding.key.split(",")
    )
    assert {key for key, count in keys.items() if count > 1} == {"escape"}


def test_no_key_of_a_field_is_one_of_the_screen() -> None:
    of_the_screen = {
        key for owner in (LamedConsole, SetupScreen) for binding in declared(owner) for key in binding.key.split(",")
    }
    of_fields = {
        key for owner in (TextField, YesNo, RouteTable) for binding in declared(owner) for key in binding.key.split(",")
    }
    assert not of_the_screen & of_fields


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
