"""One browser, one site and one embedded stack a test process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamed_tui.embedded.stack import running_stack
from lamed_tui.snippet.build import ALEPHBET_URL
from tests.alephbet import alephbet
from tests.e2e.browser.backend import deploy
from tests.e2e.browser.chromium import running_chromium
from tests.e2e.browser.site import foreign, running_site
from tests.wiring import entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamed_tui.embedded.stack import Stack
    from tests.e2e.browser.backend import Backend
    from tests.e2e.browser.chromium import Browser
    from tests.e2e.browser.site import Site

CUSTOM_PATH = "my_events"


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Pages under any name that ends in .localhost."""
    with running_site() as running:
        yield running


@pytest.fixture(scope="session")
def browser(site: Site) -> Iterator[Browser]:  # noqa: ARG001 - the site can stop only when the browser is gone
    """Chromium, for which jsdelivr.net serves the file that npm published."""
    with running_chromium({ALEPHBET_URL: alephbet()}) as running:
        yield running


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Valkey and the AWS emulator."""
    with running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def backend(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """A backend with default settings and one additional tracking route."""
    settings = {"redis": {"url": stack.redis_url}, "extra_wiring": [entry(CUSTOM_PATH)]}
    return deploy(settings, stack.environment, tmp_path_factory.mktemp("backend"))


@pytest.fixture(autouse=True)
def _pages_ask_for_nothing_else(browser: Browser, site: Site) -> Iterator[None]:
    """What a page asks for beside its site, AlephBet and the API fails the test, though it never leaves the machine."""
    before = len(browser.requested)
    yield
    assert foreign(browser.requested[before:], site) == []
