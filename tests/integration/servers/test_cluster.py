"""What only a cluster does: it sends clients elsewhere, and moves keys while they are in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.handler_calls import call, count, handlers_on
from tests.integration.servers.conftest import CLUSTER_COMMANDS, COMMANDS, PASSWORD, Place, a_place, allow
from tests.integration.servers.events import EVENT, participate

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def cluster_place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    yield from a_place("cluster", request, monkeypatch)


def test_experiments_lie_on_every_node_and_each_with_its_companions(cluster_place: Place) -> None:
    for number in range(40):
        participate(number, f"e{number}")
    for admin in cluster_place.admins:
        stored = set(admin.scan_iter(count=1_000))
        counters = {key for key in stored if key.startswith("alephbet:counters:")}
        assert counters
        assert {key[1:].partition("}")[0] for key in stored if key.startswith("{")} == counters


def test_counts_stay_exact_while_their_slot_moves_to_another_node(cluster_place: Place) -> None:
    events = [{**EVENT, "uuid": str(number)} for number in range(30)]
    assert [count(**event) for event in events[:10]] == ["counted"] * 10
    source, target, slot = ends_of_a_move(cluster_place, "alephbet:counters:e:participate:a")
    names = [admin.execute_command("CLUSTER", "MYID") for admin in (source, target)]
    target.execute_command("CLUSTER", "SETSLOT", slot, "IMPORTING", names[0])
    source.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", names[1])
    try:
        statuses = [call("track", **event).status for event in events[8:12]]
        for key in source.execute_command("CLUSTER", "GETKEYSINSLOT", slot, 1_000):
            source.migrate("127.0.0.1", target.connection_pool.connection_kwargs["port"], key, 0, 1_000)
        statuses += [call("track", **event).status for event in events[10:14]]
        assert call("all").status == 200
        participate(1, "in another slot")
    finally:
        for admin in (target, source, *cluster_place.admins):
            admin.execute_command("CLUSTER", "SETSLOT", slot, "NODE", names[1])
    # A script names keys that do not exist yet, which no node answers for while their slot moves: clients send again.
    assert set(statuses) <= {200, 503}
    assert {call("track", **event).status for event in events} == {200}
    assert {one.name: one.visitors for one in cluster_place.snapshot().experiments} == {"e": 30, "in another slot": 1}
    assert call("delete", experiment="e").status == 200
    assert call("delete", experiment="in another slot").status == 200
    assert cluster_place.stored() == set()


def test_any_node_may_be_the_one_that_is_configured(cluster_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, admin in enumerate(cluster_place.admins):
        url = f"redis://127.0.0.1:{admin.connection_pool.connection_kwargs['port']}"
        with handlers_on({"LAMED_REDIS_URL": url, "LAMED_REDIS_CLUSTER": "1"}, monkeypatch):
            assert participate(number) == "counted"
            assert participate(0) == "duplicate" or number == 0
    assert cluster_place.snapshot().experiments[0].visitors == len(cluster_place.admins)


def test_a_cluster_that_is_not_said_to_be_one_counts_nothing_and_says_so(
    cluster_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with handlers_on({**cluster_place.environment, "LAMED_REDIS_CLUSTER": "0"}, monkeypatch):
        assert call("track", **EVENT).status == 503
    assert cluster_place.stored() == set()


def test_the_narrowest_user_of_a_cluster(cluster_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for admin in cluster_place.admins:
        allow(admin, [*COMMANDS, *CLUSTER_COMMANDS])
    user = {"LAMED_REDIS_USERNAME": "narrow", "LAMED_REDIS_PASSWORD": PASSWORD}
    told = {**cluster_place.redis, "username": "narrow", "password": PASSWORD}
    try:
        with handlers_on({**cluster_place.environment, **user}, monkeypatch):
            for number in range(10):
                participate(number, f"e{number}")
            assert call("delete", experiment="e3").status == 200
        snapshot = Place({}, told).snapshot()
        assert [experiment.name for experiment in snapshot.experiments] == [f"e{n}" for n in range(10) if n != 3]
    finally:
        for admin in cluster_place.admins:
            admin.acl_deluser("narrow")


def ends_of_a_move(place: Place, key: str) -> tuple[Any, Any, int]:
    """The owner of a key's slot, another node, and the slot."""
    slot = place.admins[0].execute_command("CLUSTER", "KEYSLOT", key)
    owner = next(admin for admin in place.admins if admin.execute_command("CLUSTER", "COUNTKEYSINSLOT", slot))
    return owner, next(admin for admin in place.admins if admin is not owner), slot
