"""Reads the series of experiments behind the monitor, one at a time and never in a hurry."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from lamed_tui.console.background import in_background
from lamed_tui.console.monitor.knowledge import read_past
from lamed_tui.errors import LamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lamed_tui.config.model import ExperimentSettings
    from lamed_tui.console.feed import Feed
    from lamed_tui.console.monitor.knowledge import Past
    from lamed_tui.experiments.snapshot import Experiment

_REST = 0.2
"""Seconds that a choice must last before its past is read: whoever runs down the list reads nothing."""

_LEISURE = 2.0
"""Seconds between two pasts that nobody waits for: of a thousand experiments, reading one takes 20 ms."""

_CHOSEN_SECONDS, _OTHER_SECONDS = 30.0, 600.0
"""Ages at which the past of the chosen experiment, and of the others in view, is read again."""


class PastReader:
    """Reads the chosen experiment's past first and often, then that of every other one in view.

    Args:
        wanted: the experiments whose past is of use now, the chosen one first.
        learnt: told what was read of an experiment, None where there is no series.
        clock: seconds on a clock that never goes back.
    """

    def __init__(
        self,
        feed: Feed,
        settings: Callable[[], Mapping[str, ExperimentSettings]],
        *,
        wanted: Callable[[], Sequence[Experiment]],
        learnt: Callable[[str, Past | None], None],
        clock: Callable[[], float],
    ) -> None:
        self._feed = feed
        self._settings = settings
        self._wanted = wanted
        self._learnt = learnt
        self._clock = clock
        self._read_at: dict[str, float] = {}
        self._choice_changed = asyncio.Event()

    def choice_changed(self) -> None:
        """Look at once whether another past is wanted."""
        self._choice_changed.set()

    def forget(self, name: str | None = None) -> None:
        """Read an experiment's past anew, or every one."""
        if name is None:
            self._read_at.clear()
        else:
            self._read_at.pop(name, None)
        self.choice_changed()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            await asyncio.sleep(_REST)
            self._choice_changed.clear()
            experiment = self._next()
            if experiment is not None and self._feed.state.outage is None:
                await self._read(experiment)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._choice_changed.wait(), _LEISURE)

    def _next(self) -> Experiment | None:
        for number, one in enumerate(self._wanted()):
            read_at = self._read_at.get(one.name)
            if read_at is None or self._clock() - read_at >= (_OTHER_SECONDS if number else _CHOSEN_SECONDS):
                return one
        return None

    async def _read(self, experiment: Experiment) -> None:
        source, settings = self._feed.source, self._settings().get(experiment.name)
        self._read_at[experiment.name] = self._clock()
        try:
            past = await in_background(lambda: read_past(source, experiment, settings), name="reading a history")
        except LamedError:
            return  # it is read again in its turn; where nothing can be read, the feed says so
        if source is self._feed.source and experiment.name in self._read_at:  # else it is the past of something else
            self._learnt(experiment.name, past)
