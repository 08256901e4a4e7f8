"""Counting one event, by the script track.lua: one round trip, whether the event is new or a duplicate."""

from __future__ import annotations

from lamed import keys
from lamed.resp import ReplyError
from lamed.store import number, without_errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lamed.events import TrackedEvent
    from lamed.resp import Command, Reply
    from lamed.store import Store

DUPLICATE, COUNTED, COUNTED_NEW = 0, 1, 2  # what the script returns for an event that is safely counted
_REFUSALS = {-1: "max_namespaces", -2: "max_experiments", -3: "max_counters"}
_INCOMPLETE_PATH = -4
_MOST_INDEXED = 50_000


class LimitReachedError(Exception):
    """A new name would take the store past a limit. `limit` is the setting's key; nothing was written."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"The limit {limit} is reached.")
        self.limit = limit


def track(store: Store, event: TrackedEvent, *, now: float, deadline: float) -> int:
    """Count `event` unless it was counted before: `DUPLICATE`, `COUNTED` or `COUNTED_NEW`.

    `now` is in epoch seconds, `deadline` on the monotonic clock.

    One round trip. On a cluster the indexes lie on other nodes than the counter: there the first event of a counter in
    this process takes one more for the limits, and a counter's very first event one for the indexes.

    Raises:
        LimitReachedError: the event would need a new name past a limit.
        StoreError: it is not known whether the event was counted; it may be sent again.
    """
    if store.cluster:
        return _track_beside_indexes(store, event, now, deadline)
    return _run(store, [], event, now, deadline)


def _track_beside_indexes(store: Store, event: TrackedEvent, now: float, deadline: float) -> int:
    counter = counter_of(store, event)
    indexing = store.indexing(event.namespace, event.experiment, counter)
    before: list[Command] = []
    if counter not in store.indexed:
        _check_limits(store, event, counter, deadline)
        before = indexing
    result = _run(store, before, event, now, deadline)
    if result == COUNTED_NEW:  # it may have been deleted since it was indexed
        store.indexed.discard(counter)
        store.ask(indexing, deadline)
    if len(store.indexed) >= _MOST_INDEXED:
        store.indexed.clear()
    store.indexed.add(counter)
    return result


def _check_limits(store: Store, event: TrackedEvent, counter: str, deadline: float) -> None:
    limits = store.settings.limits
    namespaces, experiments, _, own = store.index_keys(event.namespace, event.experiment)
    commands: list[Command] = [
        ["SISMEMBER", own, counter],
        ["SISMEMBER", namespaces, keys.encode(event.namespace, cluster=True)],
        ["EXISTS", experiments],
        ["SCARD", namespaces],
        ["SISMEMBER", experiments, keys.encode(event.experiment, cluster=True)],
        ["SCARD", experiments],
        ["SCARD", own],
    ]
    known, listed, used, namespaces_used, named, experiments_used, counters_used = [
        number(reply) for reply in store.ask(commands, deadline)
    ]
    if known:
        return
    if not (listed or used) and namespaces_used >= limits.max_namespaces:
        raise LimitReachedError("max_namespaces")
    if not named and experiments_used >= limits.max_experiments:
        raise LimitReachedError("max_experiments")
    if counters_used >= limits.max_counters:
        raise LimitReachedError("max_counters")


def _run(store: Store, before: list[Command], event: TrackedEvent, now: float, deadline: float) -> int:
    """Run the script in one write with the commands `before` it, and again if it asks for more nodes."""
    result = number(_evaluated(store, before, _arguments(store, event, now), deadline)[-1])
    if result == _INCOMPLETE_PATH:
        store.node_levels = keys.NODE_LEVELS
        result = number(_evaluated(store, [], _arguments(store, event, now), deadline)[-1])
    if result in _REFUSALS:
        raise LimitReachedError(_REFUSALS[result])
    return result


def _evaluated(store: Store, before: list[Command], arguments: list[str | int], deadline: float) -> list[Reply]:
    replies = store.exchange([*before, ["EVALSHA", _SCRIPT_DIGEST, *arguments]], deadline)
    last = replies[-1]
    if isinstance(last, ReplyError) and last.reason == "NOSCRIPT":
        replies[-1:] = store.exchange([["EVAL", _SCRIPT, *arguments]], deadline)
    return without_errors(replies)


def counter_of(store: Store, event: TrackedEvent) -> str:
    """The key that counts `event` in this Redis."""
    return keys.counter_key(event.namespace, event.experiment, event.goal, event.variant, cluster=store.cluster)


def _arguments(store: Store, event: TrackedEvent, now: float) -> list[str | int]:
    """The number of keys, the keys and the arguments, as the head of the script lists them."""
    counter = counter_of(store, event)
    digest, digits = keys.digest(event.uuid)
    windows = keys.windows(now, store.window_seconds)
    hours, hour = keys.HOURS.point(counter, now)
    days, day = keys.DAYS.point(counter, now)
    levels = store.node_levels
    touched = [counter, hours, days]
    for window in windows:
        touched += keys.seen_path(counter, window, digits, levels)
    legacy = now < store.settings.legacy_until and not store.cluster
    if legacy:
        names = (event.namespace, event.experiment, event.goal, event.variant)
        touched.append(keys.legacy_flag(*names, event.uuid))
    arguments: list[str | int] = [digest, len(windows), levels, int(levels == keys.NODE_LEVELS), keys.NODE_CAPACITY]
    arguments += [keys.seen_seconds(now, store.window_seconds), int(legacy)]
    arguments += [hour, keys.HOURS.keep, day, keys.DAYS.keep]
    if not store.cluster:
        limits = store.settings.limits
        touched += store.index_keys(event.namespace, event.experiment)
        arguments += [keys.encode(event.namespace), keys.encode(event.experiment)]
        arguments += [limits.max_namespaces, limits.max_experiments, limits.max_counters]
    return [len(touched), *touched, *arguments]


def _script() -> str:
    path = __file__.rpartition("tracking.")[0] + "track.lua"
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib would cost 20 ms of CPU to import
        return file.read()


_SCRIPT = _script()
_SCRIPT_DIGEST = keys.script_digest(_SCRIPT)
