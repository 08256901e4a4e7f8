"""Where snapshots come from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from lamed.keys import index_keys

from lamed_tui.experiments.layout import Layout, arrange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lamed_tui.config.model import ExperimentSettings
    from lamed_tui.experiments.snapshot import Snapshot
    from lamed_tui.store.connect import Store


class SnapshotSource(Protocol):
    """Something that can be watched: a Redis now, an API later."""

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

    def close(self) -> None:
        """Let go of connections; a `read` under way in another thread ends soon."""


def utc_now() -> datetime:
    """The time of day that snapshots carry."""
    return datetime.now(UTC)


class RedisSource:
    """The counters of one namespace, read directly from Redis in two round trips, whatever their number."""

    def __init__(
        self,
        store: Store,
        namespace: str,
        settings: Mapping[str, ExperimentSettings],
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._namespace = namespace
        self._settings = settings
        self._now = now
        # The same namespace may be spelt in several ways: raw by lamed 0.4.3, encoded here, encoded for a cluster.
        self._experiment_sets, self._counter_sets = index_keys(namespace)
        self._indexes: tuple[frozenset[str], ...] = ()
        self._layout = Layout(namespace, ())

    @property
    def label(self) -> str:
        return f"Redis {self._store.location}"

    @property
    def namespace(self) -> str:
        return self._namespace

    def read(self) -> Snapshot:
        """Read index sets, then counters.

        Raises:
            StoreError: Redis cannot be reached, or answered an error.
        """
        sets = self._store.read_sets([*self._experiment_sets, *self._counter_sets])
        counter_keys = frozenset().union(*sets[len(self._experiment_sets) :])
        if sets != self._indexes:
            experiments = frozenset().union(*sets[: len(self._experiment_sets)])
            self._layout = arrange(
                self._namespace, experiments=experiments, counter_keys=counter_keys, settings=self._settings
            )
            self._indexes = sets
        return self._layout.filled(self._store.read_counts(counter_keys), self._now())

    def close(self) -> None:
        self._store.close()
