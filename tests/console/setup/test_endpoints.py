"""The endpoints step: a table, a form and a text that always say the same."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from lamed_tui.console.setup.route_views import RouteText
from tests.config_file import read, write
from tests.console.setup.wizard import CLEAR, Wizard, setting_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HELLO: dict[str, Any] = {
    "api_gateway": {"pathPart": "hello", "method": {"httpMethod": "GET", "apiKeyRequired": False}},
    "lambda": {"Handler": "lamed.track", "FunctionName": "lamed-track"},
}


@asynccontextmanager
async def at_endpoints(size: tuple[int, int] = (80, 30)) -> AsyncIterator[Wizard]:
    """The wizard, where it asks for endpoints."""
    async with setting_up(size=size) as wizard:
        await wizard.press("enter", "ctrl+n", "ctrl+n")
        await wizard.sees("Step 3 of 4" if size[0] < 60 else "▸ 3 Endpoints")
        yield wizard


async def saved(wizard: Wizard) -> dict[str, Any]:
    """The file, once the wizard has written it."""
    await wizard.press("ctrl+n")
    await wizard.sees("▸ 4 Review")
    await wizard.press("s")
    await wizard.sees("Saved")
    return read()


async def test_every_row_shows_where_it_will_answer() -> None:
    async with at_endpoints() as wizard:
        await wizard.sees("https://….execute-api.REGION.amazonaws.com/prod/track", "/track", "/experiments", "/delete")
        await wizard.press("down")
        await wizard.sees("https://….execute-api.REGION.amazonaws.com/prod/experiments")


async def test_the_neutral_path_is_offered_until_it_is_taken() -> None:
    async with at_endpoints() as wizard:
        await wizard.sees("Ad-blockers")
        await wizard.press("tab", "tab", "enter")
        await wizard.sees("/hello GET counts events public")
        await wizard.sees_no_more("Ad-blockers")
        assert (await saved(wizard))["extra_wiring"] == [HELLO]


async def test_an_endpoint_is_added_changed_and_removed_by_its_form() -> None:
    async with at_endpoints() as wizard:
        await wizard.press("a")
        await wizard.sees("New endpoint")
        await wizard.is_at("Path")
        await wizard.type("track")
        await wizard.sees("✗ GET /track is already taken")
        await wizard.press("ctrl+n")
        assert "New endpoint" in wizard.screen
        await wizard.press(*CLEAR)
        await wizard.type("a b")
        await wizard.sees("✗ must be one path segment")
        await wizard.press(*CLEAR)
        await wizard.sees("✗ is required")
        await wizard.paste("/")
        await wizard.sees("✗ is required")
        await wizard.paste("/away/")
        await wizard.sees("amazonaws.com/prod/away")
        await wizard.press("ctrl+n")
        await wizard.sees("/away GET counts events")

        await wizard.press("down", "down", "down", "enter")
        await wizard.sees("╭─ Endpoint")
        await wizard.press("enter", "down", "down", "down", "enter")
        await wizard.sees("lamed-delete-experiment")
        await wizard.press("ctrl+n")
        await wizard.sees("/away DELETE deletes an experiment API key")

        await wizard.press("enter")
        await wizard.sees("╭─ Endpoint")
        await wizard.press("escape")
        await wizard.press("enter")
        await wizard.sees("Remove")
        await wizard.press("shift+tab", "enter")
        await wizard.sees("Ad-blockers")
        assert "extra_wiring" not in await saved(wizard)


async def test_a_built_in_endpoint_stays_as_it_is() -> None:
    async with at_endpoints() as wizard:
        await wizard.press("enter")
        await wizard.sees("This endpoint is built in")


async def test_text_and_table_follow_each_other_side_by_side() -> None:
    write(extra_wiring=[HELLO | {"later": 1}])
    async with at_endpoints((160, 40)) as wizard:
        await wizard.sees('"pathPart": "hello"', "/hello")
        await wizard.press("ctrl+r", "pagedown", "end", "backspace", "backspace")
        await wizard.sees("✗ Not valid JSON: Expecting ',' delimiter at line")
        assert "/hello" in wizard.screen, "the table keeps what the text meant last"
        await wizard.press("ctrl+n")
        assert "▸ 3 Endpoints" in wizard.screen
        other = {**HELLO, "api_gateway": {**HELLO["api_gateway"], "pathPart": "away"}}
        await wizard.paste("," + json.dumps(other) + "]")
        await wizard.sees("/away GET counts events")
        await wizard.sees_no_more("✗")
        await wizard.press("ctrl+r", "down", "down", "down", "down", "enter")
        await wizard.sees("╭─ Endpoint")
        await wizard.go_to("Path")
        await wizard.press(*CLEAR)
        await wizard.paste("afar")
        await wizard.press("ctrl+n")
        await wizard.sees("/afar GET counts events")
        text = wizard.pilot.app.screen.query_one(RouteText).text
        found = (await saved(wizard))["extra_wiring"]
    assert [entry["api_gateway"]["pathPart"] for entry in found] == ["hello", "afar"]
    assert found[0]["later"] == 1
    assert json.loads(text) == found


async def test_on_a_small_screen_the_text_stands_where_the_table_was() -> None:
    async with at_endpoints((40, 15)) as wizard:
        await wizard.press("ctrl+r")
        await wizard.sees("As table")
        await wizard.sees_no_more("/track")
        await wizard.press("ctrl+a", "delete", "delete")
        await wizard.paste('[{"lambda": 1}]')
        await wizard.sees("✗ extra_wiring.0.lambda: must be")
        await wizard.press("ctrl+n")
        assert "Step 3 of 4" in wizard.screen
        await wizard.press("ctrl+r")
        await wizard.sees("/track")


async def test_a_secret_in_an_endpoint_is_not_in_its_text_and_stays_in_the_file() -> None:
    write(extra_wiring=[{"auth": {"token": "hidden-secret"}, **HELLO}])
    async with at_endpoints((160, 40)) as wizard:
        shown = await wizard.sees('"token": "**********"')
        assert "hidden-secret" not in shown
        await wizard.press("ctrl+r", "end", "space")
        await wizard.press("ctrl+n")
        await wizard.sees("▸ 4 Review")
        assert "hidden-secret" not in wizard.screen
    assert read()["extra_wiring"][0]["auth"] == {"token": "hidden-secret"}
