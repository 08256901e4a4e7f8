"""The same behaviour on every server, and over every way to reach one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.handler_calls import call, count
from tests.integration.servers.conftest import OTHER_NAMESPACE
from tests.integration.servers.events import EVENT, participate

if TYPE_CHECKING:
    import pytest

    from tests.integration.servers.conftest import Place

ODD = "50% {off}: a \N{PILE OF POO} + b"


def some_events(experiment: str) -> None:
    """Eight visitors of a, seven of b; of whom two and three buy."""
    for variant, visitors, buyers in (("a", 8, 2), ("b", 7, 3)):
        for number in range(visitors):
            count(experiment=experiment, variant=variant, event="participate", uuid=f"{variant}{number}")
        for number in range(buyers):
            count(experiment=experiment, variant=variant, event="buy", uuid=f"{variant}{number}")


def results(experiment: str) -> dict[str, object]:
    """What `all` must say about `some_events`."""
    labels = [{"label": "a", "successes": 2, "trials": 8}, {"label": "b", "successes": 3, "trials": 7}]
    return {"experiment": experiment, "goals": [{"goal": "buy", "results": labels}]}


def test_a_repeated_event_is_counted_once(place: Place) -> None:
    statuses = [count(**EVENT), count(**EVENT), count(**EVENT, namespace="alephbet")]
    assert statuses == ["counted", "duplicate", "duplicate"]
    assert place.snapshot().experiments[0].visitors == 1


def test_the_handlers_and_the_console_show_the_same_counts(place: Place) -> None:
    some_events("first")
    some_events(ODD)
    assert call("all") == (200, [{"meta": {"scope": None}}, *sorted(map(results, ("first", ODD)), key=str)])
    assert call("all", scope=ODD) == (200, [{"meta": {"scope": ODD}}, results(ODD)])
    assert call("experiment", experiment="first") == (200, results("first")["goals"])
    assert place.shown() == {name: {"buy": {"a": (2, 8), "b": (3, 7)}} for name in ("first", ODD)}


def test_namespaces_are_kept_apart(place: Place) -> None:
    for namespace, times in (("alephbet", 2), (OTHER_NAMESPACE, 3)):
        for number in range(times):
            count(**{**EVENT, "namespace": namespace, "uuid": str(number)})
    assert place.snapshot("alephbet").experiments[0].visitors == 2
    assert place.snapshot(OTHER_NAMESPACE).experiments[0].visitors == 3


def test_a_deleted_experiment_leaves_no_key_behind_and_starts_anew(place: Place) -> None:
    some_events("kept")
    before = place.stored()
    some_events(ODD)
    assert call("delete", experiment=ODD).status == 200
    assert place.stored() == before
    assert place.shown() == {"kept": {"buy": {"a": (2, 8), "b": (3, 7)}}}
    some_events(ODD)  # with the uuids of before: nothing of them is remembered
    assert place.shown()[ODD] == {"buy": {"a": (2, 8), "b": (3, 7)}}
    assert call("delete", experiment="never seen").status == 200


def test_a_name_past_the_limits_is_refused_and_writes_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMED_LIMITS", '{"max_experiments": 3, "max_counters": 2}')
    assert [call("track", **{**EVENT, "experiment": name}).status for name in "abcde"] == [200, 200, 200, 429, 429]
    count(experiment="a", variant="a", event="buy", uuid="1")
    before = place.stored()
    assert call("track", experiment="a", variant="a", event="another", uuid="1").body["error"] == "limit_reached"
    assert place.stored() == before
    assert count(experiment="a", variant="a", event="buy", uuid="2") == "counted"
    assert place.shown()["a"] == {"buy": {"a": (2, 1)}}


def test_concurrent_deliveries_of_the_same_events_are_counted_once(place: Place) -> None:
    events = [{**EVENT, "variant": "ab"[number % 2], "uuid": str(number % 100)} for number in range(800)]
    statuses = [count(**events.pop())]  # a cold start belongs to one invocation, as in Lambda
    with ThreadPoolExecutor(8) as pool:
        statuses += list(pool.map(lambda event: count(**event), events))
    assert statuses.count("counted") == 100
    assert {one.name: one.visitors for one in place.snapshot().experiments[0].variants} == {"a": 50, "b": 50}


def test_events_go_on_counting_when_the_server_forgets_its_scripts(place: Place) -> None:
    for number in range(5):
        for admin in place.admins:
            admin.script_flush()
        assert participate(number) == "counted"
    assert place.snapshot().experiments[0].visitors == 5


def test_remembered_events_lie_in_sets_of_integers(place: Place) -> None:
    for number in range(600):  # more than one node of them
        participate(number)
    nodes = {key for key in place.stored() if ":seen:" in key}
    encodings = set()
    for admin in place.admins:
        for key in nodes & set(admin.scan_iter(count=1_000)):
            encodings.add(admin.object("encoding", key))
            assert admin.ttl(key) > 86_400
    assert len(nodes) > 2
    assert encodings == {"intset"}
