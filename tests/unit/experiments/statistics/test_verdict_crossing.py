"""Crossings that stay, worked out from a daily series."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from lamed_tui.experiments.statistics.crossing import Crossing, Standing, advance, standing
from lamed_tui.experiments.statistics.evidence import Counts, Design, measure
from tests.unit.experiments.statistics.arms import two_arms
from tests.unit.experiments.statistics.oracles import DAY, unhurried

DESIGN = Design(control="control")
KEY = ("buy", "blue")


def proven(*looks: Counts, design: Design = DESIGN) -> Crossing | None:
    series = [(DAY + timedelta(days=number), counts) for number, counts in enumerate(looks)]
    return standing(series, design).crossings.get(KEY)


QUIET = two_arms((100, 1000), (105, 1000))
CROSSED = two_arms((200, 2000), (300, 2000))
BREATHED = two_arms((420, 4000), (460, 4000))


def test_a_crossing_is_remembered_with_its_day_and_its_visitors() -> None:
    assert proven(QUIET, CROSSED) == Crossing(DAY + timedelta(days=1), 4000, 1)


def test_a_crossing_stays_when_the_interval_takes_zero_back_in() -> None:
    assert measure(BREATHED, DESIGN).comparisons[0].direction == 0
    assert proven(QUIET, CROSSED, BREATHED) == Crossing(DAY + timedelta(days=1), 4000, 1)


def test_the_first_look_beyond_zero_is_the_crossing() -> None:
    assert proven(CROSSED, two_arms((400, 4000), (600, 4000))) == Crossing(DAY, 4000, 1)


def test_without_a_crossing_nothing_stands() -> None:
    assert proven(QUIET, BREATHED) is None
    assert proven() is None


def test_a_counter_that_shrinks_ends_it() -> None:
    assert proven(CROSSED, two_arms((10, 100), (12, 100)), BREATHED) is None
    assert proven(CROSSED, two_arms((199, 4000), (230, 4000))) is None
    gone = Counts({"control": 4000, "blue": 4000}, {})
    assert proven(CROSSED, gone, BREATHED) is None


def test_a_variant_that_appears_ends_it() -> None:
    assert proven(CROSSED, BREATHED) is not None
    assert proven(CROSSED, two_arms((420, 4000), (460, 4000), red=4000)) is None


def test_variants_of_the_first_day_with_visitors_do_not_count_as_appearing() -> None:
    assert proven(Counts({"control": 0, "blue": 0}), CROSSED, BREATHED) is not None


def test_a_goal_that_appears_ends_nothing() -> None:
    later = Counts(BREATHED.visitors, {**BREATHED.conversions, "click": {"control": 5}})
    assert proven(CROSSED, later) is not None


def test_a_proof_of_the_opposite_replaces_it() -> None:
    opposite = two_arms((900, 6000), (600, 6000))
    assert proven(CROSSED, opposite) == Crossing(DAY + timedelta(days=1), 12_000, -1)


def test_nothing_crosses_while_the_split_alarms_or_data_are_too_few() -> None:
    assert proven(two_arms((200, 2000), (600, 4000))) is None
    assert proven(two_arms((4, 90), (60, 90))) is None


def test_a_crossing_from_before_a_split_alarm_still_stands_when_the_alarm_is_over() -> None:
    alarm = two_arms((300, 3000), (500, 4000))
    over = two_arms((5000, 50_000), (5150, 51_000))
    assert measure(over, DESIGN).comparisons[0].direction == 0
    assert proven(CROSSED, alarm, over) == Crossing(DAY, 4000, 1)


def test_a_goal_with_rates_only_never_crosses() -> None:
    repeated = Design(control="control", non_unique_goals=frozenset({"buy"}))
    assert proven(CROSSED, design=repeated) is None


@unhurried
@given(st.integers(0, 2**32), st.lists(st.booleans(), min_size=12, max_size=12))
def test_leaving_out_looks_may_lose_or_delay_a_crossing_but_never_invents_one(seed: int, kept: list[bool]) -> None:
    random = Random(seed)
    series, totals = [], [0, 0, 0, 0]
    for number in range(12):
        conversions = random.randint(20, 60), random.randint(20, 80)
        totals = [total + more for total, more in zip(totals, (*conversions, 400, 400), strict=True)]
        series.append((DAY + timedelta(days=number), two_arms((totals[0], totals[2]), (totals[1], totals[3]))))
    some = [one for one, keep in zip(series, kept, strict=True) if keep]
    directions = [measure(counts, DESIGN).comparisons[0].direction for _, counts in series]
    found = standing(some, DESIGN).crossings.get(KEY)
    if found:
        assert directions[(found.day - DAY).days] == found.direction


@unhurried
@given(st.integers(1, 5))
def test_folding_a_series_is_taking_its_looks_one_by_one(splits: int) -> None:
    series = [(DAY + timedelta(days=number), counts) for number, counts in enumerate([QUIET, CROSSED, BREATHED] * 2)]
    now = standing(series[:splits], DESIGN)
    for day, counts in series[splits:]:
        now = advance(now, day, measure(counts, DESIGN))
    assert now == standing(series, DESIGN)


def test_the_past_is_not_changed_by_a_look() -> None:
    before = standing([(DAY, CROSSED)], DESIGN)
    advance(before, DAY + timedelta(days=1), measure(two_arms((1, 10), (1, 10)), DESIGN))
    assert before.crossings[KEY].visitors == 4000
    assert Standing().crossings == {}
