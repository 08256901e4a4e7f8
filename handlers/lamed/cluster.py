"""Redis Cluster: send each command to the node that owns its key, and learn the owners from redirections.

Needs no list of nodes and no other command: the first command for a slot may go to the wrong node, which names the
right one, and that is remembered. Only single-node commands are routed here; all keys of one command share a slot.
"""

from __future__ import annotations

from binascii import crc_hqx
from time import monotonic, sleep

from lamed.endpoint import parse_address
from lamed.resp import Connection, ReplyError, UnreachableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from lamed.endpoint import Endpoint
    from lamed.resp import Command, Reply

    Node: TypeAlias = tuple[str, int]

_ROUNDS = 6  # enough to follow a moved slot, wait for a slot under way, and turn to a new owner after a failover
_PAUSE = 0.05  # seconds to wait before a slot that is under way, or a cluster that elects, is asked again
_WAIT_AND_REPEAT = frozenset({"TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN"})


def slot(key: str) -> int:
    """The cluster's slot of a key (CRC16 of the hash tag), as the Redis Cluster specification defines it."""
    _, brace, rest = key.partition("{")
    tag, closing, _ = rest.partition("}")
    hashed = tag if brace and closing and tag else key
    return crc_hqx(hashed.encode(errors="surrogateescape"), 0) % 16_384


class ClusterConnections:
    """Connections to the nodes of a cluster, found from the one endpoint that is known beforehand.

    A slot whose owner is not known yet is asked for at the entry: that endpoint, or another node once it has failed.
    """

    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        self._endpoint = endpoint
        self._entry = endpoint.host, endpoint.port
        self._timeout = timeout
        self._owners: dict[int, Node] = {}
        self._connections: dict[Node, Connection] = {}

    def close(self) -> None:
        """Drop every connection and all that was learnt."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
        self._owners.clear()

    def exchange(self, commands: Sequence[Command], deadline: float) -> list[Reply]:
        """As `Connection.exchange`, each command at the owner of its key: one write and read for each node.

        A reply is a redirection only when the cluster kept on redirecting.

        Raises:
            UnreachableError: a node does not answer.
            ReplyError: a node refused the handshake.
        """
        replies: list[Reply] = [None] * len(commands)
        waiting = list(range(len(commands)))
        for _ in range(_ROUNDS):
            batches: dict[Node, list[int]] = {}
            for index in waiting:
                batches.setdefault(self._owner(commands[index]), []).append(index)
            waiting = []
            for node, indexes in batches.items():
                answers = self._ask(node, [commands[index] for index in indexes], deadline)
                for index, answer in zip(indexes, answers, strict=True):
                    replies[index] = self._followed(node, commands[index], answer, deadline)
                    if _asks_again(replies[index]):
                        waiting.append(index)
            if not waiting:
                break
            if any(_waits(replies[index]) for index in waiting):
                sleep(max(0.0, min(_PAUSE, deadline - monotonic())))
        return replies

    def _owner(self, command: Command) -> Node:
        return self._owners.get(slot(routing_key(command)), self._entry)

    def _ask(self, node: Node, commands: Sequence[Command], deadline: float) -> list[Reply]:
        connection = self._connections.get(node)
        if connection is None:
            connection = self._connections[node] = Connection(self._endpoint.moved_to(*node), self._timeout)
        try:
            return connection.exchange(commands, deadline)
        except UnreachableError:
            # The node may have died: another one will know its successor.
            self._owners = {key: owner for key, owner in self._owners.items() if owner != node}
            del self._connections[node]
            self._entry = next(iter(self._connections), (self._endpoint.host, self._endpoint.port))
            raise

    def _followed(self, node: Node, command: Command, answer: Reply, deadline: float) -> Reply:
        if not isinstance(answer, ReplyError) or answer.reason not in {"MOVED", "ASK"}:
            return answer
        number, _, address = answer.detail.partition(" ")
        host, _, port = address.rpartition(":")
        target = parse_address(address) if host else (node[0], int(port))  # no host: the one that was asked
        if answer.reason == "MOVED":
            self._owners[int(number)] = target
            return answer
        return self._ask(target, [["ASKING"], command], deadline)[1]


def routing_key(command: Command) -> str:
    """The key by which a command of this package is routed: the first argument, or a script's first key."""
    return str(command[3] if command[0] in {"EVAL", "EVALSHA"} else command[1])


def _asks_again(reply: Reply) -> bool:
    return isinstance(reply, ReplyError) and (reply.reason == "MOVED" or _waits(reply))


def _waits(reply: Reply) -> bool:
    return isinstance(reply, ReplyError) and reply.reason in _WAIT_AND_REPEAT
