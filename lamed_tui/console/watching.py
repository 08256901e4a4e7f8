"""The part of the app that watches: it owns the feed, so that reading goes on whichever screen is shown."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual.reactive import var

from lamed_tui.console.background import in_background
from lamed_tui.console.feed import Feed, FeedState
from lamed_tui.console.monitor.screen import MonitorScreen
from lamed_tui.console.opening import Mode, OpeningApp
from lamed_tui.errors import LamedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.worker import Worker

    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.console.workplace import Workplace
    from lamed_tui.experiments.source import SnapshotSource

MONITOR = "monitor"
"""The mode that shows what is watched, once something is."""


class WatchingApp(OpeningApp):
    """Reads a source, and another one when the settings say so.

    Args:
        workplace: the file that the console may set up; without one, it only watches.
        interval: seconds between readings.
        note: a word about the whole session, such as "demo", shown in the title.
        clock: seconds on a clock that never goes back.
    """

    feed_state: var[FeedState] = var(FeedState(0), init=False)
    """What is known now; screens watch it."""

    def __init__(self, workplace: Workplace | None, *, interval: float, note: str, clock: Callable[[], float]) -> None:
        super().__init__()
        self._workplace = workplace
        self._interval = interval
        self._note = note
        self._clock = clock
        self._feed: Feed | None = None
        self._feed_worker: Worker[None] | None = None
        self._own_source: SnapshotSource | None = None
        self._newest: LoadedConfig | None = None
        self._watching_anew = asyncio.Lock()

    def on_unmount(self) -> None:
        if self._own_source is not None:
            self._own_source.close()

    async def watch_anew(self, loaded: LoadedConfig, *, go: bool) -> None:
        """Watch what has just been set up, in place of what was watched before.

        Saving once more meanwhile may overtake this: what was saved last is what is watched.
        """
        if self._workplace is None:
            return
        self._newest = loaded
        try:
            source = await in_background(partial(self._workplace.watch, loaded), name="opening what is watched")
        except LamedError as error:
            self.notify(str(error), severity="warning")
            return
        async with self._watching_anew:
            if loaded is self._newest:
                await self._replace(source, go=go)
            else:
                source.close()

    async def _replace(self, source: SnapshotSource, *, go: bool) -> None:
        if self._feed_worker is not None:
            self._feed_worker.cancel()
        if any(mode.id == MONITOR for mode in self.modes):
            if self.current_mode == MONITOR:  # opened meanwhile: it comes back with the new source
                go = True
                await self.switch_mode(next(mode.id for mode in self.modes if mode.id != MONITOR))
            await self.remove_mode(MONITOR)
        if self._own_source is not None:
            self._own_source.close()
        self._own_source = source
        self.take_source(source)
        self.start_feed()
        if go:
            self.switch_mode(MONITOR)

    def take_source(self, source: SnapshotSource) -> None:
        """Have a monitor for a source, which is read once the feed is started."""
        feed = Feed(source, interval=self._interval, publish=self._publish, clock=self._clock)
        self._feed = feed
        self.offer_mode(Mode(MONITOR, "Monitor", lambda: MonitorScreen(feed, clock=self._clock, note=self._note)))

    def start_feed(self) -> None:
        """Read what is watched, if anything is."""
        if self._feed is None:
            return
        self.feed_state = self._feed.state
        # The description is explicit because the default one spells out arguments, which may hold a password.
        self._feed_worker = self.run_worker(
            self._feed.run(), name="feed", description="reads the counters again and again", exit_on_error=False
        )

    def _publish(self, state: FeedState) -> None:
        self.feed_state = state
