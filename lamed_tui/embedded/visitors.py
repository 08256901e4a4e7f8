"""Simulated visitors who behave like the AlephBet client, over real HTTP with kept connections.

As in the browser, every event has a random uuid and waits in its visitor's queue until a 200 removes it; each later
event of that visitor sends the whole queue again, what is in flight included. Now and then a page closes before the
answer arrives, so an event that was counted is sent again. Duplicates and concurrent duplicates are thus the normal
case, and the number of distinct events acknowledged is exactly what the counters must show.
"""

from __future__ import annotations

import http.client
import queue
import random
import socket
import threading
import time
import uuid
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from lamed.keys import PARTICIPATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lamed_tui.embedded.truths import Truth

_ANSWER_SECONDS = 30.0
_RETRY_SECONDS = 0.2


@dataclass(eq=False)
class _Event:
    """Something a visitor did, identified by its uuid, and what became of it."""

    experiment: str
    variant: str
    name: str
    uuid: str
    sent: bool = False
    acknowledged: bool = False


@dataclass
class _Visitor:
    upcoming: list[_Event]
    past: list[_Event] = field(default_factory=list)

    def next_deliveries(self) -> list[_Event]:
        """Do the next thing; everything not yet acknowledged is to be sent."""
        self.past.append(self.upcoming.pop(0))
        return [event for event in self.past if not event.acknowledged]


@dataclass(frozen=True)
class Tally:
    """What the visitors know, taken at one moment.

    Attributes:
        sent: requests begun.
        duplicates: requests for an event that had been sent before.
        acknowledged: distinct events answered with 200, by (experiment, event name, variant).
        outstanding: distinct events sent and not yet acknowledged.
        last_failure: the latest answer other than 200, in words; empty when there was none.
    """

    sent: int
    duplicates: int
    acknowledged: Mapping[tuple[str, str, str], int]
    outstanding: int
    last_failure: str = ""


class Crowd:
    """Visitors arriving as fast as the endpoint answers, on a fixed number of connections.

    Args:
        track_url: the deployed `/track` URL.
        namespace: sent with every event.
        truths: the experiments; visitors are spread over them evenly.
        rng: decides who the visitors are, each in turn, and what they do when; only the moments at which answers arrive
            are not its business, and those change nobody.
        connections: requests under way at once.
        present: visitors on the site at any one time.
    """

    def __init__(
        self,
        track_url: str,
        namespace: str,
        truths: Sequence[Truth],
        *,
        rng: random.Random,
        connections: int = 16,
        present: int = 60,
        lost_answers: float = 0.03,
    ) -> None:
        self._url = urlsplit(track_url)
        self._namespace = namespace
        self._truths = truths
        self._rng = rng
        # Apart, so that late answers do not make other visitors
        self._births = random.Random(rng.getrandbits(64))  # noqa: S311 - dice, not secrets
        self._present = present
        self._lost_answers = lost_answers
        self._deliveries: queue.Queue[tuple[_Event, bool] | None] = queue.Queue(maxsize=connections)
        self._lock = threading.Lock()
        self._outstanding: set[_Event] = set()
        self._acknowledged: Counter[tuple[str, str, str]] = Counter()
        self._sent = 0
        self._duplicates = 0
        self._last_failure = ""
        self._connections: list[http.client.HTTPConnection] = []
        self._leaving = threading.Event()
        self._closing = threading.Event()
        self._doors = [
            threading.Thread(target=self._deliver, name=f"visitor-connection-{n}") for n in range(connections)
        ]
        self._street = threading.Thread(target=self._arrive, name="visitors")

    def start(self) -> None:
        """Let visitors in."""
        for thread in (*self._doors, self._street):
            thread.start()

    def stop(self, *, settle_seconds: float = 0.0) -> None:
        """Let nobody in any more; for up to `settle_seconds`, send what is unacknowledged until it is; then close.

        Stopping twice is harmless.
        """
        self._leaving.set()
        if settle_seconds:
            self._street.join()
            self._settle(time.monotonic() + settle_seconds)
        self._closing.set()
        with self._lock:
            for connection in self._connections:
                _hang_up(connection)
        self._street.join()
        doors, self._doors = self._doors, []
        for _ in doors:
            self._deliveries.put(None)
        for door in doors:
            door.join()

    def tally(self) -> Tally:
        """The figures at this moment."""
        with self._lock:
            return Tally(
                sent=self._sent,
                duplicates=self._duplicates,
                acknowledged=dict(self._acknowledged),
                outstanding=len(self._outstanding),
                last_failure=self._last_failure,
            )

    def _settle(self, deadline: float) -> None:
        while self.tally().outstanding and time.monotonic() < deadline:
            with self._lock:
                outstanding = list(self._outstanding)
            for event in outstanding:
                self._deliveries.put((event, False))
            while self._deliveries.unfinished_tasks and time.monotonic() < deadline:
                time.sleep(0.02)

    def _arrive(self) -> None:
        visitors: list[_Visitor] = []
        arrivals = 0
        while not self._leaving.is_set():
            while len(visitors) < self._present:
                visitors.append(self._visitor(self._truths[arrivals % len(self._truths)]))
                arrivals += 1
            index = self._rng.randrange(len(visitors))
            if not visitors[index].upcoming:
                # Gone, perhaps with events unacknowledged; a next visit would send them, as settling does.
                visitors[index] = visitors[-1]
                visitors.pop()
                continue
            for event in visitors[index].next_deliveries():
                self._deliveries.put((event, self._rng.random() < self._lost_answers))

    def _visitor(self, truth: Truth) -> _Visitor:
        names = list(truth.arms)
        variant = self._births.choices(names, weights=[truth.arms[name].share for name in names])[0]
        events = [PARTICIPATE]
        for goal, chance in truth.arms[variant].goals.items():
            if goal in truth.repeatable:
                events += [goal] * sum(self._births.random() < chance / 10 for _ in range(10))
            elif self._births.random() < chance:
                events.append(goal)
        return _Visitor(
            [
                _Event(truth.experiment, variant, name, str(uuid.UUID(int=self._births.getrandbits(128), version=4)))
                for name in events
            ]
        )

    def _deliver(self) -> None:
        connection = http.client.HTTPConnection(self._url.netloc, timeout=_ANSWER_SECONDS)
        with self._lock:
            self._connections.append(connection)
        while (delivery := self._deliveries.get()) is not None:
            event, answer_is_lost = delivery
            if not self._closing.is_set():
                self._note_sending(event)
                failure = self._request(connection, event)
                if failure:
                    self._last_failure = failure
                    self._closing.wait(_RETRY_SECONDS)
                elif not answer_is_lost:
                    self._note_acknowledged(event)
            self._deliveries.task_done()
        connection.close()

    def _note_sending(self, event: _Event) -> None:
        with self._lock:
            self._sent += 1
            self._duplicates += event.sent
            if not event.sent:
                event.sent = True
                self._outstanding.add(event)

    def _note_acknowledged(self, event: _Event) -> None:
        with self._lock:
            if not event.acknowledged:
                event.acknowledged = True
                self._outstanding.discard(event)
                self._acknowledged[event.experiment, event.name, event.variant] += 1

    def _request(self, connection: http.client.HTTPConnection, event: _Event) -> str:
        """Send one event; why it was not acknowledged, or nothing when it was."""
        query = {
            "experiment": event.experiment,
            "uuid": event.uuid,
            "variant": event.variant,
            "event": event.name,
            "namespace": self._namespace,
        }
        try:
            connection.request("GET", f"{self._url.path}?{urlencode(query)}")
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return f"{type(error).__name__}: {error}"
        if answer.status == http.client.OK:
            return ""
        return f"HTTP {answer.status}: {body[:200].decode(errors='replace')}"


def _hang_up(connection: http.client.HTTPConnection) -> None:
    """Let a thread that waits for an answer on this connection go on at once."""
    stream: socket.socket | None = connection.sock
    if stream is not None:
        with suppress(OSError):  # closed in the same moment
            stream.shutdown(socket.SHUT_RDWR)


@contextmanager
def visiting(crowd: Crowd) -> Iterator[Crowd]:
    """Visitors for as long as the context lasts."""
    crowd.start()
    try:
        yield crowd
    finally:
        crowd.stop()
