"""Visits that the tests of every server send."""

from __future__ import annotations

from tests.handler_calls import count

EVENT = {"experiment": "e", "variant": "a", "event": "participate", "uuid": "1"}


def participate(uuid: int, experiment: str = "e") -> str:
    """A visit by somebody: "counted" or "duplicate"."""
    return count(**{**EVENT, "experiment": experiment, "uuid": str(uuid)})
