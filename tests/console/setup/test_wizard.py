"""The wizard from its first page to the file it writes, by keys alone."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from lamed_tui.config import files
from lamed_tui.config.model import RedisSettings
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.setup.fields import AddressField
from lamed_tui.console.setup.form import FormPane
from lamed_tui.console.setup.screen import SetupScreen
from lamed_tui.console.workplace import Workplace
from lamed_tui.experiments.source import RedisSource
from lamed_tui.setup import drafts
from lamed_tui.store.connect import open_store
from tests.console.setup.wizard import CLEAR, CONFIG, Wizard, aws, place, port_of, read, setting_up, watch, write
from tests.integration.experiments.counters import write_counts

if TYPE_CHECKING:
    import pytest

    from lamed_tui.config.files import LoadedConfig


async def to_review(wizard: Wizard) -> str:
    """From the first step through all others, answering nothing."""
    await wizard.sees("Step 1" if wizard.pilot.app.size.width < 60 else "▸ 1 Redis")
    await wizard.press("ctrl+n")
    await wizard.sees("2 AWS")
    await wizard.press("ctrl+n")
    await wizard.sees("▸ 3 Endpoints")
    await wizard.press("ctrl+n")
    return await wizard.sees("▸ 4 Review")


async def test_from_an_empty_home_to_a_file(valkey: str, emulator: str) -> None:
    async with setting_up(aws(emulator)) as wizard:
        await wizard.press("enter")
        await wizard.tab_to("Port")
        await wizard.press(*CLEAR)
        await wizard.type(port_of(valkey))
        await wizard.tab_to("Namespace")
        await wizard.press(*CLEAR)
        await wizard.type("shop")
        await wizard.press("ctrl+t")
        shown = await wizard.sees("Redis from Lambda")
        assert f"Redis at localhost:{port_of(valkey)}, tried in" in shown
        await wizard.press("ctrl+n")
        await wizard.fill("Name", "shop")
        await wizard.fill("Region", "eu-central-1")
        await wizard.press("ctrl+t")
        await wizard.sees("arn:aws:iam::000000000000:root")
        await wizard.press("ctrl+n")
        await wizard.sees("/restapis/…/prod/_user_request_")
        await wizard.press("ctrl+n")
        shown = await wizard.sees("will be created")
        assert '+     "port": ' + port_of(valkey) in shown
        assert not CONFIG.exists(), "nothing is written before the review"
        await wizard.press("s")
        shown = await wizard.sees("Saved")
        assert "Deploy now" in shown

    assert read() == {
        "redis": {"host": "localhost", "port": int(port_of(valkey))},
        "namespace": "shop",
        "name": "shop",
        "aws": {"region": "eu-central-1"},
    }
    assert stat.S_IMODE(CONFIG.stat().st_mode) == 0o600
    assert not drafts.draft_of(CONFIG).exists()


async def test_watching_an_existing_redis_needs_only_its_address(valkey: str) -> None:
    write_counts(valkey, {("checkout", "participate", "control"): 41})
    async with setting_up() as wizard:
        await wizard.press("down", "enter")
        shown = await wizard.sees("Nothing is deployed")
        assert "AWS" not in shown.partition("\n")[2].partition("\n")[0]
        await wizard.fill("Port", port_of(valkey))
        await wizard.press("ctrl+n")
        await wizard.sees("will be created")
        await wizard.press("s")
        await wizard.sees("41 visitors")
    assert read() == {"redis": {"host": "localhost", "port": int(port_of(valkey))}}


async def test_the_monitor_and_setting_up_are_one_console(valkey: str) -> None:
    write(redis={"host": "127.0.0.1", "port": int(port_of(valkey))})
    write_counts(valkey, {("checkout", "participate", "control"): 41})
    async with setting_up() as wizard:
        await wizard.press("down", "enter")
        await wizard.sees("Nothing is deployed")
        await wizard.press("ctrl+n")
        await wizard.sees("stays as it is")
        await wizard.press("s")
        await wizard.sees("41 visitors")
        await wizard.press("ctrl+p")
        await wizard.type("Go to Setup")
        await wizard.press("enter")
        await wizard.sees("Change the settings")


async def test_saving_again_while_the_monitor_is_open_puts_the_new_one_in_its_place(valkey: str) -> None:
    write(redis={"host": "127.0.0.1", "port": int(port_of(valkey))})
    write_counts(valkey, {("checkout", "participate", "control"): 41})
    answers = threading.Event()

    def slow(loaded: LoadedConfig) -> RedisSource:
        answers.wait(60)
        return watch(loaded)

    with open_store(RedisSettings.model_validate({"url": valkey})) as store:
        app = LamedConsole(RedisSource(store, "elsewhere", {}), workplace=Workplace(CONFIG, {}, slow), interval=0.2)
        async with app.run_test(notifications=True) as pilot:
            wizard = Wizard(pilot)
            try:
                await wizard.sees('No events yet in the namespace "elsewhere"')
                await app.switch_mode("setup")
                await wizard.sees("A/B-testing backend")
                await wizard.press("down", "enter")
                await wizard.sees("Nothing is deployed")
                await wizard.press("ctrl+n")
                await wizard.sees("stays as it is")
                await wizard.press("s")
                await wizard.press("ctrl+p")
                await wizard.type("Go to Monitor")
                await wizard.press("enter")
                await wizard.sees("elsewhere · Redis")
            finally:
                answers.set()
            await wizard.sees("41 visitors")
        assert app.crash == ""


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
        wizard.go_to("Namespace")
        await wizard.press("ctrl+n")
        await wizard.sees("▸ 1 Redis")
        assert wizard.field == "Port"
        await wizard.fill("Port", "6380")
        assert "✗" not in await wizard.sees("6380")


async def test_answers_that_do_not_fit_together_are_told() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.fill("Database", "3")
        await wizard.press("tab", "space")
        assert "[x] yes" in wizard.screen
        await wizard.press("ctrl+n")
        await wizard.sees("✗ db must be 0 in a cluster")


async def test_enter_alone_goes_through_a_form_and_changes_nothing() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        for title in ("Address", "Port", "TLS", "User", "Password", "Database", "Cluster", "Namespace"):
            assert wizard.field == title
            await wizard.press("enter")
        assert "[x]" not in wizard.screen


async def test_a_pasted_url_fills_in_everything_it_says() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.paste("rediss://shop:hunter2@redis.example:6400/3")
        shown = await wizard.sees("taken apart")
        assert all(text in shown for text in ("redis.example", "6400", "shop", "[x] yes", "set, not shown", "3"))
        assert "hunter2" not in shown


async def test_a_typed_url_is_taken_when_the_field_is_left() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        wizard.go_to("Address")
        await wizard.press(*CLEAR)
        await wizard.type("redis://redis.example:6400")
        assert "6379" in wizard.screen
        await wizard.press("tab")
        shown = await wizard.sees("6400")
        assert "redis://" not in shown


async def test_a_url_that_is_none_is_told_without_repeating_it() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.paste("redis://:hunter2@host:port:port")
        shown = await wizard.sees("✗ must")
        assert shown.count("hunter2") == 1, "it stands in the field alone, for who typed it to correct"


async def test_answers_survive_the_end_and_go_on_where_they_stopped() -> None:
    write(redis={"host": "redis.example", "password": "old-secret"}, unknown=[1])
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.fill("Port", "6400")
        await wizard.fill("Password", "new-secret")
        await wizard.press("ctrl+n")
        await wizard.fill("Name", "shop")
        await wizard.press("ctrl+q")

    assert read() == {"redis": {"host": "redis.example", "password": "old-secret"}, "unknown": [1]}
    assert "secret" not in drafts.draft_of(CONFIG).read_text().replace("without secrets", "")

    async with setting_up() as wizard:
        shown = await wizard.sees("Go on where you stopped")
        assert "At AWS" in shown
        assert "has to be typed again" in shown
        await wizard.press("enter")
        assert "shop" in await wizard.sees("▸ 2 AWS")
        await wizard.press("escape")
        shown = await wizard.sees("type it again")
        assert "6400" in shown
        await wizard.fill("Password", "new-secret")
        assert "type it again" not in wizard.screen
        await to_review(wizard)
        await wizard.press("s")
        await wizard.sees("Saved")

    assert read() == {
        "redis": {"host": "redis.example", "password": "new-secret", "port": 6400},
        "unknown": [1],
        "name": "shop",
    }
    assert not drafts.draft_of(CONFIG).exists()


async def test_looking_around_leaves_no_draft_and_drops_none() -> None:
    async with setting_up() as wizard:
        await wizard.press("enter", "ctrl+n")
        await wizard.sees("▸ 2 AWS")
        await wizard.press("ctrl+q")
    assert not drafts.draft_of(CONFIG).exists()

    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.fill("Port", "6400")
        await wizard.press("ctrl+q")
    async with setting_up() as wizard:
        await wizard.sees("Go on where you stopped")
        await wizard.press("down", "enter", "ctrl+n")
        await wizard.sees("▸ 2 AWS")
        await wizard.press("ctrl+q")
    assert drafts.find(CONFIG) is not None


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
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.fill("Port", "6400")
        await to_review(wizard)
        write(redis={"host": "redis.example"}, name="theirs")
        await wizard.press("s")
        await wizard.sees("changed by somebody else meanwhile")
        assert read() == {"redis": {"host": "redis.example"}, "name": "theirs"}
        await wizard.press("s")
        await wizard.sees("Saved")
    assert read() == {"redis": {"host": "redis.example", "port": 6400}, "name": "theirs"}


async def test_a_value_elsewhere_in_the_file_that_is_not_allowed_is_told_and_not_saved() -> None:
    write(uuid_expiry_seconds=0)
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.fill("Port", "6400")
        await to_review(wizard)
        await wizard.sees("uuid_expiry_seconds: must be")
        await wizard.press("s")
        await wizard.sees("✗ config.json: uuid_expiry_seconds")
    assert read() == {"uuid_expiry_seconds": 0}


async def test_a_file_that_cannot_be_written_is_told_and_the_answers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    async with setting_up() as wizard:
        await wizard.press("enter")
        await wizard.fill("Port", "6400")
        await to_review(wizard)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(files, "write_private", full)
        await wizard.press("s")
        await wizard.sees("✗ config.json cannot be written: No space left on device.")
        assert "4 Review" in wizard.screen


async def test_what_a_variable_decides_is_shown_and_not_asked() -> None:
    environment = {"LAMED_REDIS_URL": "redis://elsewhere:1", "AWS_REGION": "eu-west-1"}
    async with setting_up(environment) as wizard:
        await wizard.press("enter")
        shown = await wizard.sees("Address decided by LAMED_REDIS_URL")
        assert wizard.field == "Cluster"
        assert shown.count("decided by LAMED_REDIS_URL") == 6
        await wizard.press("ctrl+n")
        await wizard.sees("AWS_REGION is set, and wins over this")


async def test_a_file_that_is_no_configuration_is_told_and_can_be_mended() -> None:
    CONFIG.write_text('{"redis": "redis://h"}')
    async with LamedConsole(workplace=place()).run_test(size=(80, 24)) as pilot:
        wizard = Wizard(pilot)
        await wizard.sees("redis is not a section")
        CONFIG.write_text("{}")
        await wizard.press("enter")
        await wizard.sees("Change the settings")


async def test_profiles_of_this_computer_are_offered() -> None:
    folder = Path.home() / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[profile shop]\nregion = eu-west-3\n[default]\nregion = eu-west-1\n")
    async with setting_up() as wizard:
        await wizard.press("enter", "ctrl+n")
        await wizard.sees("▸ 2 AWS")
        wizard.go_to("Profile")
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
        assert "h.example" in await wizard.sees("▸ 1 Redis")
