"""Everything measured for one experiment: which comparisons, at which alpha, and when they may be judged."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lamed_tui.experiments.statistics.arm import Arm
from lamed_tui.experiments.statistics.conclusion import conclude
from lamed_tui.experiments.statistics.conversions import conversions_p
from lamed_tui.experiments.statistics.crossing import Standing, advance
from lamed_tui.experiments.statistics.evidence import (
    Comparison,
    Counts,
    Design,
    Imbalance,
    Shortfall,
    corrected_alpha,
    measure,
    shortfall,
)
from lamed_tui.experiments.statistics.lift import lift
from lamed_tui.experiments.statistics.split import SplitState
from lamed_tui.experiments.statistics.verdict import verdicts
from tests.unit.experiments.statistics.arms import two_arms
from tests.unit.experiments.statistics.oracles import DAY, all_finite, unhurried

TWO_GOALS = Counts(
    {"control": 1000, "blue": 1000, "red": 1000},
    {"buy": {"control": 100, "blue": 130, "red": 90}, "click": {"control": 300, "blue": 310, "red": 290}},
)


def only(counts: Counts, design: Design) -> Comparison:
    (comparison,) = measure(counts, design).comparisons
    return comparison


def test_every_variant_is_compared_with_the_control_on_every_goal() -> None:
    found = measure(TWO_GOALS, Design(control="control"))
    assert [(one.goal, one.variant) for one in found.comparisons] == [
        ("buy", "blue"),
        ("buy", "red"),
        ("click", "blue"),
        ("click", "red"),
    ]
    assert found.comparisons[0].lift == lift(Arm(100, 1000), Arm(130, 1000), alpha=0.05 / 4)


def test_the_order_of_variants_is_kept_and_the_control_need_not_be_first() -> None:
    found = measure(TWO_GOALS, Design(control="blue"))
    assert found.variants == ("control", "blue", "red")
    assert [one.variant for one in found.comparisons[:2]] == ["control", "red"]


def test_alpha_is_divided_among_the_variants_of_the_primary_goal_and_among_everything_elsewhere() -> None:
    found = measure(TWO_GOALS, Design(control="control", primary_goal="buy"))
    assert {one.goal: one.alpha for one in found.comparisons} == {"buy": 0.05 / 2, "click": 0.05 / 4}


def test_goals_that_cannot_be_tested_take_no_share_of_alpha() -> None:
    found = measure(TWO_GOALS, Design(control="control", non_unique_goals=frozenset({"click"})))
    assert {one.goal: one.alpha for one in found.comparisons if not one.rate_only} == {"buy": 0.05 / 2}


def test_the_only_goal_that_can_be_tested_is_the_primary_one() -> None:
    assert measure(TWO_GOALS, Design(control="control")).primary_goal is None
    assert measure(TWO_GOALS, Design(non_unique_goals=frozenset({"click"}))).primary_goal == "buy"
    assert measure(TWO_GOALS, Design(guardrails=frozenset({"click", "never counted"}))).primary_goal == "buy"


@pytest.mark.parametrize(("comparisons", "alpha"), [(0, 0.05), (1, 0.05), (4, 0.0125)])
def test_bonferroni(comparisons: int, alpha: float) -> None:
    assert corrected_alpha(0.05, comparisons) == alpha


def test_without_a_control_the_split_is_tested_and_nothing_is_compared() -> None:
    found = measure(TWO_GOALS, Design())
    assert found.comparisons == ()
    assert found.split is not None
    assert found.split.state is SplitState.OK


def test_a_variant_that_only_the_design_names_is_an_arm_without_visitors() -> None:
    found = measure(TWO_GOALS, Design(control="control", weights={"control": 1, "blue": 1, "red": 1, "green": 1}))
    assert found.variants == ("control", "blue", "red", "green")
    assert found.split is not None
    assert found.split.state is SplitState.ALARM


def test_a_goal_that_only_the_design_names_is_a_goal_without_conversions() -> None:
    found = measure(TWO_GOALS, Design(control="control", primary_goal="renew", guardrails=frozenset({"stay"})))
    assert {one.goal for one in found.comparisons} == {"buy", "click", "renew", "stay"}
    assert found.arm("renew", "blue") == Arm(0, 1000)


def test_weights_that_leave_a_variant_out_make_the_split_unknown_but_not_the_lift() -> None:
    found = measure(TWO_GOALS, Design(control="control", weights={"control": 1, "blue": 1}))
    assert found.split is None
    assert all(one.lift for one in found.comparisons)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("inf"), float("nan")])
def test_a_weight_that_is_none_makes_the_split_unknown(weight: float) -> None:
    design = Design(control="control", weights={"control": weight, "blue": 1, "red": 1})
    assert measure(TWO_GOALS, design).split is None


@pytest.mark.parametrize(
    ("control", "variant", "missing"),
    [
        (Arm(30, 62), Arm(30, 900), Shortfall(62, 100, "visitors")),
        (Arm(30, 900), Arm(0, 0), Shortfall(0, 100, "visitors")),
        (Arm(12, 100), Arm(12, 100), Shortfall(24, 25, "conversions")),
        (Arm(88, 100), Arm(88, 100), Shortfall(24, 25, "non-conversions")),
        (Arm(12, 100), Arm(13, 100), None),
        (Arm(88, 100), Arm(87, 100), None),
        (Arm(87, 100), Arm(138, 150), None),
    ],
)
def test_judging_takes_a_minimum_of_visitors_conversions_and_non_conversions(
    control: Arm, variant: Arm, missing: Shortfall | None
) -> None:
    assert shortfall(control, variant) == missing
    assert shortfall(variant, control) == missing


def test_a_lopsided_split_takes_more_non_conversions() -> None:
    assert shortfall(Arm(8910, 9000), Arm(990, 1000)) == Shortfall(100, 200, "non-conversions")
    assert shortfall(Arm(8800, 9000), Arm(980, 1000)) is None
    assert shortfall(Arm(90, 9000), Arm(10, 1000)) is None  # conversions need no more: their log ratio is cautious


def test_one_arm_with_more_conversions_than_visitors_makes_the_whole_goal_a_rate() -> None:
    counts = Counts(TWO_GOALS.visitors, {**TWO_GOALS.conversions, "click": {"control": 3, "blue": 5, "red": 1001}})
    found = {(one.goal, one.variant): one for one in measure(counts, Design(control="control")).comparisons}
    assert found["click", "blue"].rate_only
    assert found["click", "blue"].lift is None
    assert not found["buy", "blue"].rate_only


def test_the_conversions_alone_may_show_that_an_arm_is_broken_while_the_lift_is_silent() -> None:
    design = Design(control="control")
    found = only(two_arms((26, 99), (0, 99)), design).imbalance
    assert found == Imbalance(conversions_p(26, 0, ratio=0.5) or 0, 13)
    assert only(two_arms((0, 99), (26, 99)), design).imbalance == found
    assert only(two_arms((160, 200), (0, 200)), design).imbalance is not None
    assert only(two_arms((25, 99), (0, 99)), design).imbalance is None  # not yet sure enough
    assert only(two_arms((300, 1000), (100, 1000)), design).imbalance is None  # the lift is proven, no need to guess


def test_what_an_arm_is_promised_follows_the_weights() -> None:
    weights = {"control": 9, "blue": 1}
    assert only(two_arms((24, 900), (0, 99)), Design(control="control", weights=weights)).imbalance is None
    found = only(two_arms((24, 900), (24, 99)), Design(control="control", weights=weights)).imbalance
    assert found is not None
    assert found.expected == pytest.approx(4.8)


def test_a_shortfall_keeps_even_a_clear_lift_from_counting() -> None:
    assert only(two_arms((90, 9000), (90, 99)), Design(control="control")).direction == 0
    assert only(two_arms((100, 1000), (300, 1000)), Design(control="control")).direction == 1
    assert only(two_arms((300, 1000), (100, 1000)), Design(control="control")).direction == -1


NUMBERS = st.one_of(st.sampled_from([0, 1, 100, 10**9, 10**12, -1]), st.integers(0, 10**9), st.integers(0, 300))
NAMES = st.sampled_from(["control", "blue", "red", "green"])
ANY_COUNTS = st.builds(
    Counts,
    st.dictionaries(NAMES, NUMBERS),
    st.dictionaries(st.sampled_from(["buy", "click"]), st.dictionaries(NAMES, NUMBERS)),
)
ANY_DESIGN = st.builds(
    Design,
    control=st.none() | NAMES,
    weights=st.none() | st.dictionaries(NAMES, st.floats(1e-6, 1e6)),
    primary_goal=st.none() | st.sampled_from(["buy", "renew"]),
    non_unique_goals=st.frozensets(st.just("click")),
    guardrails=st.frozensets(st.sampled_from(["click", "stay"])),
    minimum_detectable_effect=st.floats(1e-9, 10),
    tuning_visitors=st.floats(1, 1e9),
)


@unhurried
@given(ANY_COUNTS, ANY_DESIGN, st.none() | st.floats(0, 1000), st.dictionaries(NAMES, st.floats(0, 1e6)))
@example(Counts(), Design(), None, {})
@example(Counts({}, {"buy": {}}), Design(control="control"), None, {})
@example(two_arms((10**9, 10**9), (0, 10**9)), Design(control="control"), 8.0, {"control": 1e-9})
@example(two_arms((5 * 10**8, 10**9), (5 * 10**8 + 9, 10**9)), Design(control="control"), 8.0, {})
def test_no_counts_and_no_design_crash_anything_or_give_a_number_that_is_none(
    counts: Counts, design: Design, days: float | None, pace: dict[str, float]
) -> None:
    evidence = measure(counts, design)
    proven = advance(Standing(), DAY, evidence)
    found = verdicts(evidence, crossings=proven.crossings, visitors_per_day=pace)
    assert all_finite((evidence.split, evidence.comparisons, proven.crossings, found))
    assert len(found) == len(evidence.comparisons)
    assert conclude(evidence, found, days=days).sentence
    assert all(one.label and one.sentence for one in found)
    assert not any("nan" in one.sentence or "inf" in one.sentence for one in found)
