"""The review of what the wizard would write, and what may be wrong with the file."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from lamed_tui.config import files
from tests.config_file import read, write
from tests.console.screens import settled
from tests.console.setup.wizard import setting_up, to_review

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from tests.console.setup.wizard import Wizard


@asynccontextmanager
async def reviewing_another_port() -> AsyncIterator[Wizard]:
    """At the review, with one answer."""
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.fill("Port", "6400")
        await to_review(wizard)
        yield wizard


async def test_the_review_shows_the_change_and_no_secret_and_unknown_keys_survive() -> None:
    write(redis={"host": "redis.example", "password": "old-secret"}, later={"api_token": "third-secret"})
    async with setting_up(size=(100, 50)) as wizard:
        await wizard.press("enter")
        await wizard.fill("Port", "6400")
        await wizard.fill("Password", "new-secret")
        shown = await to_review(wizard)
        assert '-     "password": "**********"' in shown
        assert '+     "password": "********** (another one, not shown)"' in shown
        assert '+     "port": 6400' in shown
        assert "secret" not in shown
        await wizard.press("s")
        await wizard.sees("Saved")
    assert read()["later"] == {"api_token": "third-secret"}


async def test_a_file_that_somebody_else_changes_meanwhile_is_shown_again_before_it_is_written() -> None:
    write(redis={"host": "redis.example"})
    async with reviewing_another_port() as wizard:
        write(redis={"host": "redis.example"}, name="theirs")
        await wizard.press("s")
        await wizard.sees("changed by somebody else meanwhile")
        assert read() == {"redis": {"host": "redis.example"}, "name": "theirs"}
        await wizard.press("s")
        await wizard.sees("Saved")
    assert read() == {"redis": {"host": "redis.example", "port": 6400}, "name": "theirs"}


async def test_a_value_elsewhere_in_the_file_that_is_not_allowed_is_told_and_not_saved() -> None:
    write(uuid_expiry_seconds=0)
    async with reviewing_another_port() as wizard:
        await wizard.sees("uuid_expiry_seconds: must be")
        await wizard.press("s")
        await wizard.sees("✗ config.json: uuid_expiry_seconds")
    assert read() == {"uuid_expiry_seconds": 0}


async def test_a_file_that_cannot_be_written_is_told_and_the_answers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    async with reviewing_another_port() as wizard:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(files, "write_private", full)
        await wizard.press("s")
        await wizard.sees("✗ config.json cannot be written: No space left on device.")
        assert "4 Review" in wizard.screen


async def test_what_comes_next_stays_in_sight_over_a_look_at_the_help_and_the_palette() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await to_review(wizard)
        await wizard.press("s")
        await wizard.sees("Saved")
        for opens, seen in (("question_mark", "Help: Setup"), ("ctrl+p", "Search for commands")):
            await wizard.press(opens)
            await wizard.sees(seen)
            await wizard.press("escape")
            await wizard.sees_no_more(seen)
            await settled(wizard.pilot)
            assert "Saved" in wizard.screen
