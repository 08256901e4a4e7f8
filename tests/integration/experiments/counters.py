"""Counters written the way lamed 0.4.3 writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import redis

if TYPE_CHECKING:
    from collections.abc import Mapping

Counts = dict[tuple[str, str, str], int]


def write_counts(url: str, counts: Mapping[tuple[str, str, str], int], namespace: str = "alephbet") -> None:
    """Set counters, given by (experiment, goal, variant), and enter them in the indexes."""
    with redis.Redis.from_url(url) as client, client.pipeline() as pipeline:
        for (experiment, goal, variant), count in counts.items():
            key = f"{namespace}:counters:{experiment}:{goal}:{variant}"
            pipeline.sadd(f"{namespace}:experiments", experiment)
            pipeline.sadd(f"{namespace}:counter_keys", key)
            pipeline.sadd(f"{namespace}:{experiment}:counter_keys", key)
            pipeline.set(key, count)
        pipeline.execute()
