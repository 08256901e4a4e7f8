"""Reading results: every counter of a namespace in two round trips, whatever the number of experiments."""

from __future__ import annotations

from lamed import keys
from lamed.store import KEYS_A_COMMAND, chunks, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from lamed.resp import Reply
    from lamed.store import Store

    Goals: TypeAlias = list[dict[str, object]]
    Groups: TypeAlias = dict[str, dict[tuple[str, str], list[str]]]


def read(store: Store, namespace: str, names: Sequence[str] | None, *, deadline: float) -> list[tuple[str, Goals]]:
    """Experiments with their goals, as `keys.goals_of` shapes them: those in `names`, in that order, or all, sorted.

    Raises:
        StoreError: Redis could not be reached by `deadline` (on the monotonic clock), or answered an error.
    """
    _, groups = index_of(store, namespace, deadline=deadline)
    chosen = sorted(groups) if names is None else names
    counters = [key for name in dict.fromkeys(chosen) for group in groups.get(name, {}).values() for key in group]
    # Keys of one command must share a slot on a cluster.
    commands = [["MGET", *some] for some in chunks(counters, 1 if store.cluster else KEYS_A_COMMAND)]
    values = [value for reply in store.ask(commands, deadline) if isinstance(reply, list) for value in reply]
    counts = {key: _count(value) for key, value in zip(counters, values, strict=True)}
    return [(name, keys.goals_of(groups.get(name, {}), counts)) for name in chosen]


def index_of(store: Store, namespace: str, *, deadline: float) -> tuple[list[str], Groups]:
    """The members of a namespace's experiments set, as stored, and its counter keys, grouped."""
    experiment_sets, counter_sets = keys.index_keys(namespace, cluster=store.cluster)
    commands = [["SMEMBERS", key] for key in (*experiment_sets, *counter_sets)]
    replies = [texts(reply) for reply in store.ask(commands, deadline)]
    members = [member for reply in replies[: len(experiment_sets)] for member in reply]
    counters = dict.fromkeys([key for reply in replies[len(experiment_sets) :] for key in reply])
    return members, keys.group_counters(namespace, members, counters)


def _count(value: Reply) -> int:
    """A counter's value; what is no number, because some other program wrote it, counts nothing."""
    try:
        return int(value) if isinstance(value, bytes) else 0
    except ValueError:
        return 0
