"""The names of a namespace's experiments and counters as Redis lists them, and the counts behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamed.keys import index_keys

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from lamed_tui.store.connect import Store

_READINGS = 60
"""After so many readings the names are read anyway: somebody may have edited the sets by hand."""


@dataclass(frozen=True, slots=True)
class Names:
    """Members of the index sets, as stored."""

    experiments: frozenset[str] = frozenset()
    counters: frozenset[str] = frozenset()


class Index:
    """Reads counts again and again, and the names only when they may have changed.

    Parsing thousands of names is as much work as parsing their counts, and they seldom change. They have when a set is
    of another size, or when other counters than before are missing: one experiment was deleted while another began.

    Attributes:
        names: of the last reading; the same object for as long as they are the same.
    """

    def __init__(self, store: Store, namespace: str) -> None:
        self.names = Names()
        self._store = store
        # The same namespace may be spelt in several ways: raw by lamed 0.4.3, encoded here, encoded for a cluster.
        self._experiment_sets, self._counter_sets = index_keys(namespace)
        self._sizes: tuple[int, ...] = ()
        self._counted: AbstractSet[str] = frozenset()
        self._readings_left = 0

    def read(self) -> dict[str, int]:
        """The counts by key, without what is missing; in two round trips, or up to four when names have changed.

        Raises:
            StoreError: Redis cannot be reached, or answered an error.
        """
        if self._readings_left and self._store.read_sizes(self._sets) == self._sizes:
            counts = self._store.read_counts(self.names.counters)
            if counts.keys() == self._counted:
                self._readings_left -= 1
                return counts
        found = self._store.read_sets(self._sets)
        experiments = len(self._experiment_sets)
        names = Names(frozenset().union(*found[:experiments]), frozenset().union(*found[experiments:]))
        counts = self._store.read_counts(names.counters)
        if names != self.names:
            self.names = names
        self._sizes = tuple(len(members) for members in found)
        self._counted = counts.keys()
        self._readings_left = _READINGS
        return counts

    @property
    def _sets(self) -> list[str]:
        return [*self._experiment_sets, *self._counter_sets]
