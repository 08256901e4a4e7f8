"""What the stored hours and days tell."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from lamed.keys import PARTICIPATE

from lamed_tui.experiments.history import History, Points, Window, age_text, thinned

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
VISITORS, BUYERS = (PARTICIPATE, "a"), ("buy", "a")


def at(day: int, hour: int = 0) -> int:
    return int(datetime(2026, 3, day, hour, tzinfo=UTC).timestamp())


def history(totals: tuple[int, int], hours: Points | None = None, days: Points | None = None) -> History:
    return History(NOW, dict(zip((VISITORS, BUYERS), totals, strict=True)), hours or {}, days or {})


YOUNG = history(
    (100, 7),
    {VISITORS: {at(12, 7): 40, at(12, 9): 60}, BUYERS: {at(12, 9): 7}},
    {VISITORS: {at(12): 100}, BUYERS: {at(12): 7}},
)
OLD = history(
    (1_000, 70),
    {VISITORS: {at(12, 9): 60}, BUYERS: {}},
    {VISITORS: {at(1): 140, at(10): 500, at(11): 300, at(12): 60}, BUYERS: {at(10): 20, at(11): 50}},
)
OLDER_THAN_ITS_SERIES = history((5_000, 70), {VISITORS: {at(12, 9): 60}}, {VISITORS: {at(11): 300, at(12): 60}})


def test_the_start_is_known_to_the_hour_then_to_the_day_and_not_at_all_before_the_series() -> None:
    assert YOUNG.started == datetime(2026, 3, 12, 7, tzinfo=UTC)
    assert OLD.started == datetime(2026, 3, 1, tzinfo=UTC)
    assert OLDER_THAN_ITS_SERIES.started is None
    assert OLDER_THAN_ITS_SERIES.known_since == datetime(2026, 3, 11, tzinfo=UTC)
    assert history((0, 0)).started is None


def test_a_counter_below_zero_has_no_start() -> None:
    below = history((-5, 0))
    assert below.started is None
    assert below.age_days is None
    assert below.looks() == []


def test_the_age_runs_from_the_start_or_from_what_is_known() -> None:
    assert YOUNG.age_days == pytest.approx(2.5 / 24)
    assert OLDER_THAN_ITS_SERIES.age_days == pytest.approx(1 + 9.5 / 24)
    assert history((5, 0)).age_days is None


def test_counts_since_the_start_hold_what_came_before_the_series() -> None:
    looks = [
        (day, counts.visitors["a"], counts.conversions["buy"]["a"]) for day, counts in OLDER_THAN_ITS_SERIES.by_day()
    ]
    assert looks == [(date(2026, 3, 11), 4_940, 70)]
    assert [counts.visitors["a"] for _, counts in OLD.by_day()] == [140, 640, 940]


def test_looks_are_hours_while_the_experiment_is_young_and_days_later() -> None:
    assert [(moment.hour, counts.visitors["a"]) for moment, counts in YOUNG.looks()] == [(8, 40), (9, 100)]
    assert YOUNG.looks()[-1][0] == NOW
    assert len(OLD.looks()) == 4


def test_a_series_that_holds_more_than_the_counter_never_counts_below_zero() -> None:
    odd = history((10, 0), days={VISITORS: {at(10): 30, at(11): 30}})
    assert [counts.visitors["a"] for _, counts in odd.by_day()] == [0, 10]


def test_the_pace_is_the_last_seven_whole_days_and_leaves_out_the_hour_that_began_somewhere() -> None:
    assert YOUNG.visitors_per_day() == {"a": pytest.approx(60 / (1.5 / 24))}
    assert OLD.visitors_per_day() == {"a": pytest.approx(800 / 7)}
    for began in (8, 9):  # at 9:30, up to half an hour is known of the hours after the first
        just_begun = history((60, 0), {VISITORS: {at(12, began): 60}}, {VISITORS: {at(12): 60}})
        assert just_begun.visitors_per_day() == {}


def test_a_window_begins_with_a_whole_hour_and_says_which() -> None:
    assert YOUNG.within(Window.START) is None
    since, counts = YOUNG.within(Window.HOUR) or pytest.fail("nothing")
    assert (since.hour, counts.visitors) == (8, {"a": 60})
    since, counts = YOUNG.within(Window.DAY) or pytest.fail("nothing")
    assert (since.day, counts.visitors, counts.conversions) == (11, {"a": 100}, {"buy": {"a": 7}})
    assert [window.next() for window in Window] == [Window.DAY, Window.HOUR, Window.START]


def test_looks_are_thinned_evenly_with_both_ends() -> None:
    looks = [(NOW + timedelta(days=number), counts) for number, (_, counts) in enumerate(YOUNG.looks() * 50)]
    kept = thinned(looks, 7)
    assert len(kept) == 7
    assert (kept[0], kept[-1]) == (looks[0], looks[-1])
    assert thinned(looks[:3], 7) == looks[:3]


def test_an_age_reads_like_one() -> None:
    assert [age_text(days) for days in (0.3, 1, 3.25, 41.2)] == ["7 h", "1.0 days", "3.2 days", "41 days"]
