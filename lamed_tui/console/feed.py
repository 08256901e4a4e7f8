"""The console's one polling loop: it reads a source, and tells what is known now."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lamed_tui.console.background import in_background
from lamed_tui.errors import LamedError
from lamed_tui.experiments.pace import UNKNOWN_PACE, Pace, Totals, pace_of, recent, totals_of
from lamed_tui.experiments.watching import retry_delay

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamed_tui.experiments.snapshot import Snapshot
    from lamed_tui.experiments.source import SnapshotSource

INTERVALS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds between readings that a person can choose from."""


@dataclass(frozen=True)
class Reading:
    """A snapshot, when it arrived on the feed's clock, and how fast events came in up to then."""

    snapshot: Snapshot
    at: float
    pace: Pace = UNKNOWN_PACE


@dataclass(frozen=True)
class Outage:
    """Why the newest attempt failed, and when the next one comes on the feed's clock."""

    error: LamedError
    failures: int
    retry_at: float


@dataclass(frozen=True)
class FeedState:
    """What is known now.

    Attributes:
        interval: seconds between readings.
        reading: the newest data, however old.
        outage: set while the newest attempt is a failed one.
    """

    interval: float
    reading: Reading | None = None
    outage: Outage | None = None


class Feed:
    """Reads the source again and again; `run` is the loop, one at a time.

    Args:
        publish: called in the event loop with every new state.
        clock: seconds on a clock that never goes back.
    """

    def __init__(
        self,
        source: SnapshotSource,
        *,
        interval: float,
        publish: Callable[[FeedState], None],
        clock: Callable[[], float],
    ) -> None:
        self.state = FeedState(interval)
        self._source = source
        self._publish = publish
        self._clock = clock
        self._history: tuple[Totals, ...] = ()
        self._hurry = asyncio.Event()

    @property
    def source(self) -> SnapshotSource:
        """What is being read."""
        return self._source

    @property
    def label(self) -> str:
        """What is watched and where."""
        return self._source.label

    @property
    def namespace(self) -> str:
        """Whose experiments these are."""
        return self._source.namespace

    async def run(self) -> None:
        """Read, wait, read again, until cancelled. A source that is down is asked ever more slowly."""
        while True:
            self._hurry.clear()
            source = self._source
            try:
                snapshot = await in_background(source.read, name="reading counters")
            except LamedError as error:
                self._failed(error)
            else:
                if source is self._source:  # else the person has turned to another namespace meanwhile
                    self._succeeded(snapshot)
            await self._wait()

    def read_now(self) -> None:
        """Cut the wait short."""
        self._hurry.set()

    def change_namespace(self, namespace: str) -> None:
        """Watch another namespace of the same place from now on."""
        self._source = self._source.in_namespace(namespace)
        self._history = ()
        self._tell(FeedState(self.state.interval))
        self._hurry.set()

    def change_interval(self, step: int) -> None:
        """Take the next longer (+1) or shorter (-1) interval of `INTERVALS`."""
        longer = [one for one in INTERVALS if one > self.state.interval]
        shorter = [one for one in INTERVALS if one < self.state.interval]
        chosen = longer[:1] if step > 0 else shorter[-1:]
        if chosen:
            self._tell(replace(self.state, interval=chosen[0]))
            self._hurry.set()

    def _succeeded(self, snapshot: Snapshot) -> None:
        now = self._clock()
        self._history = recent(self._history, totals_of(snapshot, now))
        self._tell(replace(self.state, reading=Reading(snapshot, now, pace_of(self._history)), outage=None))

    def _failed(self, error: LamedError) -> None:
        failures = self.state.outage.failures + 1 if self.state.outage else 1
        retry_at = self._clock() + retry_delay(self.state.interval, failures)
        self._tell(replace(self.state, outage=Outage(error, failures, retry_at)))

    async def _wait(self) -> None:
        outage = self.state.outage
        seconds = max(0.0, outage.retry_at - self._clock()) if outage else self.state.interval
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), seconds)

    def _tell(self, state: FeedState) -> None:
        self.state = state
        self._publish(state)
