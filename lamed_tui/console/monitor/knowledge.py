"""What the monitor has learnt while it watches: assessments that go on from one look to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lamed_tui.experiments.assessment import Assessment, assess, design_of, headline, snapshot_counts
from lamed_tui.experiments.statistics.crossing import Standing, standing
from lamed_tui.experiments.trend import Looks, Trend, joined, trend
from lamed_tui.experiments.wording import utc_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from lamed_tui.config.model import ExperimentSettings
    from lamed_tui.experiments.history import History
    from lamed_tui.experiments.snapshot import Experiment, Snapshot
    from lamed_tui.experiments.source import SnapshotSource
    from lamed_tui.experiments.statistics.evidence import Design

    Settings = Callable[[], Mapping[str, ExperimentSettings]]

_MOST_REMEMBERED = 50
"""Experiments up to which looks at all of them are kept; with more, at those only that are read."""


_HEADLINE_SECONDS = 3.0
"""A state in words changes seldom, and working it out each second for a screenful is most of the work."""


@dataclass(frozen=True)
class Past:
    """The series of one experiment, and what its days have proven by a design."""

    history: History
    design: Design
    standing: Standing


def read_past(source: SnapshotSource, experiment: Experiment, settings: ExperimentSettings | None) -> Past | None:
    """Read the series and work through its days: slow, so not for the event loop. None where there is no series.

    Raises:
        LamedError: it cannot be read now.
    """
    history = source.read_histories([experiment.name]).get(experiment.name)
    design = design_of(experiment, settings)
    return Past(history, design, standing(history.by_day(), design)) if history else None


class Knowledge:
    """Assesses experiments on demand.

    Args:
        settings: what is decided about experiments, at every moment.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._looks = Looks()
        self._pasts: dict[str, Past] = {}
        self._standings: dict[str, Standing] = {}
        self._headlines: dict[str, tuple[Experiment, datetime, str]] = {}

    def take(self, snapshot: Snapshot, chosen: str | None) -> None:
        """Remember a look at what is likely to be charted."""
        few = len(snapshot.experiments) <= _MOST_REMEMBERED
        for one in snapshot.experiments:
            if few or one.name == chosen:
                self._looks.take(one.name, (snapshot.taken_at, snapshot_counts(one)))

    def learn(self, name: str, past: Past | None) -> None:
        """Take over what was read of an experiment's past."""
        if past is not None:
            known = self._pasts.get(name)
            if known is None or known.design != past.design:  # else the looks of this session go on from it
                self._standings[name] = past.standing
            self._pasts[name] = past
        self._headlines.pop(name, None)

    def begin_anew(self, name: str) -> None:
        """Drop what is known of an experiment: its settings changed, or it was reset."""
        for known in (self._pasts, self._standings, self._headlines):
            known.pop(name, None)

    @property
    def standings(self) -> Mapping[str, Standing]:
        """What has been proven so far, by experiment."""
        return self._standings

    def history(self, name: str) -> History | None:
        """The series, as far as it was read."""
        past = self._pasts.get(name)
        return past.history if past else None

    def assessment(self, experiment: Experiment, taken_at: datetime) -> Assessment:
        """What this look and the earlier ones prove."""
        name = experiment.name
        history = self.history(name)
        if history is not None and history.read_at < taken_at:
            history = replace(history, read_at=taken_at)  # its age grows between two readings of the series
        found = assess(
            experiment,
            self._settings().get(name),
            today=utc_day(taken_at),
            history=history,
            before=self._standings.get(name),
        )
        self._standings[name] = found.standing
        return found

    def headline(self, experiment: Experiment, taken_at: datetime) -> str:
        """The state in words; worked out again when the counts have changed, but not more often than is noticed."""
        known = self._headlines.get(experiment.name)
        if known is not None:
            before, at, words = known
            recent = (taken_at - at).total_seconds() < _HEADLINE_SECONDS and before.control == experiment.control
            if recent or before == experiment:
                return words
        words = headline(self.assessment(experiment, taken_at))
        self._headlines[experiment.name] = (experiment, taken_at, words)
        return words

    def trend(self, assessment: Assessment, goal: str, most: int) -> Trend:
        """How a goal has developed, from the series and from the looks of this session."""
        stored = assessment.history.looks() if assessment.history else []
        return trend(assessment, goal, joined(stored, self._looks.of(assessment.experiment.name)), most=most)
