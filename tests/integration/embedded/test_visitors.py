"""Simulated visitors behave like the browser client, and know exactly what was acknowledged."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from lamed_tui.embedded.truths import Arm, Truth
from lamed_tui.embedded.visitors import Crowd, visiting
from tests.http_servers import Reply, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler

TRUTHS = (
    Truth("button", {"control": Arm(3, {"signup": 0.5}), "grün": Arm(1, {"signup": 0.5})}),
    Truth("articles", {"control": Arm(1, {"opened": 3.0})}, repeatable=frozenset({"opened"})),
)


class Backend:
    """An HTTP server that counts every uuid once, and refuses when told to."""

    def __init__(self, refuse: Callable[[], bool]) -> None:
        self.refuse = refuse
        self.lock = threading.Lock()
        self.uuids: dict[str, tuple[str, str, str]] = {}
        self.deliveries: Counter[str] = Counter()
        self.under_way: Counter[str] = Counter()
        self.concurrent_duplicates = 0
        self.connections: set[object] = set()

    def receive(self, target: str, client: object) -> int:
        query = {key: values[0] for key, values in parse_qs(urlsplit(target).query).items()}
        uuid = query["uuid"]
        with self.lock:
            self.connections.add(client)
            self.deliveries[uuid] += 1
            self.concurrent_duplicates += self.under_way[uuid] > 0
            self.under_way[uuid] += 1
        time.sleep(0.002)
        with self.lock:
            self.under_way[uuid] -= 1
            if self.refuse():
                return 503
            self.uuids[uuid] = (query["experiment"], query["event"], query["variant"])
        return 200


@contextmanager
def visited(backend: Backend) -> Iterator[str]:
    def reply(request: BaseHTTPRequestHandler) -> Reply:
        return Reply(backend.receive(request.path, request.client_address), b"{}")

    with serving(reply) as origin:
        yield f"{origin}/prod/track"


def a_day_on_the_site(backend: Backend, *, events: int) -> Crowd:
    with visited(backend) as url, visiting(Crowd(url, "shop", TRUTHS, rng=random.Random(7), present=20)) as crowd:
        while len(backend.uuids) < events:
            time.sleep(0.01)
        crowd.stop(settle_seconds=20)
    return crowd


def test_acknowledged_events_are_exactly_the_distinct_ones_the_backend_counted() -> None:
    backend = Backend(refuse=lambda: False)
    tally = a_day_on_the_site(backend, events=400).tally()
    assert tally.outstanding == 0
    assert tally.acknowledged == Counter(backend.uuids.values())
    assert tally.sent == sum(backend.deliveries.values())
    assert tally.duplicates == tally.sent - len(backend.deliveries)


def test_events_are_resent_also_while_in_flight() -> None:
    backend = Backend(refuse=lambda: False)
    tally = a_day_on_the_site(backend, events=400).tally()
    assert tally.duplicates > 0
    assert backend.concurrent_duplicates > 0


def test_connections_are_kept() -> None:
    backend = Backend(refuse=lambda: False)
    a_day_on_the_site(backend, events=200)
    assert len(backend.connections) <= 16


def test_refused_events_stay_in_the_queue_until_they_are_acknowledged() -> None:
    dice = random.Random(1)
    backend = Backend(refuse=lambda: dice.random() < 0.3)
    tally = a_day_on_the_site(backend, events=100).tally()
    assert tally.outstanding == 0
    assert tally.acknowledged == Counter(backend.uuids.values())
    assert tally.last_failure == "HTTP 503: {}"


def test_visitors_split_as_their_truth_says_and_repeatable_goals_exceed_visitors() -> None:
    backend = Backend(refuse=lambda: False)
    counts = a_day_on_the_site(backend, events=800).tally().acknowledged
    control, other = counts["button", "participate", "control"], counts["button", "participate", "grün"]
    assert 0.65 < control / (control + other) < 0.85
    assert counts["articles", "opened", "control"] > 2 * counts["articles", "participate", "control"]


def test_refusals_and_late_answers_do_not_make_other_visitors() -> None:
    """So that an experiment whose outcome a test expects goes the same way on a busy machine."""
    dice = random.Random(1)
    calm, troubled = Backend(refuse=lambda: False), Backend(refuse=lambda: dice.random() < 0.3)
    a_day_on_the_site(calm, events=100)
    a_day_on_the_site(troubled, events=600)
    assert participants(calm)
    assert participants(calm) <= participants(troubled)


def participants(backend: Backend) -> set[str]:
    return {uuid for uuid, (_, event, _) in backend.uuids.items() if event == "participate"}


def test_visitors_leave_at_once_when_nobody_waits_for_them_to_settle() -> None:
    backend = Backend(refuse=lambda: True)
    with visited(backend) as url, visiting(Crowd(url, "shop", TRUTHS, rng=random.Random(7))):
        while not backend.deliveries:
            time.sleep(0.01)
        began = time.monotonic()
    assert time.monotonic() - began < 2
