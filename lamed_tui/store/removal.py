"""Deleting and resetting experiments: the handlers' own code, run from here."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lamed import keys, removal, results
from lamed.endpoint import Endpoint, Tls
from lamed.resp import StoreError as HandlerStoreError
from lamed.settings import Settings
from lamed.store import Store

from lamed_tui.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamed_tui.config.model import Config
    from lamed_tui.config.redis_settings import RedisSettings

_SECONDS = 60.0
"""For everything: a large experiment has many keys, and an interrupted deletion can be repeated."""


def delete_experiment(config: Config, namespace: str, experiment: str) -> None:
    """Remove an experiment: its counters, what is remembered of its events, its series and its index entries.

    Raises:
        StoreError: Redis cannot be reached, or answered an error; what is left can be deleted again.
    """
    with _handlers_store(config) as (store, deadline):
        removal.delete(store, namespace, experiment, now=time.time(), deadline=deadline)


def reset_experiment(config: Config, namespace: str, experiment: str) -> None:
    """Start an experiment anew: as `delete_experiment`, but it stays listed, with every counter at 0.

    Raises:
        StoreError: as `delete_experiment`.
    """
    with _handlers_store(config) as (store, deadline):
        _, groups = results.index_of(store, namespace, deadline=deadline)
        removal.delete(store, namespace, experiment, now=time.time(), deadline=deadline)
        counters = [
            keys.counter_key(namespace, experiment, goal, variant, cluster=store.cluster)
            for goal, variant in groups.get(experiment, {})
        ]
        commands = [command for counter in counters for command in store.indexing(namespace, experiment, counter)]
        if commands:
            store.ask(commands, deadline)


@contextmanager
def _handlers_store(config: Config) -> Iterator[tuple[Store, float]]:
    store = Store(_settings(config.redis, config.uuid_expiry_seconds))
    try:
        yield store, time.monotonic() + _SECONDS
    except HandlerStoreError as error:
        raise StoreError(
            f"Redis at {config.redis.location} could not finish the deletion ({error.reason}).",
            "Try it again: what is already removed stays removed.",
        ) from None
    finally:
        store.close()


def _settings(redis: RedisSettings, uuid_expiry_seconds: int) -> Settings:
    """The handlers' settings for the same Redis."""
    endpoint = Endpoint(
        redis.host,
        redis.port,
        path=redis.unix_socket_path or "",
        username=redis.username or "",
        password=redis.password.get_secret_value() if redis.password else "",
        database=redis.db,
        tls=Tls(verify=redis.ssl_cert_reqs == "required", authorities=redis.ssl_ca_certs) if redis.ssl else None,
    )
    return Settings(
        endpoint,
        cluster=redis.cluster,
        timeout=redis.socket_timeout,
        uuid_expiry_seconds=uuid_expiry_seconds,
    )
