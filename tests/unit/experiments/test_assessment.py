"""Counters, settings and history joined into what every face shows."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from lamed.keys import PARTICIPATE

from lamed_tui.config.model import ExperimentSettings
from lamed_tui.experiments.assessment import (
    Assessment,
    assess,
    assess_all,
    headline,
    interval_text,
    p_text,
    split_text,
)
from lamed_tui.experiments.history import History
from lamed_tui.experiments.layout import choose_control
from lamed_tui.experiments.snapshot import Experiment, Snapshot
from lamed_tui.experiments.table import CSV_FIELDS, as_csv, as_markdown, cells, facts
from lamed_tui.experiments.wording import lift_text
from tests import experiments

TODAY = date(2026, 3, 12)
NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
DAY = 86_400


def experiment(arms: dict[str, tuple[int, int]], name: str = "checkout", goal: str = "buy", **more: Any) -> Experiment:
    """Visitors and conversions by variant."""
    visitors = {variant: numbers[0] for variant, numbers in arms.items()}
    conversions = {goal: [converted for _, converted in arms.values()]}
    control = more.get("control", choose_control(arms, None))
    return experiments.experiment(
        name, visitors, conversions, control=control, repeats=() if more.get("unique", True) else (goal,)
    )


def assessed(arms: dict[str, tuple[int, int]], settings: dict[str, Any] | None = None, **more: Any) -> Assessment:
    model = ExperimentSettings.model_validate(settings) if settings else None
    return assess(experiment(arms, **more), model, today=TODAY)


def history_of(one: Experiment, days: dict[int, dict[tuple[str, str], int]]) -> History:
    """A history whose days, counted back from today, hold these counts."""
    midnight = int(NOW.timestamp()) // DAY * DAY
    points: dict[tuple[str, str], dict[int, int]] = {}
    for ago, counted in days.items():
        for name, count in counted.items():
            points.setdefault(name, {})[midnight - ago * DAY] = count
    return History(NOW, experiments.totals_of(one), {}, points)


WINNER = {"control": (4_000, 400), "green": (4_000, 640)}


@pytest.mark.parametrize(
    ("arms", "settings", "words"),
    [
        (WINNER, {}, "green leads"),
        ({"control": (4_000, 640), "green": (4_000, 400)}, {}, "control leads"),
        ({"control": (4_000, 400), "green": (4_000, 404)}, {}, "undecided"),
        ({"control": (62, 4), "green": (70, 4)}, {}, "not enough data"),
        ({"control": (4_000, 400), "green": (2_000, 200)}, {}, "split mismatch"),
        ({"control": (4_000, 400), "green": (4_000, 5_000)}, {}, "rate only"),
        ({"control": (4_000, 400), "green": (4_000, 400)}, {"non_unique_goals": ["buy"]}, "rate only"),
        ({"control": (90, 50), "green": (90, 0)}, {}, "may be broken"),
        ({"a": (4_000, 400), "b": (4_000, 400)}, {}, "control not known"),
        ({"control": (4_000, 400)}, {}, "one variant"),
        ({"control": (90_000, 45_000), "green": (90_000, 45_000)}, {}, "no difference"),
        ({}, {}, "nothing counted"),
    ],
)
def test_the_state_of_an_experiment_is_told_in_words(
    arms: dict[str, tuple[int, int]], settings: dict[str, Any], words: str
) -> None:
    assert headline(assessed(arms, settings)) == words


def test_the_list_names_the_same_leader_as_the_conclusion() -> None:
    one = assessed({"control": (4_000, 400), "blue": (4_000, 640), "green": (4_000, 800)})
    assert one.conclusion.candidate == "green"
    assert headline(one) == "green leads"


def test_weights_decide_what_the_split_should_be() -> None:
    arms = {"control": (4_000, 400), "green": (2_000, 200)}
    assert split_text(assessed(arms, {"weights": {"control": 2, "green": 1}})) == "split as planned"
    assert split_text(assessed(arms)).startswith("SPLIT MISMATCH (p ")
    assert split_text(assessed(arms, {"weights": {"control": 2}})).startswith("split not checked")


def test_an_interval_waits_for_the_minimum_of_data() -> None:
    finding = assessed({"control": (62, 4), "green": (70, 5)}).of("buy", "green")
    assert finding is not None
    assert finding.lift is not None
    assert (finding.interval, finding.p) == (None, None)
    assert finding.verdict.code.value == "not_enough_data"


def test_a_winner_needs_seven_days_of_history() -> None:
    one = experiment(WINNER)
    half = {(PARTICIPATE, "control"): 2_000, (PARTICIPATE, "green"): 2_000}
    half |= {("buy", "control"): 200, ("buy", "green"): 320}
    young = assess(one, None, today=TODAY, history=history_of(one, {3: half, 1: half}))
    assert headline(young) == "green leads"
    assert "3 of 7 days" in young.conclusion.sentence
    old = assess(one, None, today=TODAY, history=history_of(one, {9: half, 1: half}))
    assert (headline(old), old.conclusion.winner) == ("winner: green", "green")
    finding = old.of("buy", "green")
    assert finding is not None
    assert "crossed 3 Mar at 4,000 visitors" in finding.verdict.sentence


def test_what_was_proven_stays_proven_from_the_history_and_from_look_to_look() -> None:
    faded = experiment({"control": (9_000, 1_000), "green": (9_000, 1_060)})
    early = {(PARTICIPATE, "control"): 1_000, (PARTICIPATE, "green"): 1_000}
    early |= {("buy", "control"): 100, ("buy", "green"): 200}
    late = {(PARTICIPATE, "control"): 8_000, (PARTICIPATE, "green"): 8_000}
    late |= {("buy", "control"): 900, ("buy", "green"): 860}
    assert headline(assess(faded, None, today=TODAY)) == "undecided"
    known = assess(faded, None, today=TODAY, history=history_of(faded, {9: early, 1: late}))
    assert headline(known) == "winner: green"
    next_look = assess(faded, None, today=TODAY, before=known.standing)
    assert headline(next_look) == "green leads"


def test_numbers_read_the_same_everywhere() -> None:
    assert [lift_text(lift) for lift in (None, 0, 0.1234, -0.5, 0.9994, 1.2, 45.6)] == [
        *("–", "+0.0%", "+12.3%", "-50.0%", "+99.9%", "+120%", "+4,560%")
    ]
    assert [p_text(p) for p in (1, 0.3879, 0.0532, 0.00123, 0.00055949, 0.00005)] == [
        *("1.00", "0.39", "0.053", "0.0012", "0.0006", "<0.0001")
    ]
    assert interval_text((-0.1, None)) == "-10.0% … any"
    assert interval_text(None) == "–"


def test_facts_name_the_start_the_pace_and_the_way_to_the_effect() -> None:
    one = experiment(WINNER)
    counted = {(PARTICIPATE, "control"): 4_000, (PARTICIPATE, "green"): 4_000}
    counted |= {("buy", "control"): 400, ("buy", "green"): 640}
    told = facts(assess(one, None, today=TODAY, history=history_of(one, {9: counted})))
    assert told[:2] == ["8,000 visitors", "since 3 Mar (9.4 days)"]
    assert "of the way to ±10%" in told[-2]
    assert told[-1] == "split as planned"


ODD = experiment({"control": (4_000, 400), "=cmd|x": (4_000, 640)}, name="a|b *c*\n")


def test_markdown_is_a_table_whatever_the_names() -> None:
    taken = Snapshot("shop", NOW, (ODD,))
    text = as_markdown(taken, assess_all(taken, {}))
    assert text.startswith("## Results of shop, 12 Mar, 09:30 UTC\n\n### a\\|b \\*c\\*\\\\n\n\n**=cmd\\|x leads")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {10}
    assert "| buy | =cmd\\|x | 4,000 | 640 | 16.00% | +60.0% | " in rows[-1]


def test_csv_has_plain_numbers_and_no_formula() -> None:
    taken = Snapshot("shop", NOW, (ODD, replace(ODD, name="new", goals=())))
    rows = list(csv.DictReader(StringIO(as_csv(taken, assess_all(taken, {})))))
    assert [row["variant"] for row in rows] == ["control", "'=cmd|x"] * 2
    assert (rows[1]["visitors"], rows[1]["rate"], rows[1]["verdict"]) == ("4000", "0.16", "beats_control")
    assert float(rows[1]["lift_low"]) > 0
    assert rows[3]["conversions"] == ""
    assert list(rows[0]) == list(CSV_FIELDS)


def test_the_control_has_no_lift_and_says_what_it_is() -> None:
    one = experiment(WINNER)
    found = cells(one.goals[0].variants[0], one.goals[0], assess(one, None, today=TODAY))
    assert (found.lift, found.interval, found.evidence, found.verdict) == ("–", "–", "–", "control")


def test_a_snapshot_older_than_the_series_does_not_end_what_was_proven() -> None:
    later = experiment({"control": (4_100, 410), "green": (4_100, 650)})
    half = {(PARTICIPATE, "control"): 2_050, (PARTICIPATE, "green"): 2_050}
    half |= {("buy", "control"): 205, ("buy", "green"): 325}
    earlier = assess(experiment(WINNER), None, today=TODAY, history=history_of(later, {2: half, 0: half}))
    finding = earlier.of("buy", "green")
    assert finding is not None
    assert "crossed 10 Mar at 4,100 visitors" in finding.verdict.sentence
