"""Assessing snapshots one after another, with what the series adds where that is affordable."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lamed_tui.experiments.assessment import Assessment, assess
from lamed_tui.experiments.wording import utc_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lamed_tui.config.model import ExperimentSettings
    from lamed_tui.experiments.history import History
    from lamed_tui.experiments.snapshot import Snapshot
    from lamed_tui.experiments.source import SnapshotSource
    from lamed_tui.experiments.statistics.crossing import Standing

MOST_HISTORIES = 200
"""Experiments up to which the series of all of them are read: about 100,000 hashes of 12 counters each."""

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
        self._standings = dict(standings or {})

    def assess(self, snapshot: Snapshot) -> dict[str, Assessment]:
        """Every experiment of the snapshot, by name.

        Raises:
            LamedError: the series cannot be read.
        """
        self._read_histories(snapshot)
        today = utc_day(snapshot.taken_at)
        found = {
            one.name: assess(
                one,
                self._settings.get(one.name),
                today=today,
                history=self._histories.get(one.name),
                before=self._standings.get(one.name),
            )
            for one in snapshot.experiments
        }
        self._standings = {name: one.standing for name, one in found.items()}
        return found

    def _read_histories(self, snapshot: Snapshot) -> None:
        names = [one.name for one in snapshot.experiments]
        due = self._read_at is None or self._clock() - self._read_at >= _HISTORY_SECONDS
        if due and len(names) <= MOST_HISTORIES:
            self._histories = self._source.read_histories(names)
            self._read_at = self._clock()
        if self._histories:
            # The age of an experiment grows between two readings of its series
            self._histories = {
                name: replace(history, read_at=max(history.read_at, snapshot.taken_at))
                for name, history in self._histories.items()
            }
