"""The builder, opened from the monitor: the experiment that is counted, and where its events go."""

from __future__ import annotations

import threading

import pytest

from lamed_tui.errors import UsageError
from tests.console.screens import until
from tests.console.snippet.builder import URL, Builder, answered, watching_and_building
from tests.integration.experiments.counters import write_counts

NOWHERE = UsageError("lamed is not deployed in eu-central-1, so there is no address to send events to.")


@pytest.fixture
def search(valkey: str) -> str:
    """A Redis in which one experiment is counted."""
    write_counts(valkey, {("search", "participate", arm): 5 for arm in "ab"})
    return valkey


async def begin(builder: Builder) -> None:
    """Turn to the builder of that experiment."""
    await builder.sees("search")
    await builder.press("x")


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


async def test_the_monitor_is_told_at_once_and_the_address_follows(search: str) -> None:
    deployed = threading.Event()

    def find() -> str:
        deployed.wait(30)
        return URL

    async with watching_and_building(search, find) as builder:
        await begin(builder)
        await builder.sees("AWS is asked where events go.")
        deployed.set()
        await builder.has_code(URL)


async def test_why_the_address_is_not_known_is_said(search: str) -> None:
    def find() -> str:
        raise NOWHERE

    async with watching_and_building(search, find) as builder:
        await begin(builder)
        await builder.sees("lamed is not deployed in eu-central-1")


async def test_an_address_that_was_not_known_is_looked_for_again_when_one_comes_back(search: str) -> None:
    deployed = False

    def find() -> str:
        if not deployed:
            raise NOWHERE
        return URL

    async with watching_and_building(search, find) as builder:
        await begin(builder)
        await builder.sees("lamed is not deployed in eu-central-1")
        await builder.press("escape")
        await builder.sees("visitors")
        deployed = True
        builder.pilot.app.switch_mode("snippet")
        await builder.has_code(URL)


async def test_an_address_that_was_typed_is_not_replaced(search: str) -> None:
    deployed = threading.Event()

    def find() -> str:
        deployed.wait(30)
        return "https://other.example/track"

    async with watching_and_building(search, find) as builder:
        await begin(builder)
        await builder.sees("AWS is asked")
        await answered(builder)
        await builder.has_code(URL)
        deployed.set()
        await until(
            builder.pilot, lambda _: all(one.is_finished for one in builder.pilot.app.workers if one.name == "address")
        )
        assert "other.example" not in builder.code
