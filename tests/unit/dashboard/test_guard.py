"""Who is let in to the dashboard, and who is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamed_tui.dashboard.guard import Asked, Door, is_loopback, refusal

DOOR = Door("127.0.0.1", 8000)
HOME = Asked(f"/{DOOR.token}/", "127.0.0.1:8000", None)
SOCKET = Asked(f"/{DOOR.token}/ws", "127.0.0.1:8000", "http://127.0.0.1:8000", is_websocket=True)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST:8000", "[::1]:8000", "127.0.0.1:9000"])
def test_whoever_knows_the_address_is_let_in_under_every_name_of_this_computer(host: str) -> None:
    assert refusal(DOOR, replace(HOME, host=host)) is None
    assert refusal(DOOR, replace(SOCKET, host=host, origin=f"http://{host}")) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example:8000", "localhost.evil.example", "", ":8000",
             "192.0.2.1:8000", "127.0.0.1@evil.example", "localhost."]
)  # fmt: skip
def test_a_name_that_somebody_made_point_here_is_refused(host: str) -> None:
    assert "name" in str(refusal(DOOR, replace(HOME, host=host)))
    assert refusal(DOOR, replace(SOCKET, host=host, origin=f"http://{host}")) is not None


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "https://127.0.0.1:8000", "http://127.0.0.1:9000", "http://localhost:8000",
     "http://127.0.0.1:8000.evil.example", "http://127.0.0.1:8000/", "file://"],
)  # fmt: skip
def test_a_page_from_elsewhere_is_refused(origin: str) -> None:
    assert "pages from elsewhere" in str(refusal(DOOR, replace(HOME, origin=origin)))
    assert "pages from elsewhere" in str(refusal(DOOR, replace(SOCKET, origin=origin)))


def test_a_websocket_that_does_not_say_where_it_comes_from_is_refused() -> None:
    assert "where it comes from" in str(refusal(DOOR, replace(SOCKET, origin=None)))


@given(st.text())
def test_no_path_without_the_token_leads_in(text: str) -> None:
    assert refusal(DOOR, replace(HOME, path=f"/{text}")) is not None
    assert refusal(DOOR, replace(HOME, path=f"/{text}/{DOOR.token}/")) is not None


def test_a_part_of_the_token_or_more_than_it_is_not_the_token() -> None:
    for wrong in (DOOR.token[:-1], f"{DOOR.token}x", DOOR.token.swapcase(), ""):
        assert "address" in str(refusal(DOOR, replace(HOME, path=f"/{wrong}/")))


def test_every_run_has_a_token_of_its_own_which_is_not_shown() -> None:
    tokens = {Door("127.0.0.1", 8000).token for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43  # 256 bits
    assert DOOR.token not in repr(DOOR)


def test_a_dashboard_that_others_can_reach_answers_to_addresses_and_to_its_own_name_only() -> None:
    door = Door("ops.example", 8000)
    for host in ("ops.example:8000", "192.0.2.1:8000", "[2001:db8::1]:8000", "127.0.0.1:8000"):
        assert refusal(door, Asked(f"/{door.token}/", host, None)) is None
    assert refusal(door, Asked(f"/{door.token}/", "evil.example:8000", None)) is not None


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False),  # noqa: S104 - to be told from loopback
     ("192.0.2.1", False), ("example.com", False), ("", False)],
)  # fmt: skip
def test_loopback_is_told_from_the_world(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    assert Door("::1", 80).base == "http://[::1]:80"
