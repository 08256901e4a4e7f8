"""Keys that are typed before the page that they are meant for is there: they reach it, in order, all of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual import events
from textual.command import CommandInput

from lamed_tui.console.app import LamedConsole
from lamed_tui.console.setup.endpoints import EndpointsPane
from lamed_tui.console.setup.fields import Field
from lamed_tui.console.widgets.inputs import TextField
from lamed_tui.deploy.events import Planned
from tests.console.operate.person import operating
from tests.console.operate.scripted import Script
from tests.console.operate.shop import END_PLAN, GONE
from tests.console.screens import until
from tests.console.setup.wizard import CLEAR, Wizard, setting_up
from tests.console.snippet.builder import URL, watching_and_building
from tests.integration.experiments.counters import write_counts

if TYPE_CHECKING:
    import pytest


def burst(person: Wizard, *keys: str, paste: str = "") -> None:
    """Send these keys and then a paste in one moment."""
    person.send(*keys)
    driver = person.pilot.app._driver
    assert driver is not None
    if paste:
        driver.send_message(events.Paste(paste))


def answers(wizard: Wizard) -> dict[str, Any]:
    """Of every page that is there as a whole, by title."""
    fields = wizard.pilot.app.screen.query(Field)
    return {field.question.title: field.given for field in fields if field.query(".control")}


async def test_what_is_typed_right_after_going_on_is_an_answer_of_the_new_page() -> None:
    async with setting_up() as wizard:
        burst(wizard, "enter", *CLEAR, *"redis.example.com", "ctrl+n", *CLEAR, *"shop", "ctrl+n", "a", *"promo")
        await wizard.sees("New endpoint")
        await wizard.sees("amazonaws.com/prod/promo")
        burst(wizard, "escape", "escape", "escape")
        await wizard.sees("▸ 1 Redis")
        found = answers(wizard)
        assert (found["Address"], found["Namespace"]) == ("redis.example.com", "alephbet")
        assert found["Name"] == "shop"


async def test_a_paste_waits_for_its_field_as_well() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.sees("Address")
        burst(wizard, "ctrl+n", *CLEAR, paste="shop")
        burst(wizard, *"two")
        await until(wizard.pilot, lambda _: answers(wizard).get("Name") == "shoptwo", what="the name is pasted")
        assert answers(wizard)["Address"] == "localhost"


async def test_a_name_typed_before_its_question_is_there_answers_it() -> None:
    backend = Script(steps=(Planned(END_PLAN), GONE))
    async with operating(backend) as person:
        await person.sees("UPDATE_COMPLETE")
        await person.press("D")
        await person.sees("13 to remove.")
        burst(person, "ctrl+n", *"shop", "enter")
        await person.sees("shop is gone")
        assert backend.answers == [True]


async def test_what_is_typed_right_after_opening_the_palette_is_looked_for() -> None:
    async with setting_up() as wizard:
        burst(wizard, "ctrl+p", *"snippet")
        await until(wizard.pilot, lambda _: _palette(wizard) == "snippet", what="the palette has every letter")


def _palette(wizard: Wizard) -> str:
    found = wizard.pilot.app.screen.query(CommandInput)
    return found.first().value if found else ""


async def test_what_is_typed_right_after_opening_another_mode_is_for_that_mode(valkey: str) -> None:
    write_counts(valkey, {(name, event, "a"): 5 for name in ("headline", "search") for event in ("participate", "buy")})
    async with watching_and_building(valkey, lambda: URL) as builder:
        await builder.sees("headline")
        burst(builder, "down", "x", *CLEAR, *"sale dpq")  # letters that mean something to the monitor
        await builder.has_code('name: "sale dpq"')


async def test_a_page_that_takes_its_time_gets_what_was_typed_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slowly(_: EndpointsPane) -> None:
        await asyncio.sleep(0.3)

    monkeypatch.setattr(EndpointsPane, "on_mount", slowly, raising=False)
    async with setting_up() as wizard:
        burst(wizard, "enter", "ctrl+n", "ctrl+n", "a", *"promo")
        await wizard.sees("amazonaws.com/prod/promo")


async def test_what_is_typed_right_after_choosing_a_mode_in_the_palette_is_for_that_mode() -> None:
    async with setting_up(size=(160, 50)) as wizard:
        await wizard.press("ctrl+p")
        await wizard.type("Go to Snip")
        await wizard.sees("Go to Snippet")
        burst(wizard, "enter", *CLEAR, *"sale")
        await wizard.sees("AlephBet 0.27.0")
        field = wizard.pilot.app.screen.query(TextField).first()
        await until(wizard.pilot, lambda _: field.value == "sale", what="the experiment is called so")


async def test_keys_can_be_held_for_what_begins_later_and_come_in_order_afterwards() -> None:
    async with setting_up() as wizard:
        app = wizard.pilot.app
        assert isinstance(app, LamedConsole)
        await wizard.press("enter")
        await wizard.sees("Address")
        app.hold_keys()
        burst(wizard, *CLEAR, *"redis")
        await wizard.pilot.pause(0.2)
        assert answers(wizard)["Address"] == "localhost"
        app.release_keys()
        await until(wizard.pilot, lambda _: answers(wizard)["Address"] == "redis", what="the held keys come")
        app.hold_keys()
        app.release_keys()
        await wizard.type("!")
        await until(wizard.pilot, lambda _: answers(wizard)["Address"] == "redis!", what="keys go on")
