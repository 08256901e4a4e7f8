"""Flat lines, each complete in itself."""

from __future__ import annotations

from datetime import UTC, datetime

from lamed_tui.experiments.plain import changed_lines, flat_lines, heading
from lamed_tui.experiments.snapshot import Experiment, Goal, Snapshot, Variant, VariantCount


def snapshot(*experiments: Experiment) -> Snapshot:
    return Snapshot("shop", datetime(2026, 3, 12, 9, 30, tzinfo=UTC), experiments)


def checkout(conversions: int, visitors: int = 200) -> Experiment:
    goals = (Goal("buy", unique=True, variants=(VariantCount("a", visitors, conversions),)),)
    return Experiment("checkout", None, (Variant("a", visitors),), goals)


def test_each_line_names_what_it_is_about() -> None:
    bare = Experiment("bare", None, (), ())
    new = Experiment("new\n", None, (Variant("", 1),), ())
    assert list(flat_lines(snapshot(bare, checkout(3), new)).values()) == [
        "bare: nothing counted yet",
        "checkout, buy, a: 3 conversions, 200 visitors, 1.50%",
        "new\\n, (empty): 1 visitor, no goal reached yet",
    ]


def test_a_rate_without_visitors_is_not_spoken_of() -> None:
    assert list(flat_lines(snapshot(checkout(1, visitors=0))).values()) == [
        "checkout, buy, a: 1 conversion, 0 visitors"
    ]


def test_only_what_reads_differently_is_a_change() -> None:
    before, now = flat_lines(snapshot(checkout(3))), flat_lines(snapshot(checkout(4)))
    assert changed_lines(before, before) == []
    assert changed_lines(before, now) == ["checkout, buy, a: 4 conversions, 200 visitors, 2.00%"]
    assert changed_lines(before, {}) == ["checkout, buy, a: gone"]


def test_the_heading_says_what_where_and_when() -> None:
    assert heading(snapshot(checkout(1)), "Redis localhost:6379") == (
        "Redis localhost:6379, namespace shop, 1 experiment, read at 09:30:00 UTC"
    )
