"""The conclusion on an experiment: who wins, and every condition that stands in the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lamed_tui.experiments.statistics.conclusion import Conclusion, ConclusionCode, conclude
from lamed_tui.experiments.statistics.evidence import Counts, Design, measure
from lamed_tui.experiments.statistics.verdict import verdicts

if TYPE_CHECKING:
    from collections.abc import Mapping

DESIGN = Design(control="control", primary_goal="buy")


def concluded(
    conversions: Mapping[str, Mapping[str, int]],
    design: Design = DESIGN,
    *,
    days: float | None = 8,
    visitors: Mapping[str, int] | None = None,
) -> Conclusion:
    """The conclusion on variants with 10,000 visitors each."""
    names = dict.fromkeys(name for arms in conversions.values() for name in arms)
    evidence = measure(Counts(visitors or dict.fromkeys(names, 10_000), conversions), design)
    return conclude(evidence, verdicts(evidence), days=days)


def test_a_variant_that_beats_the_control_on_the_primary_goal_wins() -> None:
    found = concluded({"buy": {"control": 1000, "blue": 1300}})
    assert found == Conclusion(ConclusionCode.WINNER, "Winner: blue", winner="blue")


@pytest.mark.parametrize(
    ("days", "missing"),
    [(6.9, "6 of 7 days have passed"), (0.0, "0 of 7 days have passed"), (None, "it is not known whether 7 days")],
)
def test_nobody_wins_within_a_week(days: float | None, missing: str) -> None:
    found = concluded({"buy": {"control": 1000, "blue": 1300}}, days=days)
    assert found.code is ConclusionCode.OPEN
    assert found.winner is None
    assert found.candidate == "blue"
    assert found.missing[0].startswith(missing)
    assert found.sentence.startswith("blue leads, but is no winner yet: ")


def test_nobody_wins_on_another_goal_than_the_primary_one() -> None:
    found = concluded({"buy": {"control": 1000, "blue": 1010}, "click": {"control": 1000, "blue": 1300}})
    assert found.code is ConclusionCode.OPEN
    assert found.candidate is None


def test_nobody_wins_with_a_suspicious_split() -> None:
    found = concluded({"buy": {"control": 1000, "blue": 1500}}, visitors={"control": 10_000, "blue": 10_560})
    assert found.code is ConclusionCode.OPEN
    assert found.missing[0].startswith("the split is suspicious (p = 0.00")


def test_nobody_wins_with_a_split_that_cannot_be_checked() -> None:
    found = concluded({"buy": {"control": 1000, "blue": 1300}}, replace(DESIGN, weights={"control": 1}))
    assert found.missing == ("the split cannot be checked, because the weights do not name every variant",)


def test_a_split_mismatch_is_the_whole_conclusion() -> None:
    found = concluded({"buy": {"control": 1000, "blue": 1500}}, visitors={"control": 10_000, "blue": 11_000})
    assert found.code is ConclusionCode.SPLIT_MISMATCH
    assert found.winner is None


def test_nobody_wins_who_makes_a_guardrail_worse() -> None:
    goals = {"buy": {"control": 1000, "blue": 1300}, "stay": {"control": 2000, "blue": 1500}}
    assert concluded(goals).winner == "blue"
    found = concluded(goals, replace(DESIGN, guardrails=frozenset({"stay"})))
    assert found.code is ConclusionCode.OPEN
    assert found.missing == ("the guardrail stay is worse",)


def test_another_variants_guardrail_does_not_matter() -> None:
    goals = {"buy": {"control": 1000, "blue": 1300, "red": 700}, "stay": {"control": 2000, "blue": 2000, "red": 1000}}
    assert concluded(goals, replace(DESIGN, guardrails=frozenset({"stay"}))).winner == "blue"


def test_nobody_wins_over_a_rival_that_may_be_better() -> None:
    found = concluded({"buy": {"control": 1000, "blue": 1350, "red": 1300}})
    assert found.code is ConclusionCode.OPEN
    assert found.candidate == "blue"
    assert found.missing == ("red is unresolved against it",)


@pytest.mark.parametrize("red", [1000, 600])
def test_a_rival_that_is_beaten_or_worse_than_the_control_is_resolved(red: int) -> None:
    assert concluded({"buy": {"control": 1000, "blue": 1500, "red": red}}).winner == "blue"


def test_a_rival_that_cannot_differ_by_much_is_resolved() -> None:
    goals = {"buy": {"control": 100_000, "blue": 130_100, "red": 130_000}}
    found = concluded(goals, visitors=dict.fromkeys(("control", "blue", "red"), 1_000_000))
    assert found.winner == "blue"


def test_every_obstacle_is_named_at_once() -> None:
    goals = {"buy": {"control": 1000, "blue": 1350, "red": 1300}, "stay": {"control": 2000, "blue": 1000, "red": 2000}}
    found = concluded(goals, replace(DESIGN, guardrails=frozenset({"stay"})), days=2)
    assert found.missing == (
        "2 of 7 days have passed",
        "the guardrail stay is worse",
        "red is unresolved against it",
    )


def test_without_a_leader_the_open_questions_are_named() -> None:
    found = concluded({"buy": {"control": 1000, "blue": 1010, "red": 600}})
    assert found.code is ConclusionCode.OPEN
    assert found.sentence == "No winner yet (blue: Undecided, safe to keep watching)"


def test_when_every_variant_is_settled_and_none_beats_the_control_there_is_no_winner() -> None:
    visitors = dict.fromkeys(("control", "blue", "red"), 1_000_000)
    found = concluded({"buy": {"control": 100_000, "blue": 100_010, "red": 90_000}}, visitors=visitors)
    assert found == Conclusion(ConclusionCode.NO_WINNER, "No winner: no variant beats the control")


@pytest.mark.parametrize(
    ("counts", "design", "code"),
    [
        (Counts(), Design(), ConclusionCode.ONE_VARIANT),
        (Counts({"control": 500}, {"buy": {"control": 50}}), DESIGN, ConclusionCode.ONE_VARIANT),
        (Counts({"blue": 500, "red": 500}, {"buy": {"blue": 50}}), Design(), ConclusionCode.NO_CONTROL),
        (Counts({"control": 9, "red": 9}), Design(control="control"), ConclusionCode.NO_PRIMARY_GOAL),
        (Counts({"red": 9}), Design(control="control", primary_goal="buy"), ConclusionCode.CONTROL_UNSEEN),
        (
            Counts({"control": 9, "red": 9}, {"buy": {}, "click": {}}),
            Design(control="control"),
            ConclusionCode.NO_PRIMARY_GOAL,
        ),
    ],
)
def test_where_no_winner_can_be_looked_for_the_reason_is_said(
    counts: Counts, design: Design, code: ConclusionCode
) -> None:
    evidence = measure(counts, design)
    assert conclude(evidence, verdicts(evidence), days=8).code is code


@pytest.mark.parametrize("weights", [None, {"control": 1, "blue": 1}, {"contrl": 1, "control": 1, "blue": 1}])
def test_a_misspelt_control_is_no_mismatch_of_the_split_but_named_beside_those_that_were_seen(
    weights: Mapping[str, float] | None,
) -> None:
    design = Design(control="contrl", primary_goal="buy", weights=weights)
    found = concluded({"buy": {"control": 1000, "blue": 1300}}, design)
    assert found == Conclusion(ConclusionCode.CONTROL_UNSEEN, "The control contrl was never seen, only: control, blue")


def test_codes_are_what_programs_were_promised() -> None:
    assert [code.value for code in ConclusionCode] == [
        "winner",
        "no_winner",
        "open",
        "split_mismatch",
        "no_control",
        "control_unseen",
        "no_primary_goal",
        "one_variant",
    ]
