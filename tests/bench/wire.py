"""What both backends send to Redis for an event, in bulk. Each is checked against the real backend before it is used.

Ours is the real thing without a network: `lamed.tracking` on a store that notes commands. Of 0.4.3, which cannot be
had without its round trips, the commands are written down here.
"""

from __future__ import annotations

import time
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING

import lamed
from lamed.endpoint import Endpoint
from lamed.events import TrackedEvent
from lamed.settings import Settings
from lamed.store import Store
from lamed.tracking import COUNTED, track

from tests.bench.protocol import packed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lamed.resp import Command, Reply

    from tests.bench.protocol import Conversation, Request

UUID_EXPIRY_SECONDS = 86_400
NAMESPACE = "alephbet"


class Scribe(Store):
    """A store that writes down what it is asked to send, and pretends that every event is new."""

    def __init__(self) -> None:
        super().__init__(Settings(Endpoint("127.0.0.1"), uuid_expiry_seconds=UUID_EXPIRY_SECONDS))
        self.written: list[Request] = []

    def exchange(self, commands: Sequence[Command], deadline: float) -> list[Reply]:
        del deadline
        self.written += [packed(*command) for command in commands]
        return [COUNTED for _ in commands]


def our_script() -> str:
    """The script that our requests name."""
    return Path(lamed.__file__).with_name("track.lua").read_text(encoding="utf-8")


def our_requests(events: Sequence[Mapping[str, str]], now: float, *, levels: int | None = None) -> list[Request]:
    """Ours: one request an event.

    Args:
        events: the query parameters of `/track`.
        now: epoch seconds.
        levels: how deep the trees of remembered events are, when they are deeper than a fresh process assumes.
    """
    scribe = Scribe()
    if levels is not None:
        scribe.node_levels = levels
    for event in events:
        tracked = TrackedEvent(
            namespace=NAMESPACE,
            experiment=event["experiment"],
            goal=event["event"],
            variant=event["variant"],
            uuid=event["uuid"],
        )
        track(scribe, tracked, now=now, deadline=time.monotonic() + 60)
    return scribe.written


def old_conversation(event: Mapping[str, str]) -> Conversation:
    """0.4.3: five requests an event, over a connection of their own."""
    counter, flag = _old_counter(event), _old_flag(event)
    experiment = event["experiment"]
    return (
        packed("MULTI")
        + packed("SADD", f"{NAMESPACE}:experiments", experiment)
        + packed("SADD", f"{NAMESPACE}:counter_keys", counter)
        + packed("SADD", f"{NAMESPACE}:{experiment}:counter_keys", counter)
        + packed("EXEC"),
        packed("WATCH", flag),
        packed("GET", flag),
        packed("MULTI") + packed("SETEX", flag, UUID_EXPIRY_SECONDS, 1) + packed("INCRBY", counter, 1) + packed("EXEC"),
        packed("UNWATCH"),
    )


def old_indexing(event: Mapping[str, str]) -> list[Request]:
    """0.4.3: what it does again at every event, and once is enough to have done."""
    counter, experiment = _old_counter(event), event["experiment"]
    return [
        packed("SADD", f"{NAMESPACE}:experiments", experiment),
        packed("SADD", f"{NAMESPACE}:counter_keys", counter),
        packed("SADD", f"{NAMESPACE}:{experiment}:counter_keys", counter),
    ]


def old_remembering(event: Mapping[str, str]) -> Request:
    """0.4.3: what an event leaves behind that no other event does."""
    return packed("SETEX", _old_flag(event), UUID_EXPIRY_SECONDS, 1) + packed("INCRBY", _old_counter(event), 1)


def some_events(number: int, *, prefix: str = "", counters: int = 1) -> Iterator[dict[str, str]]:
    """Different events, with uuids as browsers make them long, over a number of counters in turn."""
    for index in range(number):
        yield {
            "experiment": f"experiment {index % counters}",
            "variant": "control",
            "event": "participate",
            "uuid": f"{prefix:>8.8}-0000-4000-8000-{index:012x}".replace(" ", "0"),
        }


def _old_counter(event: Mapping[str, str]) -> str:
    return f"{NAMESPACE}:counters:{event['experiment']}:{event['event']}:{event['variant']}"


def _old_flag(event: Mapping[str, str]) -> str:
    return sha1(f"{_old_counter(event)} {event['uuid']}".encode(), usedforsecurity=False).hexdigest()
