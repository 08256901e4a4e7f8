"""The same events through lamed 0.4.3 and through this project's handlers: the same counters, indexes and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from lamed import keys

from tests.handler_calls import call
from tests.integration.compatibility.streams import Event, counts_of, in_order, names, streams

if TYPE_CHECKING:
    from tests.integration.compatibility.conftest import Pair

# 0.4.3 counts a few hundred events a second. The fixture is emptied by hand before each example.
bounded = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PLAIN = streams(names())
ODD = streams(names(also=(":", ":", "%", "%3A", "%25", "%7B"), without=""))


def track(events: list[Event]) -> None:
    for event in events:
        answer = call("track", **event.query)
        assert answer.status == 200, (event, answer)


def namespaces(events: list[Event]) -> list[str]:
    return sorted({event.namespace for event in events})


@bounded
@given(events=PLAIN)
def test_the_same_events_leave_the_same_counters_and_indexes(apart: Pair, events: list[Event]) -> None:
    apart.empty()
    apart.old.track_all([event.query for event in events])
    track(events)
    assert apart.our_database.contents() == apart.old_database.contents()
    for namespace in namespaces(events):
        assert apart.our_database.snapshot(namespace) == counts_of(events, namespace)


@bounded
@given(events=PLAIN, data=st.data())
def test_the_same_events_give_the_same_answers(apart: Pair, events: list[Event], data: st.DataObject) -> None:
    apart.empty()
    apart.old.track_all([event.query for event in events])
    track(events)
    for namespace in namespaces(events):
        assert in_order(call("all", namespace=namespace)) == in_order(apart.old.call("all", namespace=namespace))
        listed = sorted({event.experiment for event in events if "," not in event.experiment})
        scope = ",".join(data.draw(st.lists(st.sampled_from([*listed, "no such"]), unique=True)) if listed else [])
        asked = {"namespace": namespace, "scope": scope} if scope else {"namespace": namespace}
        assert in_order(call("all", **asked)) == in_order(apart.old.call("all", **asked))
        for name in {event.experiment for event in events}:
            ours = call("experiment", namespace=namespace, experiment=name).body
            theirs = apart.old.call("experiment", namespace=namespace, experiment=name)
            one = [{"meta": None}, {"experiment": name, "goals": ours}]
            assert in_order(one) == in_order([{"meta": None}, {"experiment": name, "goals": theirs}])


@bounded
@given(events=PLAIN, by_old=st.lists(st.booleans(), min_size=36, max_size=36))
def test_what_either_wrote_the_other_reads_right(together: Pair, events: list[Event], by_old: list[bool]) -> None:
    """Both count on one database, as while a deployment is under way. Ours knows what 0.4.3 has counted, but 0.4.3
    does not know what ours has: an event that reaches ours first and 0.4.3 later is counted by both."""
    together.empty()
    counted_by_old: set[Event] = set()
    counted_by_us: set[Event] = set()
    for event, old in zip(events, by_old, strict=False):
        if old:
            together.old.call("track", **event.query)
            counted_by_old.add(event)
        else:
            status = call("track", **event.query).body["status"]
            known = event in counted_by_old or event in counted_by_us
            assert status == ("duplicate" if known else "counted")
            counted_by_us |= {event} - counted_by_old
    for namespace in namespaces(events):
        expected = counts_of(counted_by_old, namespace) + counts_of(counted_by_us, namespace)
        assert together.our_database.snapshot(namespace) == expected
        ours = in_order(call("all", namespace=namespace))
        assert ours == in_order(together.old.call("all", namespace=namespace))
        for experiment, goals in ours[1].items():
            for goal, rows in goals:
                for variant, successes, trials in rows:
                    assert successes == expected[experiment, goal, variant]
                    assert trials == expected[experiment, keys.PARTICIPATE, variant]


@bounded
@given(events=PLAIN, data=st.data())
def test_deleting_by_either_leaves_nothing_of_the_experiment(
    together: Pair, events: list[Event], data: st.DataObject
) -> None:
    together.empty()
    half = len(events) // 2
    together.old.track_all([event.query for event in events[:half]])
    track(events[half:])
    gone = data.draw(st.sampled_from(events))
    others = [event for event in events if (event.namespace, event.experiment) != (gone.namespace, gone.experiment)]
    asked = {"namespace": gone.namespace, "experiment": gone.experiment}
    by_old = data.draw(st.booleans())
    note(f"deleted {'by 0.4.3' if by_old else 'by us'}: {asked}")
    before = together.our_database.contents()
    if by_old:
        together.old.call("delete", **asked)
    else:
        assert call("delete", **asked).status == 200
    left = together.our_database.contents()
    assert left == without(before, gone, {event.counter for event in events if event not in others})
    assert gone.experiment not in in_order(call("all", namespace=gone.namespace))[1]
    if not by_old:
        remembered = [key for key in together.our_database.client.scan_iter() if key.startswith("{")]
        assert not [key for key in remembered if key.startswith(f"{{{gone.namespace}:counters:{gone.experiment}:")]
    # Started anew, it is counted and listed again.
    assert call("track", **Event(*gone[:4], "new").query).body == {"status": "counted"}
    assert together.our_database.snapshot(gone.namespace)[gone.counter] == 1
    assert in_order(call("all", **asked)) == in_order(together.old.call("all", **asked))


def without(contents: dict[str, object], gone: Event, counters: set[tuple[str, str, str]]) -> dict[str, object]:
    """The database as it must be after deleting `gone`'s experiment: no empty set, no other key touched."""
    deleted = {keys.counter_key(gone.namespace, name, goal, variant) for name, goal, variant in counters}
    kept: dict[str, object] = {}
    for key, value in contents.items():
        if key in deleted or key == keys.experiment_counter_keys_key(gone.namespace, gone.experiment):
            continue
        removed: set[str] = set()
        if key == keys.counter_keys_key(gone.namespace):
            removed = deleted
        elif key == keys.experiments_key(gone.namespace):
            removed = {gone.experiment}
        left = value - removed if isinstance(value, set) else value
        if left:
            kept[key] = left
    return kept


@bounded
@given(events=ODD)
def test_names_with_colons_and_percent_signs_come_back_as_they_were(together: Pair, events: list[Event]) -> None:
    together.empty()
    track(events)
    for namespace in namespaces(events):
        expected = counts_of(events, namespace)
        assert together.our_database.snapshot(namespace) == expected
        meta, ours = in_order(call("all", namespace=namespace))
        assert set(ours) == {event.experiment for event in events if event.namespace == namespace}
        # 0.4.3 sees the encoded names: each of them still apart, with the right numbers.
        theirs = together.old.call("all", namespace=keys.encode(namespace))
        for entry in theirs[1:]:
            entry["experiment"] = keys.decode(entry["experiment"])
            for goal in entry["goals"]:
                goal["goal"] = keys.decode(goal["goal"])
                for result in goal["results"]:
                    result["label"] = keys.decode(result["label"])
        assert in_order(theirs) == (meta, ours)


@bounded
@given(events=ODD)
def test_every_count_of_0_4_3_shows_up_once_whatever_the_names(together: Pair, events: list[Event]) -> None:
    """0.4.3 wrote colons raw, so where one name ends is a guess; that nothing is lost or doubled is none."""
    together.empty()
    together.old.track_all([event.query | {"namespace": "shop"} for event in events])
    client = together.old_database.client
    written = sum(int(client.get(key)) for key in client.smembers("shop:counter_keys"))
    assert together.our_database.snapshot("shop").total() == written
