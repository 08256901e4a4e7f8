"""Counters written the way lamed 0.4.3 writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import redis
from lamed.keys import DAYS, counter_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Counts = dict[tuple[str, str, str], int]


def counts_of(experiment: str, goal: str, **arms: tuple[int, int]) -> Counts:
    """Visitors and conversions by variant, as `write_counts` takes them."""
    events = ("participate", goal)
    return {
        (experiment, event, variant): count
        for variant, counted in arms.items()
        for event, count in zip(events, counted, strict=True)
    }


WINNER: Counts = {
    **counts_of("checkout", "buy", a=(4_000, 400), b=(4_000, 640)),
    ("a small one", "participate", "a"): 1,
}
"""An experiment with a clear winner, and one that has hardly begun."""


def write_past(url: str, counts: Mapping[tuple[str, str, str], int], day: datetime) -> None:
    """Have so much been counted on a day, given as in `write_counts`, as the handlers keep it in the series."""
    with redis.Redis.from_url(url) as client:
        for names, count in counts.items():
            chunk, field = DAYS.point(counter_key("alephbet", *names), day.timestamp())
            client.hset(chunk, str(field), str(count))


def write_counter(
    client: redis.Redis, experiment: str, goal: str, variant: str, count: int, *, namespace: str = "alephbet"
) -> None:
    """Set one counter and enter it in the indexes; names go into keys as they are."""
    key = f"{namespace}:counters:{experiment}:{goal}:{variant}"
    client.sadd(f"{namespace}:experiments", experiment)
    client.sadd(f"{namespace}:counter_keys", key)
    client.sadd(f"{namespace}:{experiment}:counter_keys", key)
    client.set(key, count)


def write_counts(url: str, counts: Mapping[tuple[str, str, str], int], namespace: str = "alephbet") -> None:
    """Set counters, given by (experiment, goal, variant), and enter them in the indexes."""
    with redis.Redis.from_url(url) as client, client.pipeline() as pipeline:
        for names, count in counts.items():
            write_counter(pipeline, *names, count, namespace=namespace)
        pipeline.execute()
