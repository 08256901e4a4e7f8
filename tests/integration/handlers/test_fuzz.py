"""Raw proxy events against a real store: well-formed answers, and a count for exactly what was acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lamed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.handlers.contents import contents
from tests.unit.handlers.gateway import call, checked

if TYPE_CHECKING:
    import redis

names = st.text(min_size=1, max_size=32) | st.text(alphabet="%:{}25A37BDab,", min_size=1, max_size=40)
raw_values = st.lists(st.text(st.characters(), max_size=200), max_size=3) | st.text() | st.none() | st.integers()
queries = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("experiment", "variant", "event", "uuid", "namespace", "scope"), raw_values)
)
on_one_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)


@on_one_database
@given(queries, st.booleans())
def test_a_raw_event_is_counted_or_refused_never_both(database: redis.Redis, query: object, multiple: bool) -> None:
    database.flushall()
    maps = ("multiValueQueryStringParameters", "queryStringParameters")
    event = {maps[0] if multiple else maps[1]: query}
    status, document = checked(lamed.track(event, None))
    assert status in {200, 400}
    if status == 200:
        assert document == {"status": "counted"}
        assert [database.get(key) for key in database.keys("*") if ":counters:" in key and key[0] != "{"] == ["1"]
    else:
        assert contents(database) == {}
    for handler in (lamed.all, lamed.experiment, lamed.delete):
        assert checked(handler(event, None))[0] in {200, 400}


@on_one_database
@given(names, names, names, names, names)
def test_any_names_come_back_from_the_results_and_go_with_the_deletion(
    database: redis.Redis, namespace: str, experiment: str, goal: str, variant: str, uuid: str
) -> None:
    database.flushall()
    query = {"namespace": namespace, "experiment": experiment, "event": goal, "variant": variant, "uuid": uuid}
    status, _ = call(lamed.track, **query)
    if status == 400:  # the few texts that are no names; the unit tests say which
        return
    assert status == 200
    entries = call(lamed.all, namespace=namespace)[1][1:]
    assert [entry["experiment"] for entry in entries] == [experiment]
    goals = call(lamed.experiment, namespace=namespace, experiment=experiment)[1]
    if goal == "participate":
        assert goals == []
    else:
        assert goals == [{"goal": goal, "results": [{"label": variant, "successes": 1, "trials": 0}]}]
    assert call(lamed.track, **query) == (200, {"status": "duplicate"})
    assert call(lamed.delete, namespace=namespace, experiment=experiment)[0] == 200
    assert contents(database) == {}
