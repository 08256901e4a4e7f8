"""What strangers can make the store hold is bounded, and what exists goes on counting."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import lamed
import pytest

from tests.integration.handlers.contents import contents
from tests.integration.handlers.events import COUNTER, EVENT
from tests.unit.handlers.gateway import call

if TYPE_CHECKING:
    import redis

RANDOM_REQUESTS = 20_000


def limit(monkeypatch: pytest.MonkeyPatch, **limits: object) -> None:
    monkeypatch.setenv("LAMED_LIMITS", json.dumps(limits))


@pytest.mark.parametrize(
    ("name", "parameter"),
    [("max_namespaces", "namespace"), ("max_experiments", "experiment"), ("max_counters", "variant")],
)
def test_a_new_name_past_a_limit_is_refused_and_nothing_is_written(
    database: redis.Redis, monkeypatch: pytest.MonkeyPatch, name: str, parameter: str
) -> None:
    limit(monkeypatch, **{name: 2})
    for value in ("one", "two"):
        assert call(lamed.track, **{**EVENT, parameter: value})[0] == 200
    before = contents(database)
    status, document = call(lamed.track, **{**EVENT, parameter: "three"})
    assert (status, document["error"]) == (429, "limit_reached")
    assert name in document["message"]
    assert contents(database) == before
    for value in ("one", "two"):
        assert call(lamed.track, **{**EVENT, parameter: value, "uuid": "u-2"}) == (200, {"status": "counted"})
    limit(monkeypatch, **{name: 3})
    assert call(lamed.track, **{**EVENT, parameter: "three"}) == (200, {"status": "counted"})


@pytest.mark.usefixtures("database")
def test_deleting_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, max_experiments=1, max_namespaces=1)
    call(lamed.track, **EVENT)
    assert call(lamed.track, **{**EVENT, "experiment": "other"})[0] == 429
    assert call(lamed.track, **{**EVENT, "namespace": "other"})[0] == 429
    call(lamed.delete, experiment="checkout")
    assert call(lamed.track, **{**EVENT, "namespace": "other", "experiment": "other"})[0] == 200


def test_a_namespace_that_043_filled_is_no_new_one(database: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, max_namespaces=1)
    database.sadd("old:experiments", "e")
    call(lamed.track, **EVENT)
    assert call(lamed.track, **{**EVENT, "namespace": "old"})[0] == 200
    assert call(lamed.track, **{**EVENT, "namespace": "new"})[0] == 429


def test_a_name_that_is_not_on_the_list_is_refused(database: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, experiments=["checkout", "my:exp"])
    assert call(lamed.track, **EVENT)[0] == 200
    assert call(lamed.track, **{**EVENT, "experiment": "my:exp"})[0] == 200
    before = contents(database)
    status, document = call(lamed.track, **{**EVENT, "experiment": "other"})
    assert (status, document["error"]) == (403, "experiment_not_allowed")
    assert contents(database) == before


def test_a_flood_of_random_names_leaves_the_store_bounded(
    database: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, max_namespaces=2, max_experiments=5, max_counters=4)
    call(lamed.track, **EVENT)
    chance = random.Random(1)
    statuses = set()
    for number in range(RANDOM_REQUESTS):
        query = {name: f"{name}-{chance.randrange(10_000)}" for name in ("experiment", "variant", "event", "namespace")}
        statuses.add(call(lamed.track, **query, uuid=str(number))[0])
    for number in range(RANDOM_REQUESTS // 10):
        statuses.add(call(lamed.track, **{**EVENT, "variant": f"v-{number}"})[0])
    assert statuses == {200, 429}
    counters = 2 * 5 * 4
    # A counter has one node and two series; a namespace two indexes, an experiment one; and one key lists namespaces.
    assert int(str(database.dbsize())) <= counters * 4 + 2 * 2 + 2 * 5 + 1
    assert call(lamed.track, **{**EVENT, "uuid": "another"}) == (200, {"status": "counted"})
    assert database.get(COUNTER) == "2"
