"""Trying the count itself: one event of an experiment that nobody uses, counted as the functions do it, and removed.

A user that may not do all that the script does is found here, before a deployment, and not by lost events.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from lamed import keys, removal, tracking
from lamed.events import TrackedEvent
from lamed.resp import StoreError as HandlerStoreError

from lamed_tui.errors import StoreError
from lamed_tui.store.handlers_store import handlers_store

if TYPE_CHECKING:
    from lamed.resp import Command
    from lamed.store import Store

    from lamed_tui.config.model import Config

_SECONDS = 10.0
_EXPERIMENT, _VARIANT = "lamed-preflight", "probe"


def try_counting(config: Config, word: str) -> None:
    """Count an event, count it again (which must change nothing), look at its series, and remove it all.

    It is one of the configured namespace, since that is what a narrow user's key patterns name.

    Args:
        word: of the experiment's and the event's name; nobody used it before.

    Raises:
        StoreAccessError: the user may not run a command that counting or removing takes.
        StoreError: Redis cannot be reached, answered an error, or does not count as it should.
    """
    experiment = f"{_EXPERIMENT}-{word}"
    event = TrackedEvent(
        namespace=config.namespace, experiment=experiment, goal=keys.PARTICIPATE, variant=_VARIANT, uuid=word
    )
    now = time.time()
    with handlers_store(config, "count a probe", _SECONDS) as (store, deadline):
        try:
            # The functions send the script only to a server that does not know it, and this one may know it already.
            store.ask([["EVAL", "return 0", 1, tracking.counter_of(store, event)]], deadline)
            results = [tracking.track(store, event, now=now, deadline=deadline) for _ in range(2)]
            hours, hour = keys.HOURS.point(tracking.counter_of(store, event), now)
            (in_series,) = store.ask([["HGET", hours, hour]], deadline)
        except HandlerStoreError:
            with suppress(HandlerStoreError):  # the first reason counts
                _remove(store, event, now, deadline)
            raise
        _remove(store, event, now, deadline)
    if results != [tracking.COUNTED_NEW, tracking.DUPLICATE]:
        raise StoreError(
            f"Redis at {config.redis.location} does not remember what it has just counted.",
            "Check whether redis.host names a proxy, or several servers behind one name.",
        )
    if in_series != b"1":
        raise StoreError(
            f"Redis at {config.redis.location} counts, but keeps no history of the hours and days.",
            "Allow the user HINCRBY (ACL SETUSER), or name another one in redis.username.",
        )


def _remove(store: Store, event: TrackedEvent, now: float, deadline: float) -> None:
    """Remove the experiment; its keys by name first, as what stopped halfway is in no index."""
    counter = tracking.counter_of(store, event)
    _, digits = keys.digest(event.uuid)
    written = [counter, keys.HOURS.point(counter, now)[0], keys.DAYS.point(counter, now)[0]]
    for window in keys.windows(now, store.window_seconds):
        written += keys.seen_path(counter, window, digits)
    commands: list[Command] = [["UNLINK", key] for key in written]
    store.exchange(commands, deadline)
    removal.delete(store, event.namespace, event.experiment, now=now, deadline=deadline)
