"""Deleting and resetting experiments: the handlers' own code, run from here.

The handlers find what they remember of events by the windows that `uuid_expiry_seconds` makes. Here the setting may be
another one than that of the functions, as where a Redis is only watched; so what stands in other windows is looked for
by name, and goes first.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from lamed import keys, removal, results

from lamed_tui.store.connect import open_store
from lamed_tui.store.handlers_store import handlers_store

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from lamed.store import Store as HandlersStore

    from lamed_tui.config.model import Config

_SECONDS = 60.0
"""For everything: a large experiment has many keys, and an interrupted deletion can be repeated."""


def delete_experiment(config: Config, namespace: str, experiment: str) -> None:
    """Remove an experiment: its counters, what is remembered of its events, its series and its index entries.

    Raises:
        StoreError: Redis cannot be reached, or answered an error; what is left can be deleted again.
    """
    with _opened(config) as (store, deadline):
        _forget_other_windows(config, store, namespace, experiment)
        removal.delete(store, namespace, experiment, now=time.time(), deadline=deadline)


def reset_experiment(config: Config, namespace: str, experiment: str) -> None:
    """Start an experiment anew: as `delete_experiment`, but it stays listed, with every counter at 0.

    Raises:
        StoreError: as `delete_experiment`.
    """
    with _opened(config) as (store, deadline):
        _forget_other_windows(config, store, namespace, experiment)
        _, groups = results.index_of(store, namespace, deadline=deadline)
        removal.delete(store, namespace, experiment, now=time.time(), deadline=deadline)
        counters = [
            keys.counter_key(namespace, experiment, goal, variant, cluster=store.cluster)
            for goal, variant in groups.get(experiment, {})
        ]
        commands = [command for counter in counters for command in store.indexing(namespace, experiment, counter)]
        if commands:
            store.ask(commands, deadline)


def _opened(config: Config) -> AbstractContextManager[tuple[HandlersStore, float]]:
    return handlers_store(
        config, "finish the deletion", _SECONDS, "Try it again: what is already removed stays removed."
    )


def _forget_other_windows(config: Config, store: HandlersStore, namespace: str, experiment: str) -> None:
    """Remove the experiment's remembered events that the handlers' own deletion would not look for.

    Those of its own windows it removes in one command with their counters, so that none is counted twice.
    """
    ours = {str(window) for window in keys.living_windows(time.time(), store.window_seconds)}
    space, name = (_literal(keys.encode(text, cluster=store.cluster)) for text in (namespace, experiment))
    with open_store(config.redis) as client:
        found = client.find_keys(f"{{{space}:counters:{name}:*}}:seen:*")
        client.unlink([key for key in found if key.rpartition(":seen:")[2].partition(":")[0] not in ours])


def _literal(name: str) -> str:
    """A name as a glob pattern that matches nothing else."""
    return re.sub(r"([\\*?\[\]^])", r"\\\1", name)
