"""What the handlers do in Redis: count an event, read results, delete an experiment.

A store is kept between the invocations of a warm function, and its connection with it.
"""

from __future__ import annotations

from lamed import keys, settings
from lamed.resp import Connection, ReplyError, UnreachableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeVar

    from lamed.cluster import ClusterConnections
    from lamed.events import TrackedEvent
    from lamed.resp import Command, Reply
    from lamed.settings import Settings

    Item = TypeVar("Item")

DUPLICATE, COUNTED, COUNTED_NEW = 0, 1, 2  # what the script returns when it accepts an event
_REFUSALS = {-1: "max_namespaces", -2: "max_experiments", -3: "max_counters"}

_HEX_DIGITS = "0123456789abcdef"
_VALUES_A_COMMAND = 500  # keys read or removed by one command: short enough not to hold up other clients
_COMMANDS_A_WRITE = 5_000
_MOST_KNOWN_COUNTERS = 50_000


class LimitReachedError(Exception):
    """A new name would take the store past a limit. `limit` is the setting's key; nothing was written."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"The limit {limit} is reached.")
        self.limit = limit


class Store:
    """The counters behind one set of settings.

    Every method raises `StoreError` when Redis cannot be reached by `deadline` (on the monotonic clock), or answers
    an error. Methods may be called from several threads: each exchange has a connection for itself.
    """

    def __init__(self, chosen: Settings) -> None:
        self.settings = chosen
        self._cluster = chosen.cluster
        self._window = keys.window_seconds(chosen.uuid_expiry_seconds)
        self._idle: list[Connection | ClusterConnections] = []
        self._script = _script()
        self._script_digest = keys.script_digest(self._script)
        self._known: set[str] = set()

    def track(self, event: TrackedEvent, *, now: float, deadline: float) -> int:
        """Count `event` unless it was counted before: `DUPLICATE`, `COUNTED` or `COUNTED_NEW`.

        One round trip. On a cluster the indexes lie on other nodes than the counter: there the first event of a
        counter in this process takes one more for the limits, and a counter's very first event one for the indexes.

        Raises:
            LimitReachedError: the event would need a new name past a limit.
        """
        names = (event.namespace, event.experiment, event.goal, event.variant)
        counter = keys.counter_key(*names, cluster=self._cluster)
        digest, digits = keys.digest(event.uuid)
        windows = keys.windows(now, self._window)
        hours, hour = keys.HOURS.point(counter, now)
        days, day = keys.DAYS.point(counter, now)
        touched = [counter, hours, days]
        for window in windows:
            touched += keys.seen_path(counter, window, digits)
        legacy = int(now < self.settings.legacy_until and not self._cluster)
        if legacy:
            touched.append(keys.legacy_flag(*names, event.uuid))
        arguments: list[str | int] = [digest, len(windows), keys.NODE_LEVELS, keys.NODE_CAPACITY]
        arguments += [keys.seen_seconds(now, self._window), legacy]
        arguments += [hour, keys.HOURS.keep, day, keys.DAYS.keep]
        if self._cluster:
            return self._track_beside_indexes(event, counter, touched, arguments, deadline)
        limits = self.settings.limits
        touched += self._index_keys(event.namespace, event.experiment)
        arguments += [keys.encode(event.namespace), keys.encode(event.experiment)]
        arguments += [limits.max_namespaces, limits.max_experiments, limits.max_counters]
        return self._run([], touched, arguments, deadline)

    def read(
        self, namespace: str, names: Iterable[str] | None, *, deadline: float
    ) -> list[tuple[str, list[dict[str, object]]]]:
        """Experiments with their goals, as `keys.goals_of` shapes them: those named, in that order, or all, sorted.

        Two round trips (on a cluster: to each node), whatever the number of experiments.
        """
        groups = self._groups(namespace, deadline)[1]
        chosen = sorted(groups) if names is None else list(names)
        counters = [key for name in dict.fromkeys(chosen) for group in groups.get(name, {}).values() for key in group]
        counts = self._counts(counters, deadline)
        return [(name, keys.goals_of(groups.get(name, {}), counts)) for name in chosen]

    def delete(self, namespace: str, experiment: str, *, now: float, deadline: float) -> None:
        """Remove an experiment: its counters under every spelling, their companions, and its index entries.

        Interrupted, it can be repeated: the indexes go last. An event that arrives meanwhile counts for the restarted
        experiment. What 0.4.3 remembered of single events cannot be found, and expires.
        """
        members, groups = self._groups(namespace, deadline)
        named = [member for member in members if keys.decode(member) == experiment]
        named = list(dict.fromkeys([*keys.spellings(experiment, cluster=self._cluster), *named]))
        spaces = keys.spellings(namespace, cluster=self._cluster)
        own = [f"{space}:{name}:counter_keys" for space in spaces for name in named]
        prefixes = tuple([f"{space}:counters:" for space in spaces])
        listed = self._ask([["SMEMBERS", key] for key in own], deadline)
        counters = {key for reply in listed for key in _texts(reply) if key.startswith(prefixes)}
        counters.update([key for group in groups.get(experiment, {}).values() for key in group])
        found = sorted(counters)
        self._ask(list(self._removals(found, now, deadline)), deadline)
        commands: list[Command] = [["SREM", f"{space}:experiments", *named] for space in spaces]
        for some in _chunks(found, _VALUES_A_COMMAND):
            commands += [["SREM", f"{space}:counter_keys", *some] for space in spaces]
        self._ask([*commands, *[["DEL", key] for key in own]], deadline)
        self._index_survivors(namespace, experiment, found, deadline)

    # Tracking on a cluster ---------------------------------------------------------------------------------------

    def _track_beside_indexes(
        self,
        event: TrackedEvent,
        counter: str,
        touched: list[str],
        arguments: list[str | int],
        deadline: float,
    ) -> int:
        indexing = self._indexing(event.namespace, event.experiment, counter)
        before: list[Command] = []
        if counter not in self._known:
            self._check_limits(event, counter, deadline)
            before = indexing
        result = self._run(before, touched, arguments, deadline)
        if result == COUNTED_NEW:  # deleted since it was indexed, or while it was
            self._known.discard(counter)
            self._ask(indexing, deadline)
        if len(self._known) >= _MOST_KNOWN_COUNTERS:
            self._known.clear()
        self._known.add(counter)
        return result

    def _check_limits(self, event: TrackedEvent, counter: str, deadline: float) -> None:
        limits = self.settings.limits
        namespaces, experiments, _, own = self._index_keys(event.namespace, event.experiment)
        known_space, used_space, spaces, known_name, names, known_counter, counters = self._ask(
            [
                ["SISMEMBER", namespaces, keys.encode(event.namespace, cluster=True)],
                ["EXISTS", experiments],
                ["SCARD", namespaces],
                ["SISMEMBER", experiments, keys.encode(event.experiment, cluster=True)],
                ["SCARD", experiments],
                ["SISMEMBER", own, counter],
                ["SCARD", own],
            ],
            deadline,
        )
        if known_counter:
            return
        if not (known_space or used_space) and _number(spaces) >= limits.max_namespaces:
            raise LimitReachedError("max_namespaces")
        if not known_name and _number(names) >= limits.max_experiments:
            raise LimitReachedError("max_experiments")
        if _number(counters) >= limits.max_counters:
            raise LimitReachedError("max_counters")

    # Commands ----------------------------------------------------------------------------------------------------

    def _run(self, before: list[Command], touched: list[str], arguments: list[str | int], deadline: float) -> int:
        """Run the script in one write with the commands `before` it; send its text when the server lacks it."""
        rest = [len(touched), *touched, *arguments]
        replies = self._exchange([*before, ["EVALSHA", self._script_digest, *rest]], deadline)
        if isinstance(replies[-1], ReplyError) and replies[-1].reason == "NOSCRIPT":
            replies[-1:] = self._exchange([["EVAL", self._script, *rest]], deadline)
        result = _number(_without_errors(replies)[-1])
        if result in _REFUSALS:
            raise LimitReachedError(_REFUSALS[result])
        return result

    def _ask(self, commands: Sequence[Command], deadline: float) -> list[Reply]:
        replies: list[Reply] = []
        for some in _chunks(commands, _COMMANDS_A_WRITE):
            replies += _without_errors(self._exchange(some, deadline))
        return replies

    def _exchange(self, commands: Sequence[Command], deadline: float) -> list[Reply]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = _connection(self.settings)
        try:
            return connection.exchange(commands, deadline)
        finally:
            self._idle.append(connection)

    # Indexes -----------------------------------------------------------------------------------------------------

    def _index_keys(self, namespace: str, experiment: str) -> list[str]:
        return [
            keys.NAMESPACES_KEY,
            keys.experiments_key(namespace, cluster=self._cluster),
            keys.counter_keys_key(namespace, cluster=self._cluster),
            keys.experiment_counter_keys_key(namespace, experiment, cluster=self._cluster),
        ]

    def _indexing(self, namespace: str, experiment: str, counter: str) -> list[Command]:
        namespaces, experiments, counters, own = self._index_keys(namespace, experiment)
        return [
            ["SADD", namespaces, keys.encode(namespace, cluster=self._cluster)],
            ["SADD", experiments, keys.encode(experiment, cluster=self._cluster)],
            ["SADD", counters, counter],
            ["SADD", own, counter],
        ]

    def _groups(self, namespace: str, deadline: float) -> tuple[list[str], dict[str, dict[tuple[str, str], list[str]]]]:
        spaces = keys.spellings(namespace, cluster=self._cluster)
        replies = self._ask(
            [["SMEMBERS", f"{space}:{index}"] for index in ("experiments", "counter_keys") for space in spaces],
            deadline,
        )
        members = [member for reply in replies[: len(spaces)] for member in _texts(reply)]
        listed = [key for reply in replies[len(spaces) :] for key in _texts(reply)]
        return members, keys.group_counters(namespace, members, sorted(listed))

    def _counts(self, counters: list[str], deadline: float) -> dict[str, int]:
        a_command = 1 if self._cluster else _VALUES_A_COMMAND
        replies = self._ask([["MGET", *some] for some in _chunks(counters, a_command)], deadline)
        values = [value for reply in replies for value in (reply if isinstance(reply, list) else [])]
        return {key: _count(value) for key, value in zip(counters, values, strict=True)}

    def _index_survivors(self, namespace: str, experiment: str, counters: list[str], deadline: float) -> None:
        spaces = keys.spellings(namespace, cluster=self._cluster)
        used = [["EXISTS", f"{space}:experiments"] for space in spaces]
        replies = self._ask([*used, *[["EXISTS", key] for key in counters]], deadline)
        commands: list[Command] = []
        for counter, exists in zip(counters, replies[len(spaces) :], strict=True):
            if exists:
                commands += self._indexing(namespace, experiment, counter)
        if not commands and not any(replies[: len(spaces)]):
            commands = [["SREM", keys.NAMESPACES_KEY, keys.encode(namespace, cluster=self._cluster)]]
        self._ask(commands, deadline)

    def _removals(self, counters: list[str], now: float, deadline: float) -> Iterator[Command]:
        """Commands that remove counters with their companions.

        A counter and its root nodes go in one command, so that no event is forgotten and yet stays counted.
        """
        nodes: dict[str, list[str]] = {counter: [] for counter in counters}
        windows = keys.living_windows(now, self._window)
        level = [(counter, window, "") for counter in counters for window in windows]
        while level:
            sizes = self._ask([["SCARD", keys.seen_node(*place)] for place in level], deadline)
            full: list[tuple[str, int, str]] = []
            for place, size in zip(level, sizes, strict=True):
                if size:
                    nodes[place[0]].append(keys.seen_node(*place))
                if _number(size) >= keys.NODE_CAPACITY and len(place[2]) + 1 < keys.NODE_LEVELS:
                    full.append(place)
            level = [(counter, window, digits + digit) for counter, window, digits in full for digit in _HEX_DIGITS]
        for counter, found in nodes.items():
            series = [key for kind in (keys.HOURS, keys.DAYS) for key, _ in kind.chunks(counter, now)]
            for some in reversed(list(_chunks([counter, *series, *found], _VALUES_A_COMMAND))):
                yield ["UNLINK", *some]


class _Warm:
    """The store of the last invocation, and the environment it was made for."""

    snapshot: tuple[str, ...] = ()
    store: Store | None = None


_warm = _Warm()


def current() -> Store:
    """The store for this process's environment: the kept one, unless the environment has changed since.

    Raises:
        SettingsError: the environment does not describe a store.
    """
    snapshot = settings.current_snapshot()
    store = _warm.store
    if store is None or snapshot != _warm.snapshot:
        store = Store(settings.parse(snapshot))
        _warm.store, _warm.snapshot = store, snapshot
    return store


def _connection(chosen: Settings) -> Connection | ClusterConnections:
    if not chosen.cluster:
        return Connection(chosen.endpoint, chosen.timeout)
    from lamed.cluster import ClusterConnections  # most stores are not clusters

    return ClusterConnections(chosen.endpoint, chosen.timeout)


def _script() -> str:
    with open(__file__.rpartition("store.")[0] + "track.lua", encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs 20 ms
        return file.read()


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _without_errors(replies: list[Reply]) -> list[Reply]:
    for reply in replies:
        if isinstance(reply, ReplyError):
            raise reply
    return replies


def _number(reply: Reply) -> int:
    if not isinstance(reply, int):
        raise UnreachableError("protocol")
    return reply


def _texts(reply: Reply) -> list[str]:
    if not isinstance(reply, list):
        raise UnreachableError("protocol")
    return [item.decode(errors="surrogateescape") for item in reply if isinstance(item, bytes)]


def _count(value: Reply) -> int:
    """A counter's value; what is no number, because some other program wrote it, counts nothing."""
    try:
        return int(value) if isinstance(value, bytes) else 0
    except ValueError:
        return 0
