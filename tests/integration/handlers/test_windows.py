"""For how long an event is remembered, by an injected clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lamed import endpoints, keys

from tests.integration.handlers.events import COUNTER, EVENT
from tests.unit.handlers.gateway import checked, proxy_event

if TYPE_CHECKING:
    import redis

EXPIRY = 86_400
WINDOW = EXPIRY // 2
START = 1_800_000_000 // WINDOW * WINDOW


def track(uuid: str, moment: float) -> str:
    event = proxy_event(**{**EVENT, "uuid": uuid})
    status, document = checked(endpoints.track(event, None, clock=lambda: moment))
    assert status == 200
    return str(document["status"])


@pytest.mark.parametrize("offset", [0, 1, 61, WINDOW // 2, WINDOW - 61, WINDOW - 1])
def test_an_event_is_a_duplicate_until_its_expiry_and_new_half_as_long_after(
    database: redis.Redis, offset: int
) -> None:
    written = START + offset
    assert track("u", written) == "counted"
    for later in (0, 59, WINDOW - offset - 1, WINDOW - offset, WINDOW, EXPIRY - 1, EXPIRY):
        assert track("u", written + later) == "duplicate"
    assert track("u", written + 1.5 * EXPIRY) == "counted"
    assert database.get(COUNTER) == "2"


def test_duplicates_across_many_windows_never_count_twice_within_the_expiry(database: redis.Redis) -> None:
    counted = 0
    for step in range(200):  # an event every 1,000 s, each sent again several times within a day
        now = START + step * 1_000
        counted += track(f"u-{step}", now) == "counted"
        for back in (1, 7, 43, 86):
            if step >= back:
                assert track(f"u-{step - back}", now) == "duplicate"
    assert counted == 200
    assert database.get(COUNTER) == "200"


def test_a_container_whose_clock_is_behind_sees_what_one_ahead_has_counted(database: redis.Redis) -> None:
    boundary = START + WINDOW
    for skew in (1, 30, keys.CLOCK_SKEW):
        assert track(f"ahead-{skew}", boundary + skew / 2) == "counted"
        assert track(f"ahead-{skew}", boundary - skew / 2) == "duplicate"
    assert database.get(COUNTER) == "3"


def test_an_odd_and_a_tiny_expiry_hold_too(database: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    for expiry in (1, 3, 61, 3_601):
        monkeypatch.setenv("LAMED_UUID_EXPIRY_SECONDS", str(expiry))
        assert track(f"u-{expiry}", START + 5) == "counted"
        assert track(f"u-{expiry}", START + 5 + expiry) == "duplicate"
        assert track(f"u-{expiry}", START + 5 + 2 * expiry + 2) == "counted"
    assert database.get(COUNTER) == "8"
