"""The door to Redis: a store is kept between the invocations of a warm function, and its connection with it."""

from __future__ import annotations

import os

from lamed import keys, settings
from lamed.resp import Connection, ReplyError, UnreachableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeVar

    from lamed.cluster import ClusterConnections
    from lamed.resp import Command, Reply
    from lamed.settings import Settings

    Item = TypeVar("Item")

KEYS_A_COMMAND = 500  # read or removed at once: short enough not to hold up other clients
_COMMANDS_A_WRITE = 5_000


class Store:
    """The Redis behind one set of settings.

    May be used by several threads: each exchange has a connection for itself. `node_levels` and `indexed` are what
    tracking learns about this Redis to save round trips: how deep its trees of digests are, and, on a cluster, which
    counters this process has indexed.
    """

    def __init__(self, chosen: Settings) -> None:
        self.settings = chosen
        self.cluster = chosen.cluster
        self.window_seconds = keys.window_seconds(chosen.uuid_expiry_seconds)
        self.node_levels = keys.FEW_NODE_LEVELS
        self.indexed: set[str] = set()
        self._idle: list[Connection | ClusterConnections] = []

    def exchange(self, commands: Sequence[Command], deadline: float) -> list[Reply]:
        """Send commands in one write (on a cluster: one for each node); error replies are returned, not raised.

        Raises:
            StoreError: Redis could not be reached by `deadline` (on the monotonic clock), or refused the connection.
        """
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = _connection(self.settings)
        try:
            return connection.exchange(commands, deadline)
        finally:
            self._idle.append(connection)

    def ask(self, commands: Sequence[Command], deadline: float) -> list[Reply]:
        """As `exchange`, for any number of commands.

        Raises:
            StoreError: as `exchange`, or when a reply is an error.
        """
        replies: list[Reply] = []
        for some in chunks(commands, _COMMANDS_A_WRITE):
            replies += without_errors(self.exchange(some, deadline))
        return replies

    def close(self) -> None:
        """Drop the connections that are not in use."""
        while self._idle:
            self._idle.pop().close()

    def index_keys(self, namespace: str, experiment: str) -> list[str]:
        """The sets of namespaces, of experiments, of the namespace's counters and of the experiment's counters."""
        return [
            keys.NAMESPACES_KEY,
            keys.experiments_key(namespace, cluster=self.cluster),
            keys.counter_keys_key(namespace, cluster=self.cluster),
            keys.experiment_counter_keys_key(namespace, experiment, cluster=self.cluster),
        ]

    def indexing(self, namespace: str, experiment: str, counter: str) -> list[Command]:
        """Commands that add a counter to every index."""
        namespaces, experiments, counters, own = self.index_keys(namespace, experiment)
        return [
            ["SADD", namespaces, keys.encode(namespace, cluster=self.cluster)],
            ["SADD", experiments, keys.encode(experiment, cluster=self.cluster)],
            ["SADD", counters, counter],
            ["SADD", own, counter],
        ]


class _Warm:
    """The store of the last invocation, the environment it was made for, and whether that can change at all."""

    store: Store | None = None
    environment: tuple[str, ...] = ()
    settled = False


def current() -> Store:
    """The store for this process's environment: the kept one, unless the environment has changed since.

    Raises:
        SettingsError: the environment does not describe a store.
    """
    if _Warm.store is not None and _Warm.settled:
        return _Warm.store
    environment = settings.snapshot()
    if _Warm.store is None or _Warm.environment != environment:
        _Warm.store, _Warm.environment = Store(settings.parse(environment)), environment
        _Warm.settled = "AWS_LAMBDA_FUNCTION_NAME" in os.environ  # AWS never changes a process's environment
    return _Warm.store


def _connection(chosen: Settings) -> Connection | ClusterConnections:
    if not chosen.cluster:
        return Connection(chosen.endpoint, chosen.timeout)
    from lamed.cluster import ClusterConnections  # most stores are not clusters

    return ClusterConnections(chosen.endpoint, chosen.timeout)


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """`items` in slices of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def without_errors(replies: list[Reply]) -> list[Reply]:
    """The replies as they are.

    Raises:
        ReplyError: the first of them that is one.
    """
    for reply in replies:
        if isinstance(reply, ReplyError):
            raise reply
    return replies


def number(reply: Reply) -> int:
    """A reply that must be an integer.

    Raises:
        UnreachableError: it is none, so the other side does not speak as Redis does.
    """
    if not isinstance(reply, int):
        raise UnreachableError("NotRedis")
    return reply


def texts(reply: Reply) -> list[str]:
    """A reply that must be a list of strings; what is not UTF-8 in them survives a round trip.

    Raises:
        UnreachableError: as `number`.
    """
    if not isinstance(reply, list):
        raise UnreachableError("NotRedis")
    return [item.decode(errors="surrogateescape") for item in reply if isinstance(item, bytes)]
