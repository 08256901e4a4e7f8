"""Events per second, told from counters alone."""

from __future__ import annotations

import pytest

from lamed_tui.experiments.pace import UNKNOWN_PACE, Totals, pace_of, recent


def test_one_reading_tells_no_pace() -> None:
    assert pace_of([Totals(0, {"a": 5})]) == UNKNOWN_PACE
    assert pace_of([]) == UNKNOWN_PACE
    assert pace_of([Totals(3, {"a": 5}), Totals(3, {"a": 9})]) == UNKNOWN_PACE


def test_the_pace_is_growth_over_time() -> None:
    pace = pace_of([Totals(10, {"a": 5, "b": 0}), Totals(12, {"a": 6, "b": 1}), Totals(14, {"a": 25, "b": 2})])
    assert pace.by_experiment == {"a": 5.0, "b": 0.5}
    assert pace.total == 5.5


def test_an_experiment_that_is_new_began_at_zero() -> None:
    assert pace_of([Totals(0, {}), Totals(2, {"a": 8})]).by_experiment == {"a": 4.0}


def test_nothing_is_told_of_counters_that_shrank() -> None:
    pace = pace_of([Totals(0, {"a": 5, "b": 1}), Totals(1, {"a": 0, "b": 2})])
    assert pace.by_experiment == {"b": 1.0}
    assert pace.total is None


@pytest.mark.parametrize(("interval", "kept"), [(2, [10, 12, 14, 16, 18, 20]), (10, [10, 20]), (60, [-40, 20])])
def test_the_history_reaches_back_ten_seconds_or_one_reading(interval: int, kept: list[int]) -> None:
    history: tuple[Totals, ...] = ()
    for moment in range(20 - 20 * interval, 21, interval):
        history = recent(history, Totals(moment, {}))
    assert [one.at for one in history] == kept


def test_visitors_who_are_told_only_later_did_not_all_come_at_once() -> None:
    pace = pace_of([Totals(0, {"a": 0, "b": 1}, frozenset({"a"})), Totals(2, {"a": 5_000, "b": 3})])
    assert pace.by_experiment == {"b": 1.0}
    assert pace.total is None
