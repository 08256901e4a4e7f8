"""Trying the answers: truthful results, and a console that never waits for a server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import redis

from lamed_tui.console.app import LamedConsole
from tests.config_file import write
from tests.console.screens import settled
from tests.console.setup.wizard import Wizard, place, setting_up
from tests.network import a_silent_server
from tests.ports import a_free_port, port_of
from tests.redis_servers import password_on

if TYPE_CHECKING:
    import pytest

SLOWEST_KEY = 1.0
"""Seconds, generous because the machine may be busy: a console that waited for the server would take twelve."""


async def assert_keys_are_alive(wizard: Wizard) -> None:
    await wizard.go_to("Namespace")
    namespace = "alephbet"
    for letter in "xyz":
        started = time.monotonic()
        await wizard.type(letter)
        namespace += letter
        await wizard.sees(namespace)
        assert time.monotonic() - started < SLOWEST_KEY


async def test_what_the_server_says_is_told_and_a_change_makes_it_old(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("maxmemory", "100mb")
        try:
            async with setting_up(size=(120, 40)) as wizard:
                await wizard.press("down", "enter")
                await wizard.fill("Port", str(port_of(valkey)))
                await wizard.press("ctrl+t")
                shown = await wizard.sees("fail Redis eviction maxmemory-policy is allkeys-lru")
                assert f"pass  Redis answers       localhost:{port_of(valkey)} answers in" in shown
                assert "pass  Redis server        Valkey" in shown
                assert "pass  Redis encryption    No TLS" in shown
                assert "Redis from Lambda" not in shown, "where nothing is deployed, AWS need not reach Redis"
                await wizard.fill("Database", "1")
                await wizard.sees("before the answers changed. Try again.")
        finally:
            client.config_set("maxmemory", "0")
            client.config_set("maxmemory-policy", "noeviction")


async def test_a_server_that_is_not_there_is_told_and_does_not_stop_the_way_on() -> None:
    async with setting_up(size=(120, 40)) as wizard:
        await wizard.press("enter")
        await wizard.fill("Port", str(a_free_port()))
        await wizard.press("ctrl+t")
        await wizard.sees("refused the connection. Check that it runs")
        await wizard.sees("Not tried: Redis lets us in, Redis encryption, Redis server, Redis eviction.")
        await wizard.press("ctrl+n")
        await wizard.sees("▸ 2 AWS")


async def test_an_esc_that_comes_a_moment_after_the_end_was_meant_to_stop_and_does_not_go_back() -> None:
    now = 0.0
    app = LamedConsole(workplace=place(), clock=lambda: now)
    async with app.run_test(size=(120, 40)) as pilot:
        wizard = Wizard(pilot)
        await wizard.sees("A/B-testing backend")
        await wizard.press("enter")
        await wizard.fill("Port", str(a_free_port()))
        await wizard.press("ctrl+t")
        await wizard.sees("tried in")
        await wizard.press("escape")
        await settled(pilot)
        assert "▸ 1 Redis" in wizard.screen
        now = 1.0
        await wizard.press("escape")
        await wizard.sees("A/B-testing backend")


async def test_a_wrong_password_is_told_and_not_shown(valkey: str) -> None:
    with password_on(valkey, "right one"):
        async with setting_up(size=(120, 40)) as wizard:
            await wizard.press("enter")
            await wizard.fill("Port", str(port_of(valkey)))
            await wizard.fill("Password", "wrong-secret")
            await wizard.press("ctrl+t")
            shown = await wizard.sees("did not accept the password")
            assert "wrong-secret" not in shown


async def test_a_redis_that_never_answers_leaves_the_keys_alive_and_trying_can_be_stopped() -> None:
    write(redis={"socket_timeout": 60, "socket_connect_timeout": 60})
    with a_silent_server() as port:
        async with setting_up() as wizard:
            await wizard.press("enter")
            await wizard.fill("Port", str(port))
            await wizard.press("ctrl+t")
            await wizard.sees(f"Trying Redis at localhost:{port}")
            await wizard.sees("Stop")
            await assert_keys_are_alive(wizard)
            await wizard.press("escape")
            shown = await wizard.sees("Stopped after")
            assert "what had not answered by then is unknown" in shown
            await wizard.press("ctrl+t")
            await wizard.sees("Trying Redis")
            await wizard.press("ctrl+n")
            await wizard.sees("▸ 2 AWS")
            await wizard.press("escape")
            await wizard.sees("Stopped after")
            await wizard.press("ctrl+t")
            await wizard.sees("Trying Redis")
            await wizard.press("ctrl+q")
            started = time.monotonic()
            await wizard.pilot.app._shutdown()
            assert time.monotonic() - started < SLOWEST_KEY


async def test_an_aws_that_never_answers_leaves_the_keys_alive_and_trying_can_be_stopped() -> None:
    with a_silent_server() as port:
        environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-west-1",
        }
        async with setting_up(environment) as wizard:
            await wizard.press("enter", "ctrl+n")
            await wizard.sees("▸ 2 AWS")
            await wizard.press("ctrl+t")
            await wizard.sees("pass AWS region eu-west-1 at http://127.0.0.1")
            await wizard.go_to("Name")
            started = time.monotonic()
            await wizard.type("x")
            await wizard.sees("lamedx")
            assert time.monotonic() - started < SLOWEST_KEY
            await wizard.press("escape")
            await wizard.sees("Stopped after")
            assert "AWS credentials" not in wizard.screen


async def test_answers_that_cannot_be_tried_say_why() -> None:
    write(uuid_expiry_seconds=0)
    async with setting_up() as wizard:
        await wizard.press("enter", "ctrl+t")
        await wizard.sees("fail Answers config.json: uuid_expiry_seconds: must be")
        await wizard.fill("Port", "0")
        await wizard.press("ctrl+t")
        await wizard.sees("✗ must be 1–65535")


async def test_no_credentials_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    async with setting_up({"AWS_REGION": "eu-west-1"}) as wizard:
        await wizard.press("enter", "ctrl+n")
        await wizard.sees("▸ 2 AWS")
        await wizard.press("ctrl+t")
        await wizard.sees("fail AWS credentials No AWS credentials were found.")
