"""Assessing snapshots one after another, with what the series adds where that is affordable."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from lamed_tui.experiments.assessment import Assessment, assess_all, design_of
from lamed_tui.experiments.statistics.crossing import standing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lamed_tui.config.model import ExperimentSettings
    from lamed_tui.experiments.history import History
    from lamed_tui.experiments.snapshot import Snapshot
    from lamed_tui.experiments.source import SnapshotSource
    from lamed_tui.experiments.statistics.crossing import Standing

MOST_HISTORIES = 200
"""Experiments whose series are read at once: about 100,000 hashes of 12 counters each. More take turns."""

_HISTORY_SECONDS = 60.0


class Assessor:
    """Assesses whole snapshots of one source; what is proven at one look stays proven at the next.

    Args:
        clock: seconds on a clock that never goes back.
        standings: what earlier looks of somebody else have proven, by experiment.
    """

    def __init__(
        self,
        source: SnapshotSource,
        settings: Mapping[str, ExperimentSettings],
        *,
        clock: Callable[[], float],
        standings: Mapping[str, Standing] | None = None,
    ) -> None:
        self._source = source
        self._settings = settings
        self._clock = clock
        self._histories: dict[str, History] = {}
        self._read_at: float | None = None
        self._turns: dict[str, float] = {}  # when the series of an experiment was read, whether there was one or not
        self._replayed: set[str] = set()  # whose standing has the days before the first look in it
        self._standings = dict(standings or {})

    def assess(self, snapshot: Snapshot) -> dict[str, Assessment]:
        """Every experiment of the snapshot, by name.

        Raises:
            LamedError: the series cannot be read.
        """
        self._read_histories(snapshot)
        self._replay(snapshot)
        found = assess_all(snapshot, self._settings, self._histories, self._standings)
        self._standings = {name: one.standing for name, one in found.items()}
        return found

    def _read_histories(self, snapshot: Snapshot) -> None:
        """Read the series that were read longest ago, as many as may be read at once."""
        now, names = self._clock(), [one.name for one in snapshot.experiments]
        if self._read_at is None or now - self._read_at >= _HISTORY_SECONDS:
            turn = sorted(names, key=lambda name: self._turns.get(name, -inf))[:MOST_HISTORIES]
            kept = set(names) - set(turn)
            found = self._source.read_histories(turn)
            self._histories = {name: one for name, one in self._histories.items() if name in kept} | dict(found)
            self._turns = {name: at for name, at in self._turns.items() if name in kept} | dict.fromkeys(turn, now)
            self._replayed &= set(names)
            self._read_at = now
        # The age of an experiment grows between two readings of its series
        self._histories = {
            name: replace(history, read_at=max(history.read_at, snapshot.taken_at))
            for name, history in self._histories.items()
        }

    def _replay(self, snapshot: Snapshot) -> None:
        """Add what the days before prove to what was proven while the series of an experiment had not had its turn."""
        for one in snapshot.experiments:
            history = self._histories.get(one.name)
            if history is None or one.name in self._replayed:
                continue
            self._replayed.add(one.name)
            if (seen := self._standings.get(one.name)) is not None:
                past = standing(history.by_day(), design_of(one, self._settings.get(one.name)))
                self._standings[one.name] = replace(seen, crossings={**past.crossings, **seen.crossings})
