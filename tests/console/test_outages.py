"""The monitor while Redis is away, hangs, or does not let it in."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from tests.console.screens import text_of, until, watching
from tests.integration.experiments.counters import write_counts
from tests.network import a_silent_server
from tests.ports import a_free_port
from tests.redis_servers import password_on
from tests.valkey_servers import frozen, valkey_on

if TYPE_CHECKING:
    from pathlib import Path

VISITORS = ("checkout", "participate", "control")
SLOWEST_KEY = 2.0
"""Seconds, generous because the machine may be busy: a console that waited for Redis would take thirty."""


async def test_a_redis_that_stops_and_comes_back_is_shown_as_it_is(tmp_path: Path) -> None:
    port = a_free_port()
    with valkey_on(port, tmp_path) as url:
        write_counts(url, {VISITORS: 41})
        console = watching(url)
        pilot = await console.__aenter__()
        await until(pilot, lambda text: "41 visitors" in text)
    try:
        shown = await until(pilot, lambda text: "refused the connection" in text)
        assert re.search(r" disconnected, (retry in \d+ s|retrying now), data \d+ s old ", shown)
        assert f"Redis at 127.0.0.1:{port} refused the connection." in shown
        assert "41 visitors" in shown
        with valkey_on(port, tmp_path) as url:
            write_counts(url, {VISITORS: 42})
            shown = await until(pilot, lambda text: "42 visitors" in text, seconds=20)
            assert " live " in shown
            assert "refused" not in shown
    finally:
        await console.__aexit__(None, None, None)


async def test_a_redis_that_is_not_there_from_the_start_is_a_notice_that_ends_by_itself(tmp_path: Path) -> None:
    port = a_free_port()
    async with watching(f"redis://127.0.0.1:{port}/0") as pilot:
        shown = await until(pilot, lambda text: "refused the connection" in text)
        assert "Check that it runs" in shown
        assert "lamed configure" in shown
        assert "lamed demo" in shown
        with valkey_on(port, tmp_path) as url:
            write_counts(url, {VISITORS: 7})
            await until(pilot, lambda text: "7 visitors" in text, seconds=20)


async def test_a_hung_redis_leaves_the_keys_alive_the_age_visible_and_quitting_quick(valkey: str) -> None:
    write_counts(valkey, {VISITORS: 41, ("headline", "participate", "a"): 5})
    async with watching(valkey, socket_timeout=30, interval=0.5) as pilot:
        await until(pilot, lambda text: "41 visitors" in text)
        with frozen(valkey):
            await until(pilot, lambda text: "STALE" in text, seconds=20)
            for key, text in (("down", "5 visitors"), ("p", "PAUSED"), ("question_mark", "Help: Monitor")):
                started = time.monotonic()
                await pilot.press(key)
                await until(pilot, lambda shown, text=text: text in shown)  # type: ignore[misc]  # bound default
                assert time.monotonic() - started < SLOWEST_KEY
            await pilot.press("escape", "q")
            started = time.monotonic()
            await pilot.app._shutdown()
            assert time.monotonic() - started < SLOWEST_KEY


async def test_a_server_that_never_answers_is_told_after_the_timeout() -> None:
    with a_silent_server() as port:
        async with watching(f"redis://127.0.0.1:{port}/0", socket_timeout=0.5) as pilot:
            shown = await until(pilot, lambda text: "did not answer in time" in text)
            assert "disconnected" in shown


async def test_a_wrong_password_is_told_and_not_shown(valkey: str) -> None:
    with password_on(valkey, "right one"):
        async with watching(valkey, password="wrong-secret") as pilot:
            shown = await until(pilot, lambda text: "did not accept the password" in text)
            assert "wrong-secret" not in shown
            assert "LAMED_REDIS_PASSWORD" in shown


async def test_an_outage_while_paused_keeps_the_view_and_says_both(tmp_path: Path) -> None:
    port = a_free_port()
    with valkey_on(port, tmp_path) as url:
        write_counts(url, {VISITORS: 41})
        console = watching(url, size=(160, 50))
        pilot = await console.__aenter__()
        await until(pilot, lambda text: "41 visitors" in text)
        await pilot.press("p")
    try:
        shown = await until(pilot, lambda text: "disconnected" in text)
        assert "PAUSED, shows data" in shown
        assert "41 visitors" in text_of(pilot)
    finally:
        await console.__aexit__(None, None, None)
