"""The verdict on a variant and a goal: one test for each rule, and for what each rule goes before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lamed_tui.experiments.statistics.crossing import Crossing
from lamed_tui.experiments.statistics.evidence import Counts, Design, measure
from lamed_tui.experiments.statistics.verdict import Verdict, VerdictCode, planned_size, verdicts
from tests.unit.experiments.statistics.arms import two_arms
from tests.unit.experiments.statistics.oracles import DAY

DESIGN = Design(control="control", primary_goal="buy")
UP, DOWN = Crossing(DAY, 8075, 1), Crossing(DAY, 8075, -1)


def judge(
    control: tuple[int, int],
    variant: tuple[int, int],
    design: Design = DESIGN,
    crossing: Crossing | None = None,
    per_day: float | None = None,
) -> Verdict:
    """The verdict on `blue`, from conversions and visitors of the control and of blue."""
    (found,) = verdicts(
        measure(two_arms(control, variant), design),
        crossings={("buy", "blue"): crossing} if crossing else {},
        visitors_per_day={"control": per_day, "blue": per_day} if per_day else {},
    )
    return found


def test_rule_1_a_split_mismatch_hides_everything_else_and_shows_the_shares() -> None:
    found = judge((100, 1000), (400, 1400))
    assert found.code is VerdictCode.SPLIT_MISMATCH
    assert found.label == "Split mismatch: do not trust"
    assert found.sentence == (
        "Split mismatch: do not trust (control 41.7% instead of 50.0%, blue 58.3% instead of 50.0%)"
    )
    assert "reset" in found.needed


def test_rule_1_hides_repeated_goals_too_and_every_goal_alike() -> None:
    counts = Counts({"control": 1000, "blue": 1400}, {"buy": {"blue": 9}, "click": {"control": 5000}})
    found = verdicts(measure(counts, DESIGN))
    assert {one.code for one in found} == {VerdictCode.SPLIT_MISMATCH}
    assert len(found) == 2


def test_a_mere_warning_about_the_split_hides_nothing() -> None:
    assert judge((100, 1000), (400, 1190)).code is VerdictCode.BEATS_CONTROL


def test_rule_2_more_conversions_than_visitors_give_a_rate_only() -> None:
    found = judge((1500, 1000), (100, 1000), crossing=UP)
    assert found.code is VerdictCode.RATE_ONLY
    assert found.label == "Counts exceed visitors: rate only"


def test_rule_2_a_goal_marked_as_repeated_gives_a_rate_only_without_claiming_more() -> None:
    found = judge((100, 1000), (400, 1000), replace(DESIGN, non_unique_goals=frozenset({"buy"})))
    assert found.code is VerdictCode.RATE_ONLY
    assert found.label == "Counted more than once per visitor: rate only"


def test_rule_2_goes_before_too_few_data() -> None:
    assert judge((3, 2), (0, 2)).code is VerdictCode.RATE_ONLY


@pytest.mark.parametrize(
    ("control", "variant", "label", "needed"),
    [
        ((10, 62), (10, 81), "Not enough data (62/100 visitors)", "Wait for 38 more visitors in the control."),
        ((10, 81), (10, 62), "Not enough data (62/100 visitors)", "Wait for 38 more visitors in blue."),
        ((5, 500), (7, 500), "Not enough data (12/25 conversions)", "Wait for 13 more conversions."),
        ((195, 200), (199, 200), "Not enough data (6/25 non-conversions)", "Wait for 19 more non-conversions."),
        ((0, 0), (0, 0), "Not enough data (0/100 visitors)", "Wait for 100 more visitors in the control."),
    ],
)
def test_rule_3_says_how_much_data_is_missing(
    control: tuple[int, int], variant: tuple[int, int], label: str, needed: str
) -> None:
    found = judge(control, variant)
    assert found.code is VerdictCode.NOT_ENOUGH_DATA
    assert found.label == found.sentence == label
    assert found.needed == needed


def test_rule_3_a_reset_ends_even_a_crossing_that_someone_still_holds() -> None:
    assert judge((5, 50), (7, 50), crossing=UP).code is VerdictCode.NOT_ENOUGH_DATA


def test_rule_3_an_arm_that_hardly_converts_may_be_broken() -> None:
    found = judge((95, 95), (15, 99))
    assert found.code is VerdictCode.BROKEN
    assert found.label == "Variant may be broken"
    assert found.sentence == "Variant may be broken: 15 of 110 conversions where 55 were expected"
    assert judge((15, 99), (95, 95)).label == "Control may be broken"


def test_rule_3_an_arm_that_nobody_reaches_may_be_broken_when_the_split_is_not_yet_sure() -> None:
    assert judge((40, 45), (0, 0)).label == "Variant may be broken"


def test_an_arm_called_broken_is_not_called_undecided_one_conversion_later() -> None:
    assert judge((30, 99), (0, 99)).code is VerdictCode.BROKEN
    assert judge((30, 200), (0, 200)).code is VerdictCode.BROKEN
    assert judge((160, 200), (0, 200)).code is VerdictCode.BROKEN
    assert judge((190, 200), (0, 200)).code is VerdictCode.WORSE_THAN_CONTROL


def test_rule_4_an_interval_above_zero_beats_the_control() -> None:
    found = judge((200, 2000), (300, 2000))
    assert found.code is VerdictCode.BEATS_CONTROL
    assert found.label == "Beats control"
    assert found.sentence == "Beats control: lift +50.0%, between +15.6% and +94.4%"
    assert found.needed == ""


def test_rule_4_an_interval_below_zero_is_worse() -> None:
    found = judge((300, 2000), (200, 2000))
    assert found.code is VerdictCode.WORSE_THAN_CONTROL
    assert found.sentence == "Worse than control: lift -33.3%, between -48.6% and -13.5%"


def test_rule_4_a_crossing_stays_although_the_interval_breathes() -> None:
    found = judge((400, 4000), (430, 4000), crossing=UP)
    assert found.code is VerdictCode.BEATS_CONTROL
    assert found.sentence.startswith("Beats control (crossed 12 Mar at 8,075 visitors): lift +7.5%, between -")
    assert judge((400, 4000), (430, 4000), crossing=DOWN).code is VerdictCode.WORSE_THAN_CONTROL


def test_rule_4_what_is_proven_now_outranks_an_earlier_crossing() -> None:
    found = judge((200, 2000), (300, 2000), crossing=DOWN)
    assert found.code is VerdictCode.BEATS_CONTROL
    assert "crossed" not in found.sentence


def test_rule_4_goes_before_rule_5() -> None:
    counts = (1_000_000, 10_000_000), (1_020_000, 10_000_000)
    assert judge(*counts).code is VerdictCode.BEATS_CONTROL  # proven, though smaller than 10%


def test_rule_5_an_interval_inside_the_smallest_interesting_effect() -> None:
    found = judge((10_000, 100_000), (10_010, 100_000))
    assert found.code is VerdictCode.NO_DIFFERENCE
    assert found.label == "No difference larger than ±10%"
    finer = judge((10_000, 100_000), (10_010, 100_000), replace(DESIGN, minimum_detectable_effect=0.025))
    assert finer.code is VerdictCode.UNDECIDED


@pytest.mark.parametrize(("effect", "shown"), [(0.1, "±10%"), (0.025, "±2.5%"), (0.07, "±7%"), (1.5, "±150%")])
def test_the_effect_is_shown_as_it_was_set(effect: float, shown: str) -> None:
    design = replace(DESIGN, minimum_detectable_effect=effect)
    assert judge((10**8, 10**9), (10**8, 10**9), design).label == f"No difference larger than {shown}"


def test_rule_6_undecided_with_the_days_left() -> None:
    found = judge((100, 1000), (130, 1000), per_day=500)
    assert found.code is VerdictCode.UNDECIDED
    assert found.label == "Undecided, safe to keep watching"
    assert found.sentence == "Undecided, safe to keep watching: about 52 days left"
    assert found.days_left == pytest.approx(51.8625, abs=1e-3)
    assert found.needed == "About 26,000 more visitors per variant would probably show a lift of ±10%."


def test_rule_6_without_a_known_pace_says_how_many_visitors_are_missing() -> None:
    found = judge((100, 1000), (130, 1000))
    assert found.sentence == "Undecided, safe to keep watching"
    assert found.days_left is None
    assert "more visitors per variant" in found.needed


def test_rule_6_does_not_count_days_beyond_a_year() -> None:
    assert judge((100, 1000), (130, 1000), per_day=1).sentence.endswith(": more than a year left")


def test_rule_6_says_when_the_planned_size_is_reached() -> None:
    found = judge((4_620, 70_000), (4_805, 70_000))
    assert found.code is VerdictCode.UNDECIDED
    assert "the planned size is reached" in found.sentence
    assert found.days_left == 0


def test_the_planned_size_is_for_a_fall_where_no_such_rise_is_possible() -> None:
    counts = Counts({"control": 1000, "blue": 1000}, {"buy": {"control": 950, "blue": 950}})
    (comparison,) = measure(counts, DESIGN).comparisons
    size = planned_size(comparison, DESIGN)
    assert size is not None
    assert size > 0


def test_names_from_the_wire_cannot_command_the_terminal() -> None:
    counts = Counts({"control": 1000, "\x1b[2J": 2000}, {"buy": {"control": 1}})
    (found,) = verdicts(measure(counts, DESIGN))
    assert "\x1b" not in found.sentence
    assert "\\x1b[2J" in found.sentence


def test_swapping_the_arms_swaps_better_and_worse() -> None:
    assert judge((200, 2000), (300, 2000)).code is VerdictCode.BEATS_CONTROL
    assert judge((300, 2000), (200, 2000)).code is VerdictCode.WORSE_THAN_CONTROL


def test_codes_are_what_programs_were_promised() -> None:
    assert [code.value for code in VerdictCode] == [
        "split_mismatch",
        "rate_only",
        "not_enough_data",
        "broken",
        "beats_control",
        "worse_than_control",
        "no_difference",
        "undecided",
    ]
