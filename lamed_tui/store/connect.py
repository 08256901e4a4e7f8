"""The only door to the Redis client library."""

from __future__ import annotations

import time
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TypeGuard, cast

from lamed_tui.errors import StoreError
from lamed_tui.store.errors import explain
from lamed_tui.store.server import ServerFacts, facts_from_info

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redis import Redis, RedisCluster

    from lamed_tui.config.model import RedisSettings

_CHUNK = 1_000
"""Keys a MGET: long enough to be fast, short enough not to hold up the server's other clients."""

_MOST_COMMANDS = 2_000
"""Commands sent at once."""

_LONGEST = 20
"""Characters of the longest whole number that Redis counts with."""

_PROBE_SECONDS = 60
_INFO_SECTIONS = ("server", "memory", "clients", "replication")


def open_store(settings: RedisSettings) -> Store:
    """A door to the Redis that the settings name. Nothing is sent yet: the first method connects."""
    return Store(settings)


class Store:
    """What this program asks of Redis, and nothing else.

    Every method raises `StoreError` (`StoreAccessError` for a wrong password or a missing permission), and gives up
    after the timeouts of the settings. An instance may be used from any thread; a dropped connection is replaced at
    the next call. Keys and names are text: bytes that are no UTF-8 survive as surrogate escapes.
    """

    def __init__(self, settings: RedisSettings) -> None:
        self._settings = settings
        self._client: Redis | RedisCluster | None = None
        self._closed = False
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def location(self) -> str:
        """Where this is, for people: no user, no password."""
        return self._settings.location

    def close(self) -> None:
        """Drop every connection. A call under way in another thread ends with a `StoreError` at once."""
        with self._lock:
            self._closed, client, self._client = True, self._client, None
        if client is not None:
            client.close()

    def ping(self) -> float:
        """Seconds that one PING takes there and back, on a connection that is open already."""
        with self._connected() as client:
            client.ping()
            start = time.perf_counter()
            client.ping()
            return time.perf_counter() - start

    def read_sets(self, keys: Sequence[str]) -> tuple[frozenset[str], ...]:
        """The members of each set, in the order of `keys`, in one round trip; a missing set is empty."""
        return tuple(frozenset(members) for members in self._ask_sets("SMEMBERS", keys))

    def read_sizes(self, keys: Sequence[str]) -> tuple[int, ...]:
        """How many members each set has, in the order of `keys`, in one round trip; a missing set has none."""
        return tuple(self._ask_sets("SCARD", keys))

    def read_counts(self, keys: Iterable[str]) -> dict[str, int]:
        """The count at each key, in one round trip; a key that is missing or holds no whole number is left out."""
        wanted = list(keys)
        if not wanted:
            return {}
        with self._connected() as client:
            values = self._read_values(client, wanted)
        if _are_all_counts(values):
            return dict(zip(wanted, map(int, values), strict=True))
        return {key: int(value) for key, value in zip(wanted, values, strict=True) if value and _is_whole_number(value)}

    def read_hashes(self, keys: Sequence[str]) -> list[dict[str, str]]:
        """The fields of each hash, in the order of `keys`, in one round trip for 2,000 of them.

        What is missing, or is no hash, is empty.
        """
        found: list[dict[str, str]] = []
        with self._connected() as client:
            for start in range(0, len(keys), _MOST_COMMANDS):
                pipeline = client.pipeline(transaction=False)
                for key in keys[start : start + _MOST_COMMANDS]:
                    pipeline.hgetall(key)
                found += map(_fields, pipeline.execute(raise_on_error=False))
        return found

    def find_keys(self, pattern: str) -> list[str]:
        """Every key that matches a glob pattern, of all nodes of a cluster; it takes a pass over all keys there are."""
        with self._connected() as client:
            return list(dict.fromkeys(client.scan_iter(match=pattern, count=_CHUNK)))

    def unlink(self, keys: Sequence[str]) -> None:
        """Remove keys, one round trip for 2,000 of them."""
        with self._connected() as client:
            for start in range(0, len(keys), _MOST_COMMANDS):
                pipeline = client.pipeline(transaction=False)
                for key in keys[start : start + _MOST_COMMANDS]:
                    pipeline.unlink(key)
                pipeline.execute()

    def server_facts(self) -> ServerFacts:
        """Version, memory and connections of the server; of one node in a cluster."""
        import redis.exceptions

        info: dict[str, object] = {}
        one_node = {"target_nodes": "random"} if self._settings.cluster else {}
        with self._connected() as client:
            for section in _INFO_SECTIONS:
                try:
                    info |= client.info(section, **one_node)
                except redis.exceptions.NoPermissionError:
                    continue  # a narrow user is no error: the facts stay unknown
        return facts_from_info(info, tls=self._settings.ssl)

    def check_write(self, key: str) -> None:
        """Write, read back and remove `key`, which must not be in use."""
        with self._connected() as client:
            client.set(key, "lamed", ex=_PROBE_SECONDS)
            value = client.get(key)
            client.delete(key)
        if value != "lamed":
            raise StoreError(
                f"Redis at {self.location} did not return what was just written.",
                "Check whether redis.host names a proxy or a replica.",
            )

    @contextmanager
    def _connected(self) -> Iterator[Redis | RedisCluster]:
        import redis.exceptions

        try:
            yield self._connect()
        except (redis.exceptions.RedisError, redis.exceptions.RedisClusterException, OSError, UnicodeError) as error:
            raise explain(error, self._settings) from None
        except Exception:
            # The client library does not foresee that a connection in use is closed by another thread.
            if self._closed:
                raise self._closed_error() from None
            raise

    def _connect(self) -> Redis | RedisCluster:
        client = self._client
        if client is None and not self._closed:
            # A cluster is asked for its nodes here: outside the lock, so that `close` never waits for a server.
            fresh = _client(self._settings)
            with self._lock:
                if self._client is None and not self._closed:
                    self._client = fresh
                client = self._client
            if client is not fresh:
                fresh.close()
        if client is None:
            raise self._closed_error()
        return client

    def _closed_error(self) -> StoreError:
        return StoreError(f"The connection to Redis at {self.location} has been closed.")

    def _ask_sets(self, command: str, keys: Sequence[str]) -> list[Any]:
        with self._connected() as client:
            pipeline = client.pipeline(transaction=False)
            for key in keys:
                pipeline.execute_command(command, key)
            answers = pipeline.execute(raise_on_error=False)
            for key, answer in zip(keys, answers, strict=True):
                if isinstance(answer, Exception):
                    raise self._no_set(key) if _is_of_another_type(answer) else answer
        return answers

    def _no_set(self, key: str) -> StoreError:
        return StoreError(
            f"{key} in Redis at {self.location} is no set.",
            f"Something else wrote it. Look at it (TYPE {key}), then rename or remove it.",
        )

    def _read_values(self, client: Redis | RedisCluster, keys: list[str]) -> list[str | None]:
        pipeline = client.pipeline(transaction=False)
        if self._settings.cluster:
            # Keys of one MGET must share a slot; the client sends each node all of its GETs together.
            for key in keys:
                pipeline.get(key)
            return list(pipeline.execute())
        remaining = iter(keys)
        while chunk := list(islice(remaining, _CHUNK)):
            pipeline.mget(chunk)
        return [value for values in pipeline.execute() for value in values]


def _client(settings: RedisSettings) -> Redis | RedisCluster:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    options: dict[str, Any] = {
        "username": settings.username,
        "password": settings.password.get_secret_value() if settings.password else None,
        "socket_timeout": settings.socket_timeout,
        "socket_connect_timeout": settings.socket_connect_timeout,
        # Whoever asks decides whether to ask again: the client's own retries would multiply the timeouts.
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,  # understood by every server and proxy, without a handshake of its own
        "decode_responses": True,
        "encoding_errors": "surrogateescape",
        # The library would tell its name at every connection: a narrow user may not, and each refusal is logged.
        **({"driver_info": None} if hasattr(redis, "DriverInfo") else {"lib_name": None, "lib_version": None}),
    }
    if settings.ssl:
        options |= {"ssl": True, "ssl_cert_reqs": settings.ssl_cert_reqs, "ssl_ca_certs": settings.ssl_ca_certs}
        options |= {"ssl_check_hostname": settings.ssl_cert_reqs == "required"}
    if settings.cluster:
        return redis.RedisCluster(host=settings.host, port=settings.port, **options)
    if settings.unix_socket_path:
        return redis.Redis(unix_socket_path=settings.unix_socket_path, db=settings.db, **options)
    return redis.Redis(host=settings.host, port=settings.port, db=settings.db, **options)


def _fields(answer: dict[str, str] | Exception) -> dict[str, str]:
    """What HGETALL answered; one key that somebody used for something else must not hide all others."""
    if not isinstance(answer, Exception):
        return answer
    if _is_of_another_type(answer):
        return {}
    raise answer


def _is_of_another_type(answer: Exception) -> bool:
    """Whether a key holds something that the command is not for: the server's word for it, as there is no type."""
    return "WRONGTYPE" in str(answer)


def _is_whole_number(value: str) -> bool:
    return len(value) <= _LONGEST and value.isascii() and value.removeprefix("-").isdigit()


def _are_all_counts(values: Sequence[str | None]) -> TypeGuard[list[str]]:
    """Whether every value is a whole number, none of them negative: the usual case, told at once for all."""
    if not all(values):
        return False
    text = "".join(cast("Sequence[str]", values))
    return text.isascii() and text.isdigit() and max(map(len, cast("Sequence[str]", values))) <= _LONGEST
