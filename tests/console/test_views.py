"""What the monitor says, from what is known."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from lamed_tui.config.model import ExperimentSettings
from lamed_tui.console.feed import FeedState, Outage, Reading
from lamed_tui.console.key_names import in_words
from lamed_tui.console.monitor.chart import Kind, Palette, chart
from lamed_tui.console.monitor.detail_view import Recent, detail, summary
from lamed_tui.console.monitor.settings_form import filled, parsed
from lamed_tui.console.monitor.views import (
    Order,
    matching,
    notice,
    ordered,
    pace_text,
    stale_after,
    status,
    trouble,
)
from lamed_tui.errors import StoreError
from lamed_tui.experiments.assessment import Assessment, assess
from lamed_tui.experiments.history import Window
from lamed_tui.experiments.pace import Pace
from lamed_tui.experiments.snapshot import Experiment, Goal, Snapshot, Variant, VariantCount
from lamed_tui.experiments.statistics.evidence import Counts
from lamed_tui.experiments.trend import Looks, trend

ERROR = StoreError("Redis at x:1 refused the connection.", "Check that it runs.")
PALETTE = Palette([(200, 100, 0), (0, 100, 200)], (128, 128, 128))
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


def test_rows_of_nearly_equal_size_do_not_change_places() -> None:
    def sized(name: str, visitors: int) -> Experiment:
        return Experiment(name, None, (Variant("a", visitors),), ())

    listed = [sized("a", 25_621), sized("b", 25_625), sized("c", 26_000), sized("d", 9)]
    pace = Pace(None, {"a": 52.0, "b": 54.9, "c": 110.0})
    assert [one.name for one in ordered(listed, Order.VISITORS, pace)] == ["c", "a", "b", "d"]
    assert [one.name for one in ordered(listed, Order.PACE, pace)] == ["c", "a", "b", "d"]
    assert [one.name for one in ordered(listed, Order.NAME, pace)] == ["a", "b", "c", "d"]


def test_there_is_a_notice_exactly_while_there_is_nothing_to_show() -> None:
    outage = Outage(ERROR, 1, 100)
    assert "Reading Redis x:1" in str(notice(FeedState(2), "Redis x:1", "shop", in_words))
    assert "refused the connection" in str(notice(FeedState(2, None, outage), "Redis x:1", "shop", in_words))
    assert 'No events yet in the namespace "shop"' in str(
        notice(FeedState(2, reading(0)), "Redis x:1", "shop", in_words)
    )
    assert notice(FeedState(2, reading(0, experiment())), "Redis x:1", "shop", in_words) is None
    assert notice(FeedState(2, reading(0, experiment()), outage), "Redis x:1", "shop", in_words) is None


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


def assessed(arms: list[tuple[str, int, int]], goal: str, *, unique: bool = True, control: bool = True) -> Assessment:
    counts = tuple(VariantCount(*arm) for arm in arms)
    variants = tuple(Variant(one.name, one.visitors) for one in counts)
    one = Experiment("x", arms[0][0] if control else None, variants, (Goal(goal, unique, counts),))
    return assess(one, None, today=date(2026, 3, 12))


def widest_line(found: Assessment, width: int) -> int:
    lines = [*detail(found, width).plain.split("\n"), *summary(found, "1,234", width, in_words).plain.split("\n")]
    return max(cell_len(line) for line in lines)


@given(
    arms=st.lists(
        st.tuples(NAMES, st.integers(0, 10**9), st.integers(0, 10**9)),
        min_size=1,
        max_size=4,
        unique_by=lambda arm: arm[0],
    ),
    goal=NAMES,
    unique=st.booleans(),
    width=st.integers(60, 160),
)
@example(arms=[("a", 1, 10**9), ("b" * 60, 10**9, 1)], goal="buy", unique=False, width=60)
@example(arms=[("", 10**7, 0), ("0", 1, 10**6)], goal="", unique=False, width=96)
def test_no_line_is_wider_than_the_pane_whatever_the_names_and_numbers(
    arms: list[tuple[str, int, int]], goal: str, unique: bool, width: int
) -> None:
    assert widest_line(assessed(arms, goal, unique=unique), width) <= width


@given(
    arms=st.lists(st.tuples(NAMES, st.integers(0, 999_999)), min_size=1, max_size=4, unique_by=lambda arm: arm[0]),
    goal=NAMES,
    rate=st.floats(0, 1),
)
@example(arms=[("a", 999_999)], goal="buy", rate=1)
def test_six_digits_fit_the_smallest_pane(arms: list[tuple[str, int]], goal: str, rate: float) -> None:
    counted = [(name, visitors, int(visitors * rate)) for name, visitors in arms]
    assert widest_line(assessed(counted, goal), 37) <= 37


def test_an_experiment_without_counters_invents_nothing() -> None:
    nothing = assess(Experiment("x", None, (), ()), None, today=date(2026, 3, 12))
    assert (summary(nothing, "", 60, in_words).plain, detail(nothing, 60).plain) == ("", "Nothing counted yet.")


def test_a_window_shows_its_own_counts_and_says_that_proof_is_about_everything() -> None:
    found = assessed([("control", 4_000, 400), ("green", 4_000, 640)], "buy")
    counts = Counts({"control": 10, "green": 20}, {"buy": {"control": 1, "green": 4}})
    shown = detail(found, 120, Recent(Window.HOUR, datetime(2026, 3, 12, 8, tzinfo=UTC), counts)).plain
    assert "last hour: since 12 Mar, 08:00 UTC. What is proven is about everything since the start." in shown
    assert "4,000" not in shown
    assert re.search(r"green +20 +4 +20\.00% +\+100%", shown)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.LIFT, ["lift", "lift, dots: its interval", "lift over the control, dots: always-valid interval"]),
        (Kind.RATE, ["rate", "rate since the start", "rate since the start"]),
    ],
)
@pytest.mark.parametrize(("room", "size"), enumerate([(34, 6), (50, 9), (120, 16)]))
def test_a_chart_fits_its_place_and_says_what_it_draws(
    kind: Kind, words: list[str], room: int, size: tuple[int, int]
) -> None:
    found = assessed([("control", 4_000, 400), ("green", 4_000, 640)], "buy")
    looks = [
        (
            datetime(2026, 3, day, tzinfo=UTC),
            Counts({"control": 400 * day, "green": 400 * day}, {"buy": {"control": 40 * day, "green": 64 * day}}),
        )
        for day in range(1, 11)
    ]
    drawn = chart(trend(found, "buy", looks, most=50), kind, "control", size, PALETTE)
    assert drawn is not None
    lines = drawn.plain.split("\n")
    assert len(lines) <= size[1]
    assert max(cell_len(line) for line in lines) in (size[0] - 1, size[0]), "whatever the size of the terminal"
    assert lines[0].split(" ━ ")[0].strip() == f"buy: {words[room]}"
    for too_few in (looks[:1], looks[:1] * 3):
        assert chart(trend(found, "buy", too_few, most=50), kind, "control", size, PALETTE) is None


def test_rates_that_hardly_move_are_not_drawn_as_if_they_leapt() -> None:
    found = assessed([("control", 4_000, 800), ("green", 4_000, 804)], "buy")
    looks = [
        (
            datetime(2026, 3, day, tzinfo=UTC),
            Counts({"control": 400 * day, "green": 400 * day}, {"buy": {"control": 80 * day, "green": 80 * day + 4}}),
        )
        for day in range(1, 11)
    ]
    drawn = chart(trend(found, "buy", looks, most=50), Kind.RATE, "control", (80, 12), PALETTE)
    assert drawn is not None
    ticks = [float(tick) for tick in re.findall(r"([0-9.]+)%", drawn.plain)]
    assert max(ticks) - min(ticks) >= 0.2 * 20


def test_looks_of_a_session_begin_anew_after_a_reset_and_stay_few() -> None:
    looks = Looks(most=10)
    for number in range(100):
        looks.take("x", (datetime(2026, 3, 12, tzinfo=UTC) + timedelta(seconds=number), Counts({"a": number})))
    assert len(looks.of("x")) <= 10
    assert looks.of("x")[0][1].visitors == {"a": 0}
    looks.take("x", (datetime(2026, 3, 13, tzinfo=UTC), Counts({"a": 1})))
    assert len(looks.of("x")) == 1


def test_settings_survive_the_form() -> None:
    settings = ExperimentSettings.model_validate(
        {
            "control": "a",
            "weights": {"a": 2, "b=c": 1.5},
            "guardrails": ["x", "y"],
            "minimum_detectable_effect": 0.05,
            "tuning_visitors": 9_000,
        }
    )
    texts = filled(settings)
    assert texts["weights"] == "a=2, b=c=1.5"
    assert texts["minimum_detectable_effect"] == "5%"
    values = {key: value for key, value in parsed(texts).items() if value is not None}
    assert ExperimentSettings.model_validate(values) == settings
    for key in ("weights", "minimum_detectable_effect", "tuning_visitors"):
        for text in ("nonsense", "inf", "-1e999", "nan", "a=nan, b=inf"):
            with pytest.raises(ValueError, match=r"look|a number"):
                parsed({key: text})
