"""Redis goes away for a while in the middle of everything, and comes back with what it had acknowledged."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from lamed.keys import PARTICIPATE

from lamed_tui.embedded.emulator import running_emulator
from lamed_tui.embedded.stack import Stack
from tests.e2e.browser.backend import deploy
from tests.e2e.browser.crowd import EXPERIMENT, GOALS, OPTIONS, REPEATABLE, UNIQUE, counts_of
from tests.e2e.browser.site import QUEUE_IS_EMPTY, click, seen
from tests.valkey_servers import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.browser.backend import Backend
    from tests.e2e.browser.chromium import Browser
    from tests.e2e.browser.site import Site

VISITORS = 8
AGE_WHAT_WAITS = f"""{{
  const key = "lamed:old False:{EXPERIMENT}";
  const aged = JSON.parse(localStorage[key]).map((entry) => ({{ ...entry, since: entry.since - 82_800_000 }}));
  localStorage[key] = JSON.stringify(aged);
}}"""
DURABLE = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}


@dataclass(frozen=True)
class FragileBackend:
    """A backend whose Redis can be taken away."""

    backend: Backend
    valkey: Server

    @contextmanager
    def redis_away(self) -> Iterator[None]:
        """No Redis, from a sudden death at the beginning to a restart at the end, in the same place."""
        self.valkey.kill()
        try:
            yield
        finally:
            self.valkey.start()


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FragileBackend]:
    """A backend of its own; its Valkey writes to disk before it answers."""
    valkey = Server(tmp_path_factory.mktemp("valkey"), DURABLE)
    valkey.start()
    try:
        with running_emulator(tmp_path_factory.mktemp("emulator")) as endpoint:
            stack = Stack(valkey.url, endpoint)
            settings = {"redis": {"url": stack.redis_url}}
            yield FragileBackend(deploy(settings, stack.environment, tmp_path_factory.mktemp("backend")), valkey)
    finally:
        valkey.stop()


def test_visitors_who_stay_lose_nothing_and_count_nothing_twice(
    browser: Browser, site: Site, fragile: FragileBackend
) -> None:
    path = site.publish(fragile.backend.snippet(*OPTIONS, "--namespace", "outage"), GOALS)

    with ExitStack() as profiles:
        profile = profiles.enter_context(browser.profile())
        early = [profile.open(f"{site.origin(f'early-{number}.shop')}{path}") for number in range(VISITORS // 2)]
        for page in early:
            page.run(";".join(map(click, (REPEATABLE, REPEATABLE))))  # under way when Redis dies
        with fragile.redis_away():
            late = [profile.open(f"{site.origin(f'late-{number}.shop')}{path}") for number in range(VISITORS // 2)]
            for page in (*early, *late):
                page.run(";".join(map(click, (UNIQUE, REPEATABLE))))
                page.wait_until_quiet()
                assert page.exchanges[-1].status == 503
                assert {UNIQUE, REPEATABLE} <= {*seen(page, EXPERIMENT).waiting}
            assert all(PARTICIPATE in seen(page, EXPERIMENT).waiting for page in late)
        for page in (*early, *late):
            page.run(click(REPEATABLE))
            page.wait_until(QUEUE_IS_EMPTY)
            assert page.errors == ()
        visitors = [seen(page, EXPERIMENT) for page in (*early, *late)]

    assert len(visitors) == VISITORS
    assert fragile.backend.mismatches("outage", counts_of(visitors)) == []


def test_visitors_who_left_meanwhile_lose_nothing_once_they_come_back(
    browser: Browser, site: Site, fragile: FragileBackend
) -> None:
    address = site.origin("shop") + site.publish(fragile.backend.snippet(*OPTIONS, "--namespace", "return"), GOALS)

    with browser.profile() as profile:
        with fragile.redis_away():
            page = profile.open(address)
            page.run(";".join(map(click, GOALS)))
            page.wait_until_quiet()
            visitor = seen(page, EXPERIMENT)
            assert {*visitor.waiting} == {PARTICIPATE, *GOALS}
            page.visit("about:blank")
        page.visit(address)
        page.wait_until(QUEUE_IS_EMPTY)
        sent = len(page.exchanges)
        page.visit(address)
        page.wait_until_quiet()
        assert [exchange for exchange in page.exchanges[sent:] if "/track" in exchange.url] == []
        fragile.backend.assert_counts("return", counts_of([visitor]))


def test_events_of_two_tabs_wait_beside_each_other(browser: Browser, site: Site, fragile: FragileBackend) -> None:
    address = site.origin("shop") + site.publish(fragile.backend.snippet(*OPTIONS, "--namespace", "tabs"), GOALS)

    with browser.profile() as profile:
        with fragile.redis_away():
            first = profile.open(address)
            first.wait_until_quiet()
            second = profile.open(address)
            for page in (first, second, first):
                page.run(click(REPEATABLE))
                page.wait_until_quiet()
            visitor = seen(first, EXPERIMENT)
            assert visitor.variant is not None
            in_the_second = {(EXPERIMENT, REPEATABLE, visitor.variant): 1}
            for page in (first, second):
                page.visit("about:blank")
        first.visit(address)
        first.wait_until(QUEUE_IS_EMPTY)
        fragile.backend.assert_counts("tabs", counts_of([visitor]) + Counter(in_the_second))


@pytest.mark.parametrize("stays", [True, False], ids=["in an open page", "over a reload"])
def test_an_event_older_than_repeats_are_recognised_is_sent_no_more(
    browser: Browser, site: Site, fragile: FragileBackend, *, stays: bool
) -> None:
    address = site.origin("shop") + site.publish(
        fragile.backend.snippet(*OPTIONS, "--namespace", f"old {stays}"), GOALS
    )

    with browser.profile() as profile:
        with fragile.redis_away():
            page = profile.open(address)
            page.run(click(UNIQUE))
            page.wait_until_quiet()
            assert {*seen(page, EXPERIMENT).waiting} == {PARTICIPATE, UNIQUE}
        if stays:
            page.run("{ const now = Date.now; Date.now = () => now() + 82_800_000; 0 }")
        else:
            page.run(AGE_WHAT_WAITS)
            page.visit(address)
        page.run(click(REPEATABLE))
        page.wait_until(QUEUE_IS_EMPTY)
        variant = seen(page, EXPERIMENT).variant
        assert variant is not None
        fragile.backend.assert_counts(f"old {stays}", {(EXPERIMENT, REPEATABLE, variant): 1})


def test_a_page_on_any_origin_can_read_why_it_was_refused(
    browser: Browser, site: Site, fragile: FragileBackend
) -> None:
    url = f"{fragile.backend.base_url}/track?experiment=e&variant=v&event=g&uuid=u"

    with browser.profile() as profile, fragile.redis_away():
        page = profile.open(site.origin("anywhere") + site.publish("", ()))
        answer = page.run(f"fetch({json.dumps(url)}).then(async (r) => [r.status, (await r.json()).error])")

    assert answer == [503, "store_unreachable"]
