"""Deleting and resetting experiments: the handlers' own code, run from here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lamed import keys, removal, results

from lamed_tui.store.handlers_store import handlers_store

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from lamed.store import Store

    from lamed_tui.config.model import Config

_SECONDS = 60.0
"""For everything: a large experiment has many keys, and an interrupted deletion can be repeated."""


def delete_experiment(config: Config, namespace: str, experiment: str) -> None:
    """Remove an experiment: its counters, what is remembered of its events, its series and its index entries.

    Raises:
        StoreError: Redis cannot be reached, or answered an error; what is left can be deleted again.
    """
    with _opened(config) as (store, deadline):
        removal.delete(store, namespace, experiment, now=time.time(), deadline=deadline)


def reset_experiment(config: Config, namespace: str, experiment: str) -> None:
    """Start an experiment anew: as `delete_experiment`, but it stays listed, with every counter at 0.

    Raises:
        StoreError: as `delete_experiment`.
    """
    with _opened(config) as (store, deadline):
        _, groups = results.index_of(store, namespace, deadline=deadline)
        removal.delete(store, namespace, experiment, now=time.time(), deadline=deadline)
        counters = [
            keys.counter_key(namespace, experiment, goal, variant, cluster=store.cluster)
            for goal, variant in groups.get(experiment, {})
        ]
        commands = [command for counter in counters for command in store.indexing(namespace, experiment, counter)]
        if commands:
            store.ask(commands, deadline)


def _opened(config: Config) -> AbstractContextManager[tuple[Store, float]]:
    return handlers_store(
        config, "finish the deletion", _SECONDS, "Try it again: what is already removed stays removed."
    )
