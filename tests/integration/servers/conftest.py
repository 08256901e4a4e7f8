"""Every place where the counters may live, each as the handlers and the console are told about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import redis
from lamed.keys import DEFAULT_NAMESPACE, NAMESPACES_KEY, encode

from lamed_tui.config.model import RedisSettings
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store
from tests.handler_calls import handlers_on
from tests.ports import port_of
from tests.redis_servers import running_cluster

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lamed_tui.experiments.snapshot import Snapshot
    from tests.redis_servers import RedisServer

PASSWORD = "throw away"
PLACES = ("valkey 9", "redis 7.0", "cluster", "tls", "acl user", "database 5", "unix socket")

TRACKING_COMMANDS = ("evalsha", "eval", "scard", "sismember", "exists", "incr", "sadd", "expire", "hincrby")
READING_COMMANDS = ("smembers", "mget")
DELETING_COMMANDS = ("unlink", "srem")
COMMANDS = (*TRACKING_COMMANDS, *READING_COMMANDS, *DELETING_COMMANDS)
"""Everything a user of a single server must be allowed: the handlers' commands, of which the console needs some."""

CLUSTER_COMMANDS = ("asking", "cluster|slots", "command", "get")
"""What a cluster's user needs besides: the handlers the first, while slots move; the console the others."""

OTHER_NAMESPACE = "alephbet:2"


def key_patterns(*namespaces: str) -> list[str]:
    """The keys that such a user must be allowed; flags of 0.4.3 are any SHA-1, so honouring them needs ``~*``."""
    names = [encode(namespace) for namespace in namespaces]
    return [NAMESPACES_KEY, *[pattern for name in names for pattern in (f"{name}:*", f"{{{name}:*")]]


@dataclass
class Place:
    """A store: `environment` tells the handlers where it is, `redis` tells the console."""

    environment: Mapping[str, str]
    redis: Mapping[str, Any]
    admins: Sequence[Any] = field(default=(), repr=False)

    def stored(self) -> set[str]:
        """Every key that is stored there."""
        return {key for admin in self.admins for key in admin.scan_iter(count=1_000)}

    def snapshot(self, namespace: str = "alephbet") -> Snapshot:
        """What the console sees."""
        with open_store(RedisSettings.model_validate(self.redis)) as store:
            return RedisSource(store, namespace, {}).read()

    def shown(self, namespace: str = "alephbet") -> dict[str, dict[str, dict[str, tuple[int, int]]]]:
        """What the console sees: experiment, goal, variant -> conversions and visitors."""
        return {
            experiment.name: {
                goal.name: {one.name: (one.conversions, one.visitors) for one in goal.variants}
                for goal in experiment.goals
            }
            for experiment in self.snapshot(namespace).experiments
        }


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, ...]]:
    """The ports of a Valkey cluster of three primaries."""
    with running_cluster(tmp_path_factory.mktemp("cluster")) as ports:
        yield ports


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Each place in turn, empty, with the handlers' environment set to it."""
    yield from a_place(request.param, request, monkeypatch)


def a_place(name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """One of `PLACES`, as `place` yields it."""
    if name == "cluster":
        ports = request.getfixturevalue("cluster")
        environment = {"LAMED_REDIS_URL": f"redis://127.0.0.1:{ports[0]}", "LAMED_REDIS_CLUSTER": "1"}
        told = {"host": "127.0.0.1", "port": ports[0], "cluster": True}
        admins = [_admin(f"redis://127.0.0.1:{port}") for port in ports]
    elif name in {"redis 7.0", "tls", "unix socket"}:
        server = request.getfixturevalue("redis_7")
        environment, told = _ways_to_redis_7(name, server)
        admins = [_admin(server.url)]
    else:
        url = request.getfixturevalue("valkey_server")
        environment, told = _ways_to_valkey(name, url)
        admins = [_admin(url.removesuffix("/0") + ("/5" if name == "database 5" else "/0"))]
    for admin in admins:
        admin.flushall()
    if name == "acl user":
        allow(admins[0], COMMANDS)
    try:
        with handlers_on(environment, monkeypatch):
            yield Place(environment, told, admins)
    finally:
        if name == "acl user":
            admins[0].acl_deluser("narrow")
        for admin in admins:
            admin.close()


def _ways_to_redis_7(name: str, server: RedisServer) -> tuple[dict[str, str], dict[str, Any]]:
    if name == "tls":
        url = f"rediss://127.0.0.1:{server.tls_port}?ssl_ca_certs={server.authority}"
        told = {"host": "127.0.0.1", "port": server.tls_port, "ssl": True, "ssl_ca_certs": str(server.authority)}
        return {"LAMED_REDIS_URL": url}, told
    url = f"unix://{server.unix_socket}" if name == "unix socket" else server.url
    return {"LAMED_REDIS_URL": url}, {"url": url}


def _ways_to_valkey(name: str, url: str) -> tuple[dict[str, str], dict[str, Any]]:
    told: dict[str, Any] = {"host": "127.0.0.1", "port": port_of(url)}
    if name == "database 5":
        return {"LAMED_REDIS_URL": url.removesuffix("/0") + "/5"}, {**told, "db": 5}
    if name == "acl user":
        user = {"LAMED_REDIS_USERNAME": "narrow", "LAMED_REDIS_PASSWORD": PASSWORD}
        return {"LAMED_REDIS_URL": url, **user}, {**told, "username": "narrow", "password": PASSWORD}
    return {"LAMED_REDIS_URL": url}, told


def allow(admin: Any, commands: Iterable[str]) -> None:
    """Let the user of the ACL place use these commands on the keys of our namespaces, and nothing else."""
    admin.acl_setuser(
        "narrow",
        enabled=True,
        passwords=["+" + PASSWORD],
        commands=[f"+{command}" for command in commands],
        keys=key_patterns(DEFAULT_NAMESPACE, OTHER_NAMESPACE),
        reset=True,
    )


def _admin(url: str) -> Any:
    return redis.Redis.from_url(url, decode_responses=True)
