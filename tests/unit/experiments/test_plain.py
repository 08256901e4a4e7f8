"""Flat lines, each complete in itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from lamed_tui.config.model import ExperimentSettings
from lamed_tui.experiments.assessment import assess_all
from lamed_tui.experiments.plain import Row, changed_lines, heading
from lamed_tui.experiments.plain import flat_lines as assessed_lines
from lamed_tui.experiments.snapshot import Experiment, Snapshot, Variant
from tests.experiments import experiment


def snapshot(*experiments: Experiment) -> Snapshot:
    return Snapshot("shop", datetime(2026, 3, 12, 9, 30, tzinfo=UTC), experiments)


def flat_lines(taken: Snapshot) -> dict[Row, str]:
    return assessed_lines(taken, assess_all(taken, {}))


def checkout(conversions: int, visitors: int = 200) -> Experiment:
    return experiment("checkout", {"a": visitors}, {"buy": [conversions]})


def test_each_line_names_what_it_is_about() -> None:
    bare = Experiment("bare", None, (), ())
    new = Experiment("new\n", None, (Variant("", 1),), ())
    assert list(flat_lines(snapshot(bare, checkout(3), new)).values()) == [
        "bare: nothing counted yet",
        "checkout: Fewer than two variants: nothing to compare",
        "checkout, buy, a: 3 conversions, 200 visitors, 1.50%",
        "new\\n: Fewer than two variants: nothing to compare",
        "new\\n, (empty): 1 visitor, no goal reached yet",
    ]


def test_a_rate_without_visitors_is_not_spoken_of() -> None:
    assert "checkout, buy, a: 1 conversion, 0 visitors" in flat_lines(snapshot(checkout(1, visitors=0))).values()


def test_only_what_reads_differently_is_a_change() -> None:
    before, now = flat_lines(snapshot(checkout(3))), flat_lines(snapshot(checkout(4)))
    assert changed_lines(before, before) == []
    assert changed_lines(before, now) == ["checkout, buy, a: 4 conversions, 200 visitors, 2.00%"]
    assert changed_lines(before, {}) == ["checkout: gone", "checkout, buy, a: gone"]


def test_a_line_says_what_the_numbers_prove() -> None:
    one = experiment("checkout", {"control": 2000, "green": 2000}, {"buy": [200, 400]}, control="control")
    first, control, green = flat_lines(snapshot(one)).values()
    assert first.startswith("checkout: green leads, but is no winner yet")
    assert control == "checkout, buy, control: 200 conversions, 2000 visitors, 10.00%, the control"
    assert green.startswith(
        "checkout, buy, green: 400 conversions, 2000 visitors, 20.00%; Beats control (crossed 12 Mar"
    )
    assert green.endswith("; p <0.0001")


def test_a_sentence_that_only_speaks_of_a_lift_does_not_stand_for_its_numbers() -> None:
    arms, conversions = {"control": 1_000_000, "green": 1_000_000}, {"buy": [100_000, 101_000]}
    taken = snapshot(experiment("checkout", arms, conversions, control="control"))
    settings = {"checkout": ExperimentSettings(minimum_detectable_effect=0.02)}

    green = assessed_lines(taken, assess_all(taken, settings))["checkout", "buy", "green"]

    assert "so the lift is probably smaller than" in green
    assert re.search(r"; lift \+1\.0%, between -0\.\d% and \+2\.\d%; p ", green), green


def test_the_heading_says_what_where_and_when() -> None:
    assert heading(snapshot(checkout(1)), "Redis localhost:6379") == (
        "Redis localhost:6379, namespace shop, 1 experiment, read at 09:30:00 UTC"
    )
