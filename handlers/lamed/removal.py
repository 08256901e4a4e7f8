"""Deleting an experiment: its counters under every spelling, their companions, and its index entries."""

from __future__ import annotations

from lamed import keys
from lamed.results import index_of
from lamed.store import KEYS_A_COMMAND, chunks, number, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lamed.resp import Command
    from lamed.store import Store

_HEX_DIGITS = "0123456789abcdef"


def delete(store: Store, namespace: str, experiment: str, *, now: float, deadline: float) -> None:
    """Remove an experiment; one that does not exist is as good as removed.

    Interrupted, it can be repeated: the indexes go last. An event that arrives meanwhile counts for the restarted
    experiment. What 0.4.3 remembered of single events cannot be found, and expires.

    Raises:
        StoreError: Redis could not be reached by `deadline` (on the monotonic clock), or answered an error.
    """
    members, groups = index_of(store, namespace, deadline=deadline)
    spaces = keys.spellings(namespace, cluster=store.cluster)
    experiment_sets, counter_sets = keys.index_keys(namespace, cluster=store.cluster)
    stored = [member for member in members if keys.decode(member) == experiment]
    names = list(dict.fromkeys([*keys.spellings(experiment, cluster=store.cluster), *stored]))
    own_indexes = [f"{space}:{name}:counter_keys" for space in spaces for name in names]
    found = {key for group in groups.get(experiment, {}).values() for key in group}
    for reply in store.ask([["SMEMBERS", key] for key in own_indexes], deadline):
        found.update(texts(reply))
    listed = sorted(found)
    prefixes = tuple([f"{space}:counters:" for space in spaces])
    counters = [key for key in listed if key.startswith(prefixes)]
    store.ask(list(_removals(store, counters, now, deadline)), deadline)
    commands: list[Command] = [["SREM", index, *names] for index in experiment_sets]
    for some in chunks(listed, KEYS_A_COMMAND):
        # Only what was found: an event may have indexed another counter since.
        commands += [["SREM", index, *some] for index in (*own_indexes, *counter_sets)]
    store.ask(commands, deadline)
    _index_survivors(store, namespace, experiment, counters, deadline)


def _removals(store: Store, counters: Sequence[str], now: float, deadline: float) -> Iterator[Command]:
    """Commands that remove counters with their companions.

    A counter and its root nodes go in one command, so that no event is forgotten and yet stays counted.
    """
    # 0.4.3's raw names may hold braces, which on a cluster put a counter elsewhere; such a counter has no companions.
    alone = [counter for counter in counters if store.cluster and "{" in counter]
    nodes: dict[str, list[str]] = {counter: [] for counter in counters if counter not in alone}
    windows = keys.living_windows(now, store.window_seconds)
    level = [(counter, window, "") for counter in nodes for window in windows]
    while level:
        sizes = store.ask([["SCARD", keys.seen_node(*place)] for place in level], deadline)
        full: list[tuple[str, int, str]] = []
        for place, size in zip(level, sizes, strict=True):
            counter, _, digits = place
            if size:
                nodes[counter].append(keys.seen_node(*place))
            if number(size) >= keys.NODE_CAPACITY and len(digits) + 1 < keys.NODE_LEVELS:
                full.append(place)
        level = [(counter, window, digits + digit) for counter, window, digits in full for digit in _HEX_DIGITS]
    for counter, found in nodes.items():
        series = [key for kind in (keys.HOURS, keys.DAYS) for key, _ in kind.chunks(counter, now)]
        for some in reversed(list(chunks([counter, *series, *found], KEYS_A_COMMAND))):
            yield ["UNLINK", *some]
    for counter in alone:
        yield ["UNLINK", counter]


def _index_survivors(store: Store, namespace: str, experiment: str, counters: Sequence[str], deadline: float) -> None:
    """Index what events have counted since they were removed, and forget the namespace if nothing is left in it."""
    experiment_sets, _ = keys.index_keys(namespace, cluster=store.cluster)
    own = keys.experiment_counter_keys_key(namespace, experiment, cluster=store.cluster)
    commands: list[Command] = [["SMEMBERS", own]]
    commands += [["EXISTS", index] for index in experiment_sets]
    commands += [["EXISTS", counter] for counter in counters]
    members, *replies = store.ask(commands, deadline)
    survivors = [counter for counter, exists in zip(counters, replies[len(experiment_sets) :], strict=True) if exists]
    survivors += texts(members)
    commands = [command for counter in survivors for command in store.indexing(namespace, experiment, counter)]
    if not survivors and not any(replies[: len(experiment_sets)]):
        commands = [["SREM", keys.NAMESPACES_KEY, keys.encode(namespace, cluster=store.cluster)]]
    store.ask(commands, deadline)
