"""A password typed into the wizard leaves it as an answer, and in no other way. One test a leak."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from textual.selection import SELECT_ALL
from textual.widgets import Input

from lamed_tui.console.crash import crash_report
from lamed_tui.console.setup.fields import SecretField
from lamed_tui.setup import drafts
from tests.config_file import CONFIG, write
from tests.console.setup.wizard import setting_up
from tests.network import a_silent_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.console.setup.wizard import Wizard

SECRET = "hidden-secret"


@asynccontextmanager
async def with_a_secret_typed() -> AsyncIterator[Wizard]:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.go_to("Password")
        await wizard.paste(SECRET)
        yield wizard


async def test_it_is_not_on_the_screen() -> None:
    async with with_a_secret_typed() as wizard:
        assert SECRET not in await wizard.sees("•" * len(SECRET))
        assert SECRET not in wizard.pilot.app.export_screenshot()


async def test_it_is_neither_copied_nor_cut_by_keys() -> None:
    async with with_a_secret_typed() as wizard:
        await wizard.press("ctrl+a", "shift+end", "ctrl+c")
        await wizard.sees("A password is not copied from here")
        await wizard.press("ctrl+x")
        assert wizard.pilot.app.clipboard == ""
        assert wizard.pilot.app.screen.query_one(SecretField).value == SECRET
        await wizard.go_to("User")
        await wizard.press("ctrl+v")
        assert SECRET not in wizard.screen


async def test_it_is_not_copied_by_the_mouse() -> None:
    async with with_a_secret_typed() as wizard:
        screen = wizard.pilot.app.screen
        screen.selections = dict.fromkeys(screen.query(Input), SELECT_ALL)
        assert SECRET not in (screen.get_selected_text() or "")


async def test_it_is_in_no_description_or_name_of_a_worker() -> None:
    write(redis={"socket_timeout": 60})
    with a_silent_server() as port:
        async with with_a_secret_typed() as wizard:
            await wizard.fill("Port", str(port))
            await wizard.press("ctrl+t")
            await wizard.sees("Trying Redis")
            workers = list(wizard.pilot.app.workers)
            assert [worker.name for worker in workers] == ["trial"]
            assert SECRET not in repr([(worker, worker.name, worker.description) for worker in workers])


async def test_it_is_in_no_representation_of_what_the_wizard_holds() -> None:
    async with with_a_secret_typed() as wizard:
        screen = wizard.pilot.app.screen
        others = [widget for widget in screen.walk_children() if not isinstance(widget, Input)]
        held = [screen.__dict__, *(widget.__dict__ for widget in others)]
        assert SECRET not in repr(held)


async def test_it_is_not_in_a_report_of_a_crash() -> None:
    async with with_a_secret_typed() as wizard:
        typed = wizard.pilot.app.screen.query_one(SecretField).value
    with pytest.raises(ValueError, match=SECRET) as raised:
        int(typed)
    assert SECRET not in crash_report(raised.value)


async def test_it_is_not_among_unfinished_answers() -> None:
    async with with_a_secret_typed() as wizard:
        await wizard.press("ctrl+q")
    kept = drafts.draft_of(CONFIG).read_text()
    assert SECRET not in kept
    assert json.loads(kept)["left_out"] == ["redis.password"]


async def test_it_is_not_in_the_review() -> None:
    async with with_a_secret_typed() as wizard:
        await wizard.press("ctrl+n", "ctrl+n", "ctrl+n")
        await wizard.sees("▸ 4 Review")
        shown = await wizard.sees('+ "password": "**********"')
        assert SECRET not in shown


async def test_one_that_is_in_the_file_never_reaches_a_field() -> None:
    write(redis={"password": SECRET})
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.sees("set, not shown")
        assert SECRET not in [field.value for field in wizard.pilot.app.screen.query(Input)]


async def test_it_is_not_logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    async with with_a_secret_typed() as wizard:
        await wizard.press("ctrl+t")
        await wizard.sees("tried in")
    told = capfd.readouterr()
    assert SECRET not in caplog.text + told.out + told.err
