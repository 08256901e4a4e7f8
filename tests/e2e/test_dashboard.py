"""`lamed dashboard` as a person has it: a real server process, in a real browser."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.e2e.browser.chromium import running_chromium
from tests.e2e.dashboards import (
    EXPERIMENT,
    SECONDS,
    Dashboard,
    colours_on,
    opened,
    press,
    running_dashboard,
    wait_for_text,
    wait_until_consoles_are_gone,
    wait_until_gone,
)
from tests.e2e.terminal import listening_addresses
from tests.ports import port_of
from tests.waiting import comes_true

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.browser.chromium import Browser

HELP = "Filter by a part of a name"
SHAKE_HANDS = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium({}) as running:
        yield running


def test_the_monitor_is_seen_and_hears_keys_and_nothing_is_asked_of_the_internet(
    dashboard: Dashboard, browser: Browser
) -> None:
    before = len(browser.requested)
    with browser.profile() as profile:
        page = opened(profile, dashboard.url)
        wait_for_text(page, EXPERIMENT, "41", "59", "Monitor")
        assert colours_on(page) > 20
        assert HELP not in page.run("text()")
        press(page, "?")
        wait_for_text(page, HELP)
        assert page.errors == ()
        assert {urlsplit(url).netloc for url in browser.requested[before:]} == {dashboard.address}
        assert len(dashboard.consoles()) == 1
        assert not (dashboard.directory / "pwned").exists()
    wait_until_consoles_are_gone(dashboard)


def test_a_console_that_was_quit_says_so_and_another_one_opens(dashboard: Dashboard, browser: Browser) -> None:
    with browser.profile() as profile:
        page = opened(profile, dashboard.url)
        wait_for_text(page, EXPERIMENT)
        press(page, "q")
        page.wait_until("document.querySelector('.ended').checkVisibility()")
        page.run("document.querySelector('.ended a').click()")
        page.wait_until("document.readyState === 'complete' && !document.body.classList.contains('-closed')")
        wait_for_text(page, EXPERIMENT)


def test_what_does_not_come_from_its_own_page_is_refused(dashboard: Dashboard) -> None:
    own = f"http://{dashboard.address}"
    inside, socket = f"/{dashboard.token}/", f"/{dashboard.token}/ws"
    assert dashboard.ask(inside)[0] == 200
    assert dashboard.ask(socket, {**SHAKE_HANDS, "Origin": own})[0] == 101
    refused: list[tuple[str, dict[str, str]]] = [
        ("/", {}),
        ("/ws", {**SHAKE_HANDS, "Origin": own}),
        ("/static/js/textual.js", {}),
        (f"/{dashboard.token[:-1]}/", {}),
        (f"/{'A' * len(dashboard.token)}/ws", {**SHAKE_HANDS, "Origin": own}),
        (inside, {"Host": "evil.example"}),
        (inside, {"Origin": "http://evil.example"}),
        (socket, {**SHAKE_HANDS, "Host": "evil.example", "Origin": "http://evil.example"}),
        (socket, {**SHAKE_HANDS, "Origin": "http://evil.example"}),
        (socket, {**SHAKE_HANDS, "Origin": "null"}),
        (socket, SHAKE_HANDS),
    ]
    answers = [dashboard.ask(path, headers) for path, headers in refused]
    assert [status for status, _ in answers] == [403] * len(refused)
    assert all(dashboard.token not in body for _, body in answers)


def test_another_page_of_the_browser_gets_nothing_even_when_it_knows_the_address(
    dashboard: Dashboard, browser: Browser
) -> None:
    with browser.profile() as profile:
        stranger = profile.open("data:text/html,<title>elsewhere</title>")
        socket = f"ws://{dashboard.address}/{dashboard.token}/ws"
        ended = stranger.run(
            f"new Promise((tell) => {{ const socket = new WebSocket({socket!r});"
            "socket.onopen = () => tell('open'); socket.onclose = () => tell('closed'); })"
        )
        assert ended == "closed"
        assert stranger.run(f"fetch({dashboard.url!r}).then((answer) => answer.status, String)").startswith("TypeError")
        stranger.run(f"document.body.innerHTML = `<iframe src={dashboard.url!r}></iframe>`")
        stranger.wait_until_quiet()
    assert dashboard.consoles() == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_however_it_ends_no_console_stays_behind(
    dashboard: Dashboard, browser: Browser, number: signal.Signals
) -> None:
    with browser.profile() as profile:
        page = opened(profile, dashboard.url)
        wait_for_text(page, EXPERIMENT)
        assert listening_addresses([dashboard.process.pid]) == {dashboard.address}
        os.kill(dashboard.process.pid, number)
        assert dashboard.process.wait(20) == (0 if number is not signal.SIGKILL else -signal.SIGKILL)
        wait_until_gone(dashboard.directory)


def test_a_console_that_hangs_does_not_keep_the_dashboard_from_ending(dashboard: Dashboard, browser: Browser) -> None:
    with browser.profile() as profile:
        page = opened(profile, dashboard.url)
        wait_for_text(page, EXPERIMENT)
        (console,) = dashboard.consoles()
        os.kill(console, signal.SIGSTOP)
        os.kill(dashboard.process.pid, signal.SIGTERM)
        assert dashboard.process.wait(30) == 0
        os.kill(console, signal.SIGCONT)
        wait_until_gone(dashboard.directory)


def test_the_browser_is_started_with_an_address_that_works_once(tmp_path: Path, counted: str, browser: Browser) -> None:
    noted = tmp_path / "noted"
    note = tmp_path / "browser"
    note.write_text(f'#!/bin/sh\nprintf %s "$1" > {noted}.part && mv {noted}.part {noted}\n')
    note.chmod(0o755)
    with running_dashboard(tmp_path / "d", counted, environment={"BROWSER": f"{note} %s"}) as dashboard:
        assert comes_true(noted.exists, seconds=SECONDS)
        ticket = noted.read_text()
        assert dashboard.token not in ticket
        assert dashboard.ask(urlsplit(ticket).path, {"Host": "evil.example"})[0] == 403
        with browser.profile() as profile:
            page = opened(profile, ticket)
            wait_for_text(page, EXPERIMENT)
            assert page.run("location.href") == dashboard.url
        assert dashboard.ask(urlsplit(ticket).path)[0] == 403


def test_letting_others_in_is_said_with_a_warning(tmp_path: Path, counted: str) -> None:
    options = ("--no-open", "--host", "0.0.0.0", "--allow-remote")  # noqa: S104 - what is warned of
    with running_dashboard(tmp_path / "d", counted, *options) as dashboard:
        assert re.fullmatch(r"http://[\w.-]+:\d+/[\w-]{43}/", dashboard.url)
        local = Dashboard(
            dashboard.process, f"http://127.0.0.1:{port_of(dashboard.url)}/{dashboard.token}/", dashboard.directory
        )
        assert local.ask(f"/{dashboard.token}/")[0] == 200
        assert local.ask("/")[0] == 403
        dashboard.process.send_signal(signal.SIGTERM)
        _, told = dashboard.process.communicate(timeout=20)
    assert told.startswith("WARNING: other computers can reach")
