"""Just after lamed 0.4.3 was replaced, what it has counted is still a duplicate."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import lamed

from tests.unit.handlers.gateway import call

if TYPE_CHECKING:
    import pytest
    import redis

EVENT = {"experiment": "my:exp", "variant": "50%", "event": "buy", "uuid": "u-1"}


def flagged_by_043(database: redis.Redis) -> None:
    text = "alephbet:counters:my:exp:buy:50% u-1"
    database.set(hashlib.sha1(text.encode()).hexdigest(), "1", ex=86_400)  # noqa: S324 - 0.4.3's choice


def test_until_then_its_flags_are_honoured(database: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    flagged_by_043(database)
    monkeypatch.setenv("LAMED_LEGACY_UNTIL", "99999999999")
    assert call(lamed.track, **EVENT) == (200, {"status": "duplicate"})
    assert call(lamed.track, **{**EVENT, "uuid": "u-2"}) == (200, {"status": "counted"})
    assert call(lamed.track, **{**EVENT, "uuid": "u-2"}) == (200, {"status": "duplicate"})


def test_later_and_by_default_they_are_not(database: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    flagged_by_043(database)
    monkeypatch.setenv("LAMED_LEGACY_UNTIL", "1700000000")
    assert call(lamed.track, **EVENT) == (200, {"status": "counted"})
