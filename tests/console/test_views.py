"""What the monitor says, from what is known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from lamed_tui.console.feed import FeedState, Outage, Reading
from lamed_tui.console.monitor.views import detail, matching, notice, pace_text, stale_after, status, summary, trouble
from lamed_tui.errors import StoreError
from lamed_tui.experiments.pace import Pace
from lamed_tui.experiments.snapshot import Experiment, Goal, Snapshot, Variant, VariantCount

ERROR = StoreError("Redis at x:1 refused the connection.", "Check that it runs.")
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def experiment(name: str = "checkout", visitors: int = 200, conversions: int = 20) -> Experiment:
    goals = (Goal("buy", unique=True, variants=(VariantCount("a", visitors, conversions),)),)
    return Experiment(name, None, (Variant("a", visitors),), goals)


def reading(at: float, *experiments: Experiment, pace: float | None = None) -> Reading:
    snapshot = Snapshot("shop", datetime(2026, 3, 12, tzinfo=UTC), experiments)
    return Reading(snapshot, at, Pace(pace, {}))


@pytest.mark.parametrize(
    ("state", "now", "text"),
    [
        (FeedState(2), 0, " connecting  every 2 s"),
        (FeedState(2, reading(100, experiment())), 101.9, " live 1 s  every 2 s · 1 experiment"),
        (FeedState(0.5, reading(100, pace=12.34)), 105, " live 5 s  every 0.5 s · 12.3 events/s · 0 experiments"),
        (FeedState(2, reading(100)), 131, " STALE 31 s  every 2 s · 0 experiments"),
        (FeedState(60, reading(100)), 160, " live 1 min  every 60 s · 0 experiments"),
        (FeedState(2, None, Outage(ERROR, 1, 108)), 100, " disconnected, retry in 8 s  every 2 s"),
        (FeedState(2, None, Outage(ERROR, 1, 100.2)), 100, " disconnected, retry in 1 s  every 2 s"),
        (FeedState(2, None, Outage(ERROR, 1, 99)), 100, " disconnected, retrying now  every 2 s"),
        (
            FeedState(2, reading(70), Outage(ERROR, 3, 108)),
            100,
            " disconnected, retry in 8 s, data 30 s old  every 2 s · 0 experiments",
        ),
    ],
)
def test_the_badges_say_in_words_how_old_the_data_is(state: FeedState, now: float, text: str) -> None:
    assert status(state, None, now, 80).plain == text


def test_a_paused_view_says_so_beside_what_goes_on_behind_it() -> None:
    state = FeedState(2, reading(130, experiment(), experiment("new")))
    assert status(state, reading(100, experiment()), 131, 80).plain == (
        " PAUSED, shows data 31 s old   live 1 s  every 2 s · 1 experiment"
    )


def test_data_is_stale_when_a_few_readings_are_late() -> None:
    assert [stale_after(interval) for interval in (0.5, 2, 60)] == [5, 6, 180]


def test_there_is_a_notice_exactly_while_there_is_nothing_to_show() -> None:
    outage = Outage(ERROR, 1, 100)
    assert "Reading Redis x:1" in str(notice(FeedState(2), "Redis x:1", "shop"))
    assert "refused the connection" in str(notice(FeedState(2, None, outage), "Redis x:1", "shop"))
    assert 'No events yet in the namespace "shop"' in str(notice(FeedState(2, reading(0)), "Redis x:1", "shop"))
    assert notice(FeedState(2, reading(0, experiment())), "Redis x:1", "shop") is None
    assert notice(FeedState(2, reading(0, experiment()), outage), "Redis x:1", "shop") is None


def test_trouble_is_told_only_while_older_data_stands_on_screen() -> None:
    outage = Outage(ERROR, 1, 100)
    assert trouble(FeedState(2, reading(0))) == ""
    assert trouble(FeedState(2, None, outage)) == ""
    assert trouble(FeedState(2, reading(0), outage)) == "Redis at x:1 refused the connection. Check that it runs."


def test_a_filter_looks_for_part_of_a_name_whatever_the_case() -> None:
    snapshot = reading(0, experiment("Straße"), experiment("checkout"), experiment("new\x1b")).snapshot
    for wanted, found in (
        ("STRASSE", ["Straße"]),
        (" out ", ["checkout"]),
        ("\\x1b", ["new\x1b"]),
        ("", 3),
        ("zz", []),
    ):
        names = [one.name for one in matching(snapshot, wanted)]
        assert (len(names) if isinstance(found, int) else names) == found


@pytest.mark.parametrize(("pace", "text"), [(None, "–"), (0, "0"), (0.04, "0.0"), (9.96, "10.0"), (1_234.5, "1,234")])
def test_a_pace_shows_a_digit_where_it_matters(pace: float | None, text: str) -> None:
    assert pace_text(pace) == text


def test_a_summary_is_one_line() -> None:
    assert summary(experiment(visitors=1), None) == "1 visitor · 1 variant"
    assert summary(experiment(visitors=1_200), 3.21) == "1,200 visitors · 1 variant · 3.2 events/s"


def widest_line(arms: list[tuple[str, int, int]], goal: str, *, unique: bool, width: int) -> int:
    counts = tuple(VariantCount(*arm) for arm in arms)
    variants = tuple(Variant(one.name, one.visitors) for one in counts)
    lines = detail(Experiment("x", arms[0][0], variants, (Goal(goal, unique, counts),)), width).plain.split("\n")
    assert len(lines) == 1 + len(arms)
    return max(cell_len(line) for line in lines)


@given(
    arms=st.lists(st.tuples(NAMES, st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=4),
    goal=NAMES,
    unique=st.booleans(),
    width=st.integers(60, 160),
)
@example(arms=[("a", 1, 10**9), ("b" * 60, 10**9, 1)], goal="buy", unique=False, width=60)
def test_no_line_is_wider_than_the_pane_whatever_the_names_and_numbers(
    arms: list[tuple[str, int, int]], goal: str, unique: bool, width: int
) -> None:
    assert widest_line(arms, goal, unique=unique, width=width) <= width


@given(
    arms=st.lists(st.tuples(NAMES, st.integers(0, 999_999)), min_size=1, max_size=4),
    goal=NAMES,
    rate=st.floats(0, 1),
)
@example(arms=[("a", 999_999)], goal="buy", rate=1)
def test_six_digits_fit_the_smallest_pane(arms: list[tuple[str, int]], goal: str, rate: float) -> None:
    counted = [(name, visitors, int(visitors * rate)) for name, visitors in arms]
    assert widest_line(counted, goal, unique=True, width=37) <= 37


def test_rates_of_a_goal_are_drawn_on_one_scale() -> None:
    arms = (VariantCount("half", 100, 5), VariantCount("full", 100, 10), VariantCount("none", 100, 0))
    goal = Goal("buy", unique=True, variants=arms)
    drawn = detail(Experiment("x", None, tuple(Variant(one.name, 100) for one in arms), (goal,)), 110).plain
    bars = [line.count("━") for line in drawn.split("\n")[1:]]
    assert bars[1] > 20
    assert bars == [bars[1] // 2, bars[1], 0]


def test_an_experiment_without_counters_invents_nothing() -> None:
    assert detail(Experiment("x", None, (), ()), 60).plain == "Nothing has been counted for this experiment."
