"""Which slot a key belongs to, and which key a command is routed by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lamed import cluster, keys
from redis.crc import key_slot


@given(st.text() | st.text(alphabet="{}ab"))
def test_slots_are_those_that_redis_py_computes(key: str) -> None:
    assert cluster.slot(key) == key_slot(key.encode())


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_a_counter_and_its_companions_share_a_slot(
    namespace: str, experiment: str, goal: str, variant: str, uuid: str
) -> None:
    counter = keys.counter_key(namespace, experiment, goal, variant, cluster=True)
    _, digits = keys.digest(uuid)
    companions = [
        *keys.seen_path(counter, 43_200, digits),
        keys.HOURS.point(counter, 0)[0],
        keys.DAYS.point(counter, 0)[0],
    ]
    assert {cluster.slot(key) for key in companions} == {cluster.slot(counter)}


def test_commands_are_routed_by_their_first_key() -> None:
    assert cluster.routing_key(["GET", "a"]) == "a"
    assert cluster.routing_key(["EVALSHA", "digest", 2, "a", "b", "argument"]) == "a"
    assert cluster.routing_key(["EVAL", "return 1", 1, "a"]) == "a"
