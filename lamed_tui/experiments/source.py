"""Where snapshots come from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from lamed.keys import DAYS, HOURS, NAMESPACES_KEY, PARTICIPATE, decode

from lamed_tui.experiments.history import History
from lamed_tui.experiments.index import Index
from lamed_tui.experiments.layout import Layout, arrange
from lamed_tui.experiments.names import natural_order, well_formed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lamed.keys import Series

    from lamed_tui.config.model import ExperimentSettings
    from lamed_tui.experiments.history import Name
    from lamed_tui.experiments.index import Names
    from lamed_tui.experiments.layout import ExperimentLayout
    from lamed_tui.experiments.operations import Operations
    from lamed_tui.experiments.snapshot import Snapshot
    from lamed_tui.store.connect import Store


class SnapshotSource(Protocol):
    """Something that can be watched: a Redis, or the deployed API.

    Attributes:
        operations: what may be done to the experiments; None where they are only watched.
    """

    operations: Operations | None

    @property
    def label(self) -> str:
        """What is watched and where, for people, without any secret."""

    @property
    def namespace(self) -> str:
        """Whose experiments these are."""

    def read(self) -> Snapshot:
        """Read everything once; may take as long as its timeouts. Called from one worker thread at a time.

        Raises:
            LamedError: it cannot be read now; the next call tries anew.
        """

    def read_histories(self, experiments: Sequence[str]) -> dict[str, History]:
        """The series of experiments that the last reading showed; one without any, or unknown here, is left out.

        Raises:
            LamedError: as `read`.
        """

    def use(self, settings: Mapping[str, ExperimentSettings]) -> None:
        """Arrange the next reading by these settings."""

    def namespaces(self) -> list[str]:
        """The namespaces that hold experiments, as far as that can be told; this one is among them.

        Raises:
            LamedError: as `read`.
        """

    def in_namespace(self, namespace: str) -> SnapshotSource:
        """The same place, another namespace, on the same connections: closing either closes both."""

    def close(self) -> None:
        """Let go of connections; a `read` under way in another thread ends soon."""


def utc_now() -> datetime:
    """The time of day that snapshots carry."""
    return datetime.now(UTC)


class NamespaceSource:
    """What sources of one namespace have in common.

    Attributes:
        operations: as in `SnapshotSource`.
    """

    def __init__(
        self,
        namespace: str,
        settings: Mapping[str, ExperimentSettings],
        *,
        now: Callable[[], datetime] = utc_now,
        operations: Operations | None = None,
    ) -> None:
        self.operations = operations
        self._namespace = namespace
        self._settings = settings
        self._now = now

    @property
    def namespace(self) -> str:
        return self._namespace

    def use(self, settings: Mapping[str, ExperimentSettings]) -> None:
        self._settings = settings


class RedisSource(NamespaceSource):
    """The counters of one namespace, read directly from Redis in two round trips, whatever their number."""

    def __init__(
        self,
        store: Store,
        namespace: str,
        settings: Mapping[str, ExperimentSettings],
        *,
        now: Callable[[], datetime] = utc_now,
        operations: Operations | None = None,
    ) -> None:
        super().__init__(namespace, settings, now=now, operations=operations)
        self._store = store
        self._index = Index(store, namespace)
        self._arranged_for: tuple[Names, Mapping[str, ExperimentSettings]] = (self._index.names, settings)
        self._layout = Layout(namespace, ())

    @property
    def label(self) -> str:
        return f"Redis {self._store.location}"

    def read(self) -> Snapshot:
        """Read the counters, and their names where they may have changed.

        Raises:
            StoreError: Redis cannot be reached, or answered an error.
        """
        counts = self._index.read()
        names, settings = self._index.names, self._settings  # another thread may change the settings meanwhile
        if names is not self._arranged_for[0] or settings is not self._arranged_for[1]:
            self._layout = arrange(
                self._namespace, experiments=names.experiments, counter_keys=names.counters, settings=settings
            )
            self._arranged_for = names, settings
        return self._layout.filled(counts, self._now())

    def read_histories(self, experiments: Sequence[str]) -> dict[str, History]:
        """Read counters and series together: two round trips for every 2,000 hashes, about 200 counters.

        Raises:
            StoreError: Redis cannot be reached, or answered an error.
        """
        now = self._now()
        wanted = [one for one in self._layout.experiments if one.name in set(experiments)]
        counters = [key for one in wanted for _, keys in _counters(one) for key in keys]
        counts = self._store.read_counts(counters)
        chunks = {
            series: [chunk for counter in counters for chunk in series.chunks(counter, now.timestamp())]
            for series in (HOURS, DAYS)
        }
        fields = iter(self._store.read_hashes([key for found in chunks.values() for key, _ in found]))
        points = {series: _points(series, found, fields) for series, found in chunks.items()}
        return {one.name: _history(one, now, counts, points[HOURS], points[DAYS]) for one in wanted}

    def namespaces(self) -> list[str]:
        """What `lamed_tui` and its handlers have listed; lamed 0.4.3 kept no such list.

        Raises:
            StoreError: as `read`.
        """
        (members,) = self._store.read_sets([NAMESPACES_KEY])
        names = {well_formed(decode(member)) for member in members} | {self._namespace}
        return sorted(names, key=natural_order)

    def in_namespace(self, namespace: str) -> RedisSource:
        return RedisSource(self._store, namespace, self._settings, now=self._now, operations=self.operations)

    def close(self) -> None:
        self._store.close()


_MOST_COUNTED = 2**63
"""Redis counts no further."""


def _counters(experiment: ExperimentLayout) -> Iterator[tuple[Name, tuple[str, ...]]]:
    """Every goal (or `PARTICIPATE`) and variant with the counter keys that hold its count."""
    for variant, keys in experiment.variants:
        yield (PARTICIPATE, variant), keys
    for goal in experiment.goals:
        for (variant, _), keys in zip(experiment.variants, goal.keys, strict=True):
            yield (goal.name, variant), keys


def _points(
    series: Series, chunks: Sequence[tuple[str, int]], fields: Iterator[Mapping[str, str]]
) -> dict[str, dict[int, int]]:
    """By counter key: the start of each hour or day, and what was counted in it."""
    points: dict[str, dict[int, int]] = {}
    for key, start in chunks:
        counter = key[1 : key.rindex("}:series:")]
        counted = points.setdefault(counter, {})
        for field, count in next(fields).items():
            if _is_below(field, series.fields) and _is_below(count, _MOST_COUNTED):  # all else there is not ours
                counted[start + int(field) * series.unit] = int(count)
    return points


def _is_below(text: str, limit: int) -> bool:
    """Whether it is a whole number from 0, and less than `limit`."""
    return text.isdecimal() and len(text) <= len(str(limit)) and int(text) < limit


def _history(
    experiment: ExperimentLayout,
    now: datetime,
    counts: Mapping[str, int],
    hours: Mapping[str, Mapping[int, int]],
    days: Mapping[str, Mapping[int, int]],
) -> History:
    names = dict(_counters(experiment))
    totals = {name: sum(counts.get(key, 0) for key in keys) for name, keys in names.items()}
    return History(now, totals, *[{name: _added(keys, one) for name, keys in names.items()} for one in (hours, days)])


def _added(keys: Sequence[str], points: Mapping[str, Mapping[int, int]]) -> dict[int, int]:
    """The points of counters that belong together."""
    added: dict[int, int] = {}
    for key in keys:
        for moment, count in points.get(key, {}).items():
            added[moment] = added.get(moment, 0) + count
    return added
