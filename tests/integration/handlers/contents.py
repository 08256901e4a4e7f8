"""Everything that a database holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import redis


def contents(client: redis.Redis) -> dict[str, object]:
    """Everything that a database holds, without the times to live."""
    readers: dict[str, Any] = {"string": client.get, "set": client.smembers, "hash": client.hgetall}
    keys: list[str] = client.keys()  # type: ignore[assignment]  # redis-py annotates for asyncio too
    return {key: readers[str(client.type(key))](key) for key in keys}
