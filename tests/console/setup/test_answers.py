"""Answers in the wizard's forms: taken, judged, taken apart and kept."""

from __future__ import annotations

from pathlib import Path

from lamed_tui.console.setup.fields import AddressField
from lamed_tui.console.setup.form import FormPane
from lamed_tui.console.setup.screen import SetupScreen
from tests.config_file import write
from tests.console.setup.wizard import CLEAR, setting_up


async def test_going_back_keeps_every_answer_right_or_wrong() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.fill("Address", "redis.example")
        await wizard.press("ctrl+n")
        await wizard.fill("Name", "1shop")
        await wizard.press("escape")
        shown = await wizard.sees("▸ 1 Redis")
        assert "redis.example" in shown
        await wizard.press("ctrl+n")
        shown = await wizard.sees("▸ 2 AWS")
        assert "1shop" in shown
        assert "✗ must be 1–30 letters" in shown


async def test_what_is_not_allowed_stops_the_way_on_at_its_field() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.fill("Port", "70000")
        await wizard.sees("✗ must be 1–65535")
        await wizard.go_to("Namespace")
        await wizard.press("ctrl+n")
        await wizard.sees("▸ 1 Redis")
        await wizard.is_at("Port")
        await wizard.fill("Port", "6380")
        assert "6380" in await wizard.sees_no_more("✗")


async def test_answers_that_do_not_fit_together_are_told() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.fill("Database", "3")
        await wizard.press("tab", "space")
        await wizard.sees("[x] yes")
        await wizard.press("ctrl+n")
        await wizard.sees("✗ db must be 0 in a cluster")


async def test_enter_alone_goes_through_a_form_and_changes_nothing() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        for title in ("Address", "Port", "TLS", "User", "Password", "Database", "Cluster", "Namespace"):
            await wizard.is_at(title)
            await wizard.press("enter")
        assert "[x]" not in wizard.screen


async def test_a_pasted_url_fills_in_everything_it_says() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.paste("rediss://shop:hunter2@redis.example:6400/3")
        shown = await wizard.sees("taken apart")
        assert all(text in shown for text in ("redis.example", "6400", "shop", "[x] yes", "set, not shown", "3"))
        assert "hunter2" not in shown


async def test_a_pasted_host_name_stands_there_once() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.fill("Address", "redis.example")
        assert wizard.pilot.app.screen.query_one(AddressField).value == "redis.example"


async def test_a_typed_url_is_taken_when_the_field_is_left() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.go_to("Address")
        await wizard.press(*CLEAR)
        await wizard.type("redis://redis.example:6400")
        assert "6379" in wizard.screen
        await wizard.press("tab")
        await wizard.sees("6400")
        await wizard.sees_no_more("redis://")


async def test_a_url_that_is_none_is_told_without_repeating_it() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.paste("redis://:hunter2@host:port:port")
        shown = await wizard.sees("✗ must")
        assert shown.count("hunter2") == 1, "it stands in the field alone, for who typed it to correct"


async def test_what_a_variable_decides_is_shown_and_not_asked() -> None:
    environment = {"LAMED_REDIS_URL": "redis://elsewhere:1", "AWS_REGION": "eu-west-1"}
    async with setting_up(environment) as wizard:
        await wizard.press("enter")
        shown = await wizard.sees("Address decided by LAMED_REDIS_URL")
        await wizard.is_at("Cluster")
        assert shown.count("decided by LAMED_REDIS_URL") == 6
        await wizard.press("ctrl+n")
        await wizard.sees("AWS_REGION is set, and wins over this")


async def test_profiles_of_this_computer_are_offered() -> None:
    folder = Path.home() / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[profile shop]\nregion = eu-west-3\n[default]\nregion = eu-west-1\n")
    async with setting_up() as wizard:
        await wizard.press("enter", "ctrl+n")
        await wizard.sees("▸ 2 AWS")
        await wizard.go_to("Profile")
        await wizard.sees("default credentials")
        await wizard.pilot.app.workers.wait_for_complete()
        await wizard.press("enter")
        await wizard.sees("shop (eu-west-3)")
        await wizard.press("down", "enter")
        await wizard.sees("shop (eu-west-3)")
        await wizard.press("ctrl+n", "ctrl+n")
        await wizard.sees('"profile": "shop"')


async def test_what_is_typed_the_moment_before_going_on_counts() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.sees("▸ 1 Redis")
        screen = wizard.pilot.app.screen
        assert isinstance(screen, SetupScreen)
        screen.query_one(AddressField).value = "redis://h.example:7000/2"
        # Nothing has been awaited, so nobody has been told of it yet.
        pane, state = screen.query_one(FormPane), screen._state
        assert state is not None
        assert pane.settled(state).document["redis"] == {"host": "h.example", "port": 7000, "db": 2}
        await screen.action_next()
        await wizard.sees("▸ 2 AWS")
        await wizard.press("escape")
        await wizard.sees("▸ 1 Redis", "h.example")


async def test_a_profile_with_brackets_in_its_name_is_shown_as_it_is() -> None:
    write(aws={"profile": "[/b] [red]mine"})
    async with setting_up() as wizard:
        await wizard.press("enter", "ctrl+n")
        await wizard.sees("▸ 2 AWS", "[/b] [red]mine")
