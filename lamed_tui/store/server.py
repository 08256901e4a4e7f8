"""What a Redis or Valkey server says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ServerFacts:
    """The part of INFO that decides whether counters are safe here.

    A fact the server keeps to itself (managed services and narrow users hide some) is None. Memory is in bytes.

    Attributes:
        software: "Valkey" or "Redis".
        version: of that software, such as "9.1.2".
        redis_version: the Redis version it is compatible with; the same as `version` for Redis itself.
        mode: "standalone", "cluster" or "sentinel".
        role: "master" or "slave", in the server's own words.
        maxmemory: None also when there is no limit; `limits_memory` tells which.
        tls: whether this connection is encrypted.
    """

    software: str
    version: str | None
    redis_version: str | None
    mode: str | None
    role: str | None
    maxmemory_policy: str | None
    used_memory: int | None
    maxmemory: int | None
    limits_memory: bool | None
    connected_clients: int | None
    maxclients: int | None
    tls: bool


def facts_from_info(info: Mapping[str, object], *, tls: bool) -> ServerFacts:
    """Read the facts out of INFO's merged sections."""
    valkey = _text(info, "valkey_version")
    redis_version = _text(info, "redis_version")
    maxmemory = _number(info, "maxmemory")
    return ServerFacts(
        software="Valkey" if valkey else "Redis",
        version=valkey or redis_version,
        redis_version=redis_version,
        mode=_text(info, "server_mode") or _text(info, "redis_mode"),
        role=_text(info, "role"),
        maxmemory_policy=_text(info, "maxmemory_policy"),
        used_memory=_number(info, "used_memory"),
        maxmemory=maxmemory or None,
        limits_memory=None if maxmemory is None else maxmemory > 0,
        connected_clients=_number(info, "connected_clients"),
        maxclients=_number(info, "maxclients"),
        tls=tls,
    )


def _text(info: Mapping[str, object], key: str) -> str | None:
    value = info.get(key)
    return None if value is None else str(value)


def _number(info: Mapping[str, object], key: str) -> int | None:
    value = info.get(key)
    return value if isinstance(value, int) else None
