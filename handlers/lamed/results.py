"""Reading results: every counter of a namespace in two round trips, whatever the number of experiments."""

from __future__ import annotations

from lamed import keys
from lamed.store import KEYS_A_COMMAND, chunks, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
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
    members, listed = _index(store, namespace, deadline)
    located = keys.located_counters(namespace, members, listed)
    totals: dict[str, dict[tuple[str, str], int]] = {keys.decode(member): {} for member in members}
    if names is not None:
        wanted = set(names)
        located = [counter for counter in located if counter[1] in wanted]
    # Keys of one command must share a slot on a cluster.
    some_keys = chunks([counter[0] for counter in located], 1 if store.cluster else KEYS_A_COMMAND)
    replies = store.ask([["MGET", *some] for some in some_keys], deadline)
    values = [value for reply in replies if isinstance(reply, list) for value in reply]
    for (_, experiment, goal, variant), value in zip(located, values, strict=True):
        counts = totals.setdefault(experiment, {})
        counts[goal, variant] = counts.get((goal, variant), 0) + _count(value)
    return [(name, keys.goals_of(totals.get(name, {}))) for name in (sorted(totals) if names is None else names)]


def index_of(store: Store, namespace: str, *, deadline: float) -> tuple[list[str], Groups]:
    """The members of a namespace's experiments set, as stored, and its counter keys, grouped."""
    members, listed = _index(store, namespace, deadline)
    return members, keys.group_counters(namespace, members, listed)


def _index(store: Store, namespace: str, deadline: float) -> tuple[list[str], Iterable[str]]:
    """The members of a namespace's experiments set, and its counter keys, each once."""
    experiment_sets, counter_sets = keys.index_keys(namespace, cluster=store.cluster)
    commands = [["SMEMBERS", key] for key in (*experiment_sets, *counter_sets)]
    replies = [texts(reply) for reply in store.ask(commands, deadline)]
    members = [member for reply in replies[: len(experiment_sets)] for member in reply]
    return members, dict.fromkeys([key for reply in replies[len(experiment_sets) :] for key in reply])


def _count(value: Reply) -> int:
    """A counter's value; what is no number, because some other program wrote it, counts nothing."""
    try:
        return int(value) if isinstance(value, bytes) else 0
    except ValueError:
        return 0
