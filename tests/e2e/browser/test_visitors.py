"""Visitors on pages that hold exactly what `lamed snippet` prints: the counters are what their pages saw."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import redis
from lamed.keys import PARTICIPATE

from lamed_tui.snippet.build import ALEPHBET_URL
from tests.alephbet import alephbet
from tests.e2e.browser.conftest import CUSTOM_PATH
from tests.e2e.browser.crowd import EXPERIMENT, GOALS, OPTIONS, REPEATABLE, UNIQUE, a_behaviour, behave, counts_of
from tests.e2e.browser.site import QUEUE_IS_EMPTY, click, seen

if TYPE_CHECKING:
    from lamed_tui.embedded.stack import Stack
    from tests.e2e.browser.backend import Backend
    from tests.e2e.browser.chromium import Browser
    from tests.e2e.browser.page import Page
    from tests.e2e.browser.site import Seen, Site

VISITORS = 200
BROWSERS = 4


def test_the_counters_of_200_visitors_are_what_their_pages_saw(browser: Browser, site: Site, backend: Backend) -> None:
    path = site.publish(backend.snippet(*OPTIONS, "--namespace", "crowd"), GOALS)
    # A host name of its own gives a visitor storage of his own, at a tenth of the cost of a profile.
    addresses = [f"{site.origin(f'visitor-{number}.shop')}{path}" for number in range(VISITORS)]
    rng = random.Random(7)
    behaviours = [a_behaviour(rng) for _ in range(VISITORS)]

    def one_browser(page: Page, first: int) -> list[tuple[int, Seen]]:
        visitors = []
        for number in range(first, VISITORS, BROWSERS):
            page.visit(addresses[number])
            visitors.append((number, behave(page, behaviours[number])))
        assert page.errors == ()
        return visitors

    with ExitStack() as profiles, ThreadPoolExecutor(BROWSERS) as pool:
        pages = [profiles.enter_context(browser.profile()).open() for _ in range(BROWSERS)]
        visitors = dict(visitor for some in pool.map(one_browser, pages, range(BROWSERS)) for visitor in some)
        # Some have left while their events were under way.
        backend.assert_counts("crowd", counts_of(visitors.values()))

    assert [visitors[number].clicked for number in range(VISITORS)] == [behaviour.clicks for behaviour in behaviours]
    assert {visitor.variant for visitor in visitors.values()} == {"control", "blue"}
    assert any(visitor.waiting for visitor in visitors.values())
    assert backend.mismatches("crowd", counts_of(visitors.values())) == []


def test_a_person_on_two_devices_reaches_a_unique_goal_once(browser: Browser, site: Site, backend: Backend) -> None:
    snippet = backend.snippet(*OPTIONS, "--namespace", "devices", "--user-id", "currentUser?.id")
    signed_in = site.publish(snippet, GOALS, script_globals={"currentUser": {"id": "u7"}})
    signed_out = site.publish(snippet, GOALS, script_globals={"currentUser": None})
    shop = site.origin("shop")

    with browser.profile() as phone, browser.profile() as laptop:
        on_the_phone, on_the_laptop = phone.open(shop + signed_in), laptop.open(shop + signed_in)
        for page, goals in ((on_the_phone, (UNIQUE, REPEATABLE, REPEATABLE)), (on_the_laptop, (UNIQUE, REPEATABLE))):
            for goal in goals:
                page.run(click(goal))
            page.wait_until(QUEUE_IS_EMPTY)
        variant = seen(on_the_phone, EXPERIMENT).variant
        assert seen(on_the_laptop, EXPERIMENT).variant == variant
        assert variant is not None

        with browser.profile() as kiosk:
            stranger = kiosk.open(shop + signed_out)
            stranger.run(click(UNIQUE))
            assert seen(stranger, EXPERIMENT).variant is None
            assert [exchange for exchange in stranger.exchanges if "/track" in exchange.url] == []

    expected = {
        (EXPERIMENT, PARTICIPATE, variant): 1,
        (EXPERIMENT, UNIQUE, variant): 1,
        (EXPERIMENT, REPEATABLE, variant): 3,
    }
    backend.assert_counts("devices", expected)


def test_a_visitor_who_comes_back_stays_one_visitor(browser: Browser, site: Site, backend: Backend) -> None:
    address = site.origin("shop") + site.publish(backend.snippet(*OPTIONS, "--namespace", "again"), GOALS)

    with browser.profile() as profile:
        page = profile.open(address)
        for _ in range(3):
            page.run(";".join(map(click, GOALS)))
            page.wait_until(QUEUE_IS_EMPTY)
            page.visit(address)
        variant = seen(page, EXPERIMENT).variant

    assert variant is not None
    expected = {
        (EXPERIMENT, PARTICIPATE, variant): 1,
        (EXPERIMENT, UNIQUE, variant): 1,
        (EXPERIMENT, REPEATABLE, variant): 3,
    }
    backend.assert_counts("again", expected)


def test_two_experiments_on_one_page_are_counted_side_by_side(browser: Browser, site: Site, backend: Backend) -> None:
    other = "headline"
    snippet = backend.snippet(*OPTIONS, "--namespace", "both") + backend.snippet(
        *("--experiment", other, "--namespace", "both", "--goal", UNIQUE, "--variant", "plain", "--variant", "loud")
    )

    with browser.profile() as profile:
        page = profile.open(site.origin("shop") + site.publish(snippet, GOALS))
        page.run(";".join(map(click, (*GOALS, *GOALS))))
        page.wait_until(QUEUE_IS_EMPTY)
        page.wait_until_quiet()
        visitor, headline = seen(page, EXPERIMENT), seen(page, other).variant

    assert headline is not None
    expected = counts_of([visitor]) + Counter({(other, PARTICIPATE, headline): 1, (other, UNIQUE, headline): 1})
    backend.assert_counts("both", expected)


def test_events_go_to_a_route_of_extra_wiring_when_the_snippet_says_so(
    browser: Browser, site: Site, backend: Backend
) -> None:
    snippet = backend.snippet(*OPTIONS, "--namespace", "extra", "--endpoint", CUSTOM_PATH)

    with browser.profile() as profile:
        page = profile.open(site.origin("shop") + site.publish(snippet, GOALS))
        page.run(";".join(map(click, GOALS)))
        page.wait_until(QUEUE_IS_EMPTY)
        visitor = seen(page, EXPERIMENT)
        sent = {exchange.url.partition("?")[0] for exchange in page.exchanges if "uuid=" in exchange.url}

    assert sent == {f"{backend.base_url}/{CUSTOM_PATH}"}
    backend.assert_counts("extra", counts_of([visitor]))


def test_a_page_closed_right_after_its_events_still_delivers_them(
    browser: Browser, site: Site, backend: Backend, stack: Stack
) -> None:
    address = site.origin("shop") + site.publish(backend.snippet(*OPTIONS, "--namespace", "closed"), GOALS)

    with browser.profile() as profile, redis.Redis.from_url(stack.redis_url) as valkey:
        page = profile.open(address)
        page.wait_until(QUEUE_IS_EMPTY)
        visitor = seen(page, EXPERIMENT)
        arrived = counts_of([visitor])
        # No answer comes while the page is open, so its first requests hold all six connections that a browser makes
        # to a host, and the last events have not left the browser when the page is gone.
        valkey.client_pause(20_000, all=False)
        try:
            page.run_and_close(";".join(map(click, (REPEATABLE, REPEATABLE, REPEATABLE, REPEATABLE, UNIQUE))))
            assert backend.mismatches("closed", arrived) == []
        finally:
            valkey.client_unpause()
        variant = visitor.variant
        assert variant is not None
        backend.assert_counts(
            "closed", arrived + Counter({(EXPERIMENT, REPEATABLE, variant): 4, (EXPERIMENT, UNIQUE, variant): 1})
        )


def test_names_that_need_escaping_are_counted_as_they_are(browser: Browser, site: Site, backend: Backend) -> None:
    experiment, goal = 'prix: 100% "net" + </script><!-- é', "a&b=c; \N{PARTY POPPER} a:b"
    variants = ("50%25 off", "l'autre: <b>")
    snippet = backend.snippet(
        *("--experiment", experiment, "--namespace", "names: %", "--goal", goal),
        *(word for variant in variants for word in ("--variant", variant)),
    )

    with browser.profile() as profile:
        page = profile.open(site.origin("shop") + site.publish(snippet, [goal]))
        page.run(click(goal))
        page.wait_until(QUEUE_IS_EMPTY)
        variant = seen(page, experiment).variant
        assert page.errors == ()

    assert variant in variants
    backend.assert_counts("names: %", {(experiment, PARTICIPATE, variant): 1, (experiment, goal, variant): 1})


def test_the_module_form_of_a_snippet_counts_too(browser: Browser, site: Site, backend: Backend) -> None:
    snippet = backend.snippet(*OPTIONS, "--namespace", "module", "--format", "module")
    path = site.publish(f'<script type="module">\n{snippet}</script>\n', GOALS)

    with browser.profile() as profile:
        page = profile.open(site.origin("shop") + path)
        page.wait_until(f'localStorage.getItem("alephbet")?.includes("{EXPERIMENT}:variant")')
        page.run(";".join(map(click, (*GOALS, *GOALS))))
        page.wait_until(QUEUE_IS_EMPTY)
        visitor = seen(page, EXPERIMENT)
        assert page.errors == ()

    backend.assert_counts("module", counts_of([visitor]))


def test_a_library_that_was_tampered_with_is_never_run(browser: Browser, site: Site, backend: Backend) -> None:
    address = site.origin("shop") + site.publish(backend.snippet(*OPTIONS, "--namespace", "tampered"), GOALS)

    with browser.profile(scripts={ALEPHBET_URL: alephbet() + b"\n"}) as profile:
        page = profile.open(address)
        page.run(";".join(map(click, GOALS)))

        assert page.run("typeof AlephBet") == "undefined"
        assert [exchange for exchange in page.exchanges if exchange.url.startswith(backend.base_url)] == []
    assert backend.mismatches("tampered", {}) == []
