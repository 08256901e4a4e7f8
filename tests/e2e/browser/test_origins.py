"""Which pages may read the answers: every page by default, those on listed origins when there is a list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from lamed.keys import PARTICIPATE

from tests.e2e.browser.backend import deploy
from tests.e2e.browser.crowd import EXPERIMENT, GOALS, OPTIONS, REPEATABLE, UNIQUE, counts_of
from tests.e2e.browser.site import QUEUE_IS_EMPTY, click, seen

if TYPE_CHECKING:
    from lamed_tui.embedded.stack import Stack
    from tests.e2e.browser.backend import Backend
    from tests.e2e.browser.chromium import Browser
    from tests.e2e.browser.page import Page
    from tests.e2e.browser.site import Site

HIDDEN = "TypeError: Failed to fetch"


@pytest.fixture(scope="module", params=[("shop",), ("shop", "blog")], ids=["one listed", "two listed"])
def listed(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The hosts whose pages may read the answers of `restricted`."""
    hosts: tuple[str, ...] = request.param
    return hosts


@pytest.fixture(scope="module")
def restricted(listed: tuple[str, ...], stack: Stack, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """A backend with a list of origins."""
    name = "-".join(("for", *listed))
    settings = {
        "name": name,
        "namespace": name,
        "redis": {"url": stack.redis_url},
        "cors_origins": [site.origin(host) for host in listed],
    }
    return deploy(settings, stack.environment, tmp_path_factory.mktemp("backend"))


def fetched(page: Page, url: str, **options: object) -> Any:
    """What a script on the page gets from the API: status and error code, or the exception."""
    return page.run(
        f"""fetch({json.dumps(url)}, {json.dumps(options)})
          .then(async (answer) => [answer.status, (await answer.json()).error ?? null])
          .catch(String)"""
    )


def test_a_page_on_a_listed_origin_reads_the_answers(
    browser: Browser, site: Site, restricted: Backend, listed: tuple[str, ...]
) -> None:
    path = site.publish(restricted.snippet(*OPTIONS), GOALS)
    visitors = []

    with browser.profile() as profile:
        page = profile.open()
        for host in listed:
            page.visit(site.origin(host) + path)
            page.run(click(UNIQUE))
            page.wait_until(QUEUE_IS_EMPTY)
            visitors.append(seen(page, EXPERIMENT))
            assert fetched(page, f"{restricted.base_url}/track?experiment=e") == [400, "missing_parameter"]
        assert page.errors == ()

    restricted.assert_counts(restricted.namespace, counts_of(visitors))


def test_a_page_on_another_origin_cannot_read_them_and_its_events_count_once_all_the_same(
    browser: Browser, site: Site, restricted: Backend
) -> None:
    """What it costs: the client never learns that its events arrived, so it sends all of them again with each new one,
    up to the hundred that it keeps, and each answer it may not see is an error on the page's console.
    """
    namespace = f"{restricted.namespace} elsewhere"
    path = site.publish(restricted.snippet(*OPTIONS, "--namespace", namespace), GOALS)

    with browser.profile() as profile:
        page = profile.open(site.origin("elsewhere") + path)
        for goal in (UNIQUE, REPEATABLE, REPEATABLE):
            page.wait_until_quiet()
            page.run(click(goal))
        page.wait_until_quiet()
        visitor = seen(page, EXPERIMENT)
        tracked = [exchange for exchange in page.exchanges if "uuid=" in exchange.url]

        assert visitor.waiting == (PARTICIPATE, UNIQUE, REPEATABLE, REPEATABLE)
        assert [(exchange.status, exchange.failure) for exchange in tracked] == [(200, "net::ERR_FAILED")] * (
            1 + 2 + 3 + 4
        )
        assert [error.splitlines()[0] for error in page.errors] == [HIDDEN] * len(tracked)
        assert fetched(page, f"{restricted.base_url}/track?experiment=e") == HIDDEN

    assert restricted.mismatches(namespace, counts_of([visitor])) == []


def test_by_default_a_page_on_any_origin_reads_every_answer(browser: Browser, site: Site, backend: Backend) -> None:
    experiments, key = f"{backend.base_url}/experiments", {"X-Api-Key": backend.api_key}
    page_with_nothing = site.publish("", ())

    with browser.profile() as profile:
        page = profile.open()
        for host in ("shop", "elsewhere", "127-0-0-1"):
            page.visit(site.origin(host) + page_with_nothing)

            assert fetched(page, f"{backend.base_url}/track") == [400, "missing_parameter"]
            assert fetched(page, f"{backend.base_url}/nowhere")[0] == 404
            assert fetched(page, experiments)[0] == 403
            # A key is a header that browsers ask about first, and so is the method DELETE.
            assert fetched(page, experiments, headers=key) == [200, None]
            assert fetched(page, f"{backend.base_url}/delete?experiment=none", method="DELETE", headers=key) == [
                200,
                None,
            ]


def test_a_dashboard_on_an_origin_that_is_not_listed_reads_no_results(
    browser: Browser, site: Site, restricted: Backend
) -> None:
    key = {"X-Api-Key": restricted.api_key}

    with browser.profile() as profile:
        page = profile.open(site.origin("elsewhere") + site.publish("", ()))

        assert fetched(page, f"{restricted.base_url}/experiments", headers=key) == HIDDEN
