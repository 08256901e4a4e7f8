"""The ledger: every request that visitors made, and what the counters owe them for it. No I/O.

- An event is *acknowledged* when at least one request for it was answered 200, whether or not its visitor was still
  there to see the answer. One visitor's uuid and what it did make one event, however often it is sent.
- It is *lost* when it is acknowledged and not counted.
- It is *doubled* when it is counted more than once.
- It is *unexplained* when it is counted and nobody sent it, or when it survived the deletion of its experiment.

Deleting an experiment takes the events before it away. A request that began after the deletion had returned must be
counted if it was acknowledged; one that had ended before the deletion began must not be; those in between may be.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lamed_tui.embedded.demo import CounterName

_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request for an event, in seconds on one clock, and whether it was answered 200."""

    begun: float
    ended: float
    acknowledged: bool


@dataclass(frozen=True)
class Deletion:
    """When the deletion of an experiment began, and when it had returned with success."""

    begun: float = _NEVER
    ended: float = _NEVER


@dataclass(frozen=True)
class Held:
    """What the store holds for one counter.

    Attributes:
        count: the number that everybody is shown.
        digests: the events it remembers, one by one.
    """

    count: int = 0
    digests: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """One counter against the ledger. All is well when the last three are 0.

    Attributes:
        acknowledged: events that must be counted.
        undecided: events that may be: they were under way while their experiment was deleted.
        counted: the number that everybody is shown.
    """

    counter: CounterName
    acknowledged: int
    undecided: int
    counted: int
    lost: int
    doubled: int
    unexplained: int


Events = dict[str, list[Delivery]]
"""Deliveries by the digest of an event."""


@dataclass
class Ledger:
    """Written by many threads, read when they are done."""

    _events: dict[CounterName, Events] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    _failures: Counter[str] = field(default_factory=Counter)
    _acknowledged: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, counter: CounterName, digest: str, delivery: Delivery, failure: str) -> None:
        """Enter one request; `failure` says why it was not answered 200, and is empty when it was."""
        with self._lock:
            before = self._events[counter][digest]
            if delivery.acknowledged and not any(one.acknowledged for one in before):
                self._acknowledged += 1
            before.append(delivery)
            if failure:
                self._failures[failure.partition(":")[0]] += 1

    @property
    def acknowledged(self) -> int:
        """Distinct events acknowledged so far."""
        with self._lock:
            return self._acknowledged

    @property
    def refused(self) -> int:
        """Requests so far that were not answered 200."""
        with self._lock:
            return self._failures.total()

    @property
    def failures(self) -> Mapping[str, int]:
        """The same by kind, such as "HTTP 503"."""
        with self._lock:
            return dict(self._failures)

    def events(self) -> Mapping[CounterName, Mapping[str, Sequence[Delivery]]]:
        """Every delivery, by counter and digest."""
        with self._lock:
            return {counter: dict(events) for counter, events in self._events.items()}


def audit(
    events: Mapping[CounterName, Mapping[str, Sequence[Delivery]]],
    held: Mapping[CounterName, Held],
    deletions: Mapping[str, Deletion],
) -> list[Finding]:
    """Every counter of either side against the other.

    Args:
        deletions: the last one of each experiment that was deleted.
    """
    return [
        _compared(counter, events.get(counter, {}), held.get(counter, Held()), deletions.get(counter[0], Deletion()))
        for counter in sorted({*events, *held})
    ]


def _compared(counter: CounterName, events: Mapping[str, Sequence[Delivery]], held: Held, deleted: Deletion) -> Finding:
    owed = {digest for digest, sent in events.items() if _is_owed(sent, deleted)}
    possible = {digest for digest, sent in events.items() if any(one.ended >= deleted.begun for one in sent)}
    remembered = len(held.digests)
    return Finding(
        counter,
        acknowledged=len(owed),
        undecided=len(possible - owed),
        counted=held.count,
        # Remembered without being counted is lost as well: it would be taken for a duplicate for ever.
        lost=len(owed - held.digests) + max(0, remembered - held.count),
        doubled=max(0, held.count - remembered),
        unexplained=len(held.digests - possible),
    )


def _is_owed(sent: Iterable[Delivery], deleted: Deletion) -> bool:
    return any(one.acknowledged and one.begun >= deleted.ended for one in sent)
