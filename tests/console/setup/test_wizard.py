"""The wizard from its first page to the file it writes, by keys alone."""

from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING

from lamed_tui.config.model import RedisSettings
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.workplace import Workplace
from lamed_tui.experiments.source import RedisSource
from lamed_tui.setup import drafts
from lamed_tui.store.connect import open_store
from tests.aws_variables import aws_variables
from tests.config_file import CONFIG, read, write
from tests.console.scripted import USUAL, Scripted
from tests.console.setup.wizard import CLEAR, Wizard, place, setting_up, to_review, watch
from tests.integration.experiments.counters import write_counts
from tests.ports import port_of

if TYPE_CHECKING:
    from lamed_tui.config.files import LoadedConfig


async def test_from_an_empty_home_to_a_file(valkey: str, emulator: str) -> None:
    async with setting_up(aws_variables(emulator)) as wizard:
        await wizard.press("enter")
        await wizard.tab_to("Port")
        await wizard.press(*CLEAR)
        await wizard.type(str(port_of(valkey)))
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
        assert '+     "port": ' + str(port_of(valkey)) in shown
        assert not CONFIG.exists(), "nothing is written before the review"
        await wizard.press("s")
        shown = await wizard.sees("Saved")
        assert "Deploy now" in shown

    assert read() == {
        "redis": {"host": "localhost", "port": port_of(valkey)},
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
        await wizard.fill("Port", str(port_of(valkey)))
        await wizard.press("ctrl+n")
        await wizard.sees("will be created")
        await wizard.press("s")
        await wizard.sees("41 visitors")
    assert read() == {"redis": {"host": "localhost", "port": port_of(valkey)}}


async def test_the_monitor_and_setting_up_are_one_console(valkey: str) -> None:
    write(redis={"host": "127.0.0.1", "port": port_of(valkey)})
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
    write(redis={"host": "127.0.0.1", "port": port_of(valkey)})
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
        await wizard.sees("▸ 2 AWS", "shop")
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


async def test_a_file_that_is_no_configuration_is_told_and_can_be_mended() -> None:
    CONFIG.write_text('{"redis": "redis://h"}')
    async with LamedConsole(workplace=place()).run_test(size=(80, 24)) as pilot:
        wizard = Wizard(pilot)
        await wizard.sees("redis is not a section")
        CONFIG.write_text("{}")
        await wizard.press("enter")
        await wizard.sees("Change the settings")


async def test_setting_up_may_be_opened_while_the_monitor_is_still_making_its_bar_of_keys() -> None:
    source = Scripted(USUAL)
    app = LamedConsole(source, workplace=place())
    async with app.run_test() as pilot:
        await app.switch_mode("setup")
        await Wizard(pilot).sees("A/B-testing backend")
    source.close()
    assert app.crash == ""
