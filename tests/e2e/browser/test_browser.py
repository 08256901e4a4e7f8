"""The browser of these tests itself: loud when missing, alone in the world, gone without a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamed_tui.snippet.build import ALEPHBET_URL
from tests.alephbet import ClientMissingError, _install
from tests.e2e.browser.chromium import ChromiumMissingError, running_chromium
from tests.e2e.browser.site import foreign
from tests.e2e.terminal import processes_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.browser.site import Site


def test_a_browser_reaches_nothing_but_loopback_and_leaves_nothing_behind(site: Site) -> None:
    outside = ["https://example.com/pixel", "http://203.0.113.7/pixel", f"{ALEPHBET_URL}.map"]
    address = site.origin("shop") + site.publish("", ())

    with running_chromium({ALEPHBET_URL: b"window.loaded = true"}) as browser:
        with browser.profile() as profile:
            page = profile.open(address)
            for url in outside:
                assert page.run(f"fetch({url!r}).catch(String)") == "TypeError: Failed to fetch"
            assert page.run(f"import({ALEPHBET_URL!r}).then(() => loaded)") is True
        assert foreign(browser.requested, site) == outside
        directory = browser.directory
        assert len(processes_of(directory)) > 1

    assert processes_of(directory) == {}
    assert not directory.exists()


def test_a_missing_chromium_is_an_error_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(ChromiumMissingError, match="apt install chromium"), running_chromium({}):
        pass


def test_a_missing_npm_is_an_error_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(ClientMissingError, match="apt install npm"):
        _install(tmp_path / "alephbet")
