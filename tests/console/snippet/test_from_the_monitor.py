"""The builder, opened from the monitor: the experiment that is counted, and where its events go."""

from __future__ import annotations

import threading

from lamed_tui.errors import UsageError
from tests.console.screens import until
from tests.console.snippet.builder import URL, answered, watching_and_building
from tests.integration.experiments.counters import write_counts


async def test_from_the_monitor_it_begins_with_the_experiment_that_is_counted(valkey: str) -> None:
    write_counts(
        valkey,
        {(name, event, arm): 5 for name in ("headline", "search") for event in ("participate", "read") for arm in "ab"},
    )
    async with watching_and_building(valkey, lambda: URL) as builder:
        await builder.sees("headline")
        await builder.press("down", "x")
        code = await builder.has_code('name: "search"', URL)
        assert all(part in code for part in ('"a": {', '"b": {', '"read"'))
        await builder.press("escape")
        await builder.sees("visitors")


async def test_the_monitor_is_told_at_once_and_the_address_follows(valkey: str) -> None:
    write_counts(valkey, {("search", "participate", arm): 5 for arm in "ab"})
    deployed = threading.Event()

    def find() -> str:
        deployed.wait(30)
        return URL

    async with watching_and_building(valkey, find) as builder:
        await builder.sees("search")
        await builder.press("x")
        await builder.sees("AWS is asked where events go.")
        deployed.set()
        await builder.has_code(URL)


async def test_why_the_address_is_not_known_is_said(valkey: str) -> None:
    write_counts(valkey, {("search", "participate", arm): 5 for arm in "ab"})

    def find() -> str:
        raise UsageError("lamed is not deployed in eu-central-1, so there is no address to send events to.")

    async with watching_and_building(valkey, find) as builder:
        await builder.sees("search")
        await builder.press("x")
        await builder.sees("lamed is not deployed in eu-central-1")


async def test_an_address_that_was_not_known_is_looked_for_again_when_one_comes_back(valkey: str) -> None:
    write_counts(valkey, {("search", "participate", arm): 5 for arm in "ab"})
    deployed = False

    def find() -> str:
        if not deployed:
            raise UsageError("lamed is not deployed in eu-central-1, so there is no address to send events to.")
        return URL

    async with watching_and_building(valkey, find) as builder:
        await builder.sees("search")
        await builder.press("x")
        await builder.sees("lamed is not deployed in eu-central-1")
        await builder.press("escape")
        await builder.sees("visitors")
        deployed = True
        builder.pilot.app.switch_mode("snippet")
        await builder.has_code(URL)


async def test_an_address_that_was_typed_is_not_replaced(valkey: str) -> None:
    write_counts(valkey, {("search", "participate", arm): 5 for arm in "ab"})
    deployed = threading.Event()

    def find() -> str:
        deployed.wait(30)
        return "https://other.example/track"

    async with watching_and_building(valkey, find) as builder:
        await builder.sees("search")
        await builder.press("x")
        await builder.sees("AWS is asked")
        await answered(builder)
        await builder.has_code(URL)
        deployed.set()
        await until(
            builder.pilot, lambda _: all(one.is_finished for one in builder.pilot.app.workers if one.name == "address")
        )
        assert "other.example" not in builder.code
