"""Snippets with the real AlephBet: what leaves the page is what the tracking endpoint is promised."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from lamed_tui.snippet.build import ALEPHBET_INTEGRITY, build
from lamed_tui.snippet.spec import Format, Goal, SnippetSpec, Variant
from tests.unit.snippet.formats import BOTH_FORMATS

if TYPE_CHECKING:
    from tests.unit.snippet.page import Page

SPEC = SnippetSpec(
    experiment="button color",
    variants=(Variant("control", 1), Variant("blue & <b>", 1)),
    goals=(Goal("sign+up"), Goal("page view", unique=False)),
    track_url="https://abc.example/prod/track",
    namespace="shop",
)


def events(seen: dict[str, Any]) -> list[dict[str, str]]:
    """The events that left the page, resends of one event taken together."""
    assert "error" not in seen, seen["error"]
    found = {}
    for request in seen["requests"]:
        url = urlsplit(request["url"])
        assert f"{url.scheme}://{url.netloc}{url.path}" == SPEC.track_url
        event = {key: value for key, (value,) in parse_qs(url.query, keep_blank_values=True).items()}
        found[event["uuid"]] = event
    return list(found.values())


def test_the_integrity_hash_is_that_of_the_published_file(alephbet: bytes) -> None:
    digest = base64.b64encode(hashlib.sha384(alephbet).digest()).decode()

    assert f"sha384-{digest}" == ALEPHBET_INTEGRITY


@BOTH_FORMATS
def test_a_visit_and_its_goals_are_tracked_under_their_own_names(page: Page, alephbet: bytes, form: Format) -> None:
    seen = page.run(
        build(replace(SPEC, format=form)),
        clicks=["sign+up", "sign+up", "page view", "page view"],
        library=alephbet.decode(),
    )

    tracked = events(seen)
    assert Counter(event["event"] for event in tracked) == {"participate": 1, "sign+up": 1, "page view": 2}
    assert {event["experiment"] for event in tracked} == {"button color"}
    assert {event["namespace"] for event in tracked} == {"shop"}
    assert len({event["variant"] for event in tracked}) == 1
    assert tracked[0]["variant"] in {"control", "blue & <b>"}


def test_a_signed_in_person_is_one_person_on_every_device(page: Page, alephbet: bytes) -> None:
    snippet = build(replace(SPEC, user_id="user.id"))

    devices = [
        page.run(snippet, clicks=["sign+up"], page_globals={"user": {"id": "u7"}}, library=alephbet.decode())
        for _ in range(3)
    ]

    expected = {
        hashlib.sha1(f"shop.button color.{goal}.u7".encode(), usedforsecurity=False).hexdigest()
        for goal in ("participate", "sign+up")
    }
    for device in devices:
        assert {event["uuid"] for event in events(device)} == expected


def test_visitors_outside_the_trigger_send_nothing(page: Page, alephbet: bytes) -> None:
    seen = page.run(build(replace(SPEC, trigger="false")), clicks=["sign+up"], library=alephbet.decode())

    assert events(seen) == []


def test_weights_decide_how_often_a_variant_is_shown(page: Page, alephbet: bytes) -> None:
    snippet = build(replace(SPEC, variants=(Variant("rare", 1), Variant("usual", 1_000_000))))

    shown = [events(page.run(snippet, library=alephbet.decode()))[0]["variant"] for _ in range(20)]

    assert shown.count("usual") >= 19
