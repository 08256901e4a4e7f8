"""From index members and counts to experiments, goals and variants."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from lamed.keys import PARTICIPATE, counter_key, encode

from lamed_tui.config.model import ExperimentSettings
from lamed_tui.experiments.assessment import assess_all
from lamed_tui.experiments.document import snapshot_document
from lamed_tui.experiments.layout import arrange, choose_control
from lamed_tui.experiments.snapshot import Experiment, Snapshot, VariantCount

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)

Counts = dict[tuple[str, str, str], int]


def snapshot_of(counts: Counts, settings: Mapping[str, dict[str, Any]] | None = None) -> Snapshot:
    """A snapshot of these counts, given by (experiment, goal, variant)."""
    by_key = {counter_key("shop", *names): count for names, count in counts.items()}
    return arrange(
        "shop",
        experiments={encode(experiment) for experiment, _, _ in counts},
        counter_keys=by_key,
        settings={name: ExperimentSettings.model_validate(one) for name, one in (settings or {}).items()},
    ).filled(by_key, NOW)


def experiment_of(counts: Counts, **settings: Any) -> Experiment:
    (experiment,) = snapshot_of(counts, {next(iter(counts))[0]: settings}).experiments
    return experiment


def test_every_goal_lists_every_variant_with_its_visitors() -> None:
    experiment = experiment_of(
        {
            ("button", PARTICIPATE, "green"): 100,
            ("button", PARTICIPATE, "red"): 90,
            ("button", "buy", "green"): 7,
            ("button", "click", "red"): 30,
            ("button", "click", "blue"): 1,
        }
    )
    assert [(variant.name, variant.visitors) for variant in experiment.variants] == [
        ("blue", 0),
        ("green", 100),
        ("red", 90),
    ]
    assert [(goal.name, goal.variants) for goal in experiment.goals] == [
        ("buy", (VariantCount("blue", 0, 0), VariantCount("green", 100, 7), VariantCount("red", 90, 0))),
        ("click", (VariantCount("blue", 0, 1), VariantCount("green", 100, 0), VariantCount("red", 90, 30))),
    ]
    assert experiment.visitors == 190
    assert experiment.events == 228


def test_an_experiment_without_conversions_still_shows_its_visitors() -> None:
    experiment = experiment_of({("new", PARTICIPATE, "a"): 3, ("new", PARTICIPATE, "b"): 4})
    assert experiment.goals == ()
    assert [(variant.name, variant.visitors) for variant in experiment.variants] == [("a", 3), ("b", 4)]


def test_a_rate_needs_visitors() -> None:
    assert VariantCount("a", 0, 3).rate is None
    assert VariantCount("a", 200, 3).rate == 0.015
    assert VariantCount("a", 2, 3).rate == 1.5


def test_order_does_not_depend_on_the_order_of_sets() -> None:
    names = ["v10", "v2", "Blue", "apple", "", "日本語", "ß"]
    counts = {("x", PARTICIPATE, name): 1 for name in names}
    for ordered in (counts, dict(reversed(counts.items()))):
        assert [variant.name for variant in experiment_of(ordered).variants] == [
            "",
            "apple",
            "Blue",
            "ß",
            "v2",
            "v10",
            "日本語",
        ]


def test_the_control_and_the_primary_goal_come_first() -> None:
    counts = {("x", goal, variant): 1 for goal in (PARTICIPATE, "a click", "purchase") for variant in ("alpha", "zero")}
    experiment = experiment_of(counts, control="zero", primary_goal="purchase")
    assert [variant.name for variant in experiment.variants] == ["zero", "alpha"]
    assert [goal.name for goal in experiment.goals] == ["purchase", "a click"]
    assert [variant.name for variant in experiment.goals[1].variants] == ["zero", "alpha"]


@pytest.mark.parametrize(
    ("variants", "configured", "control"),
    [
        (["a", "b"], None, None),
        (["a", "Control"], None, "Control"),
        (["original", "control"], None, "control"),
        (["CONTROL", "control"], None, "CONTROL"),
        (["default", "baseline", "x"], None, "baseline"),
        (["control", "old page"], "old page", "old page"),
        (["control", "b"], "not seen yet", "not seen yet"),
    ],
)
def test_the_control_is_the_configured_one_or_the_one_whose_name_says_so(
    variants: list[str], configured: str | None, control: str | None
) -> None:
    assert choose_control(variants, configured) == control
    assert choose_control(reversed(variants), configured) == control


def test_a_goal_is_unique_unless_the_settings_say_otherwise() -> None:
    experiment = experiment_of({("x", "click", "a"): 1, ("x", "buy", "a"): 1}, non_unique_goals=("click",))
    assert [(goal.name, goal.unique) for goal in experiment.goals] == [("buy", True), ("click", False)]


@pytest.mark.parametrize("name", ["a:b", "100%", "%3A", "", " ", "日本語", "👩‍👩‍👧", "x" * 4_000, "{x}", "line\nbreak"])
def test_odd_names_stay_themselves(name: str) -> None:
    experiment = experiment_of({(name, PARTICIPATE, name): 2, (name, name, name): 1})
    assert experiment.name == name
    assert experiment.variants[0].name == name
    assert [(goal.name, goal.variants[0].conversions) for goal in experiment.goals] == [(name, 1)]


def test_names_that_are_no_text_can_still_be_printed() -> None:
    snapshot = snapshot_of({("broken \udcff", PARTICIPATE, "\udcfe"): 1})
    assert snapshot.experiments[0].name == "broken \\xff"
    assert json.dumps(snapshot_document(snapshot, assess_all(snapshot, {})), ensure_ascii=False).encode()


def test_spellings_that_become_the_same_text_are_counted_together() -> None:
    (experiment,) = snapshot_of({("\udcff", PARTICIPATE, "a"): 1, ("\\xff", PARTICIPATE, "a"): 2}).experiments
    assert experiment.visitors == 3


def test_a_counter_that_has_no_value_counts_nothing() -> None:
    key = counter_key("shop", "x", "buy", "a")
    snapshot = arrange("shop", experiments={"x"}, counter_keys={key}, settings={}).filled({}, NOW)
    assert snapshot.experiments[0].goals[0].variants == (VariantCount("a", 0, 0),)


def test_an_experiment_without_any_counter_is_there_and_empty() -> None:
    snapshot = arrange("shop", experiments={"x"}, counter_keys=(), settings={}).filled({}, NOW)
    assert snapshot.experiments == (Experiment("x", None, (), ()),)


def test_the_document_has_every_field_of_the_contract_and_invents_nothing() -> None:
    counts = {("x", PARTICIPATE, "control"): 200, ("x", PARTICIPATE, "b"): 0, ("x", "buy", "control"): 3}
    taken = snapshot_of(counts)
    document = snapshot_document(taken, assess_all(taken, {}))
    (experiment,) = document.pop("experiments")
    assert document == {"namespace": "shop", "taken_at": "2026-03-12T09:30:00.000+00:00"}
    (goal,) = experiment.pop("goals")
    assert (
        experiment.pop("sentence")
        == "Split mismatch: do not trust (control 100.0% instead of 50.0%, b 0.0% instead of 50.0%)"
    )
    assert experiment.pop("split")["state"] == "alarm"
    assert experiment == {
        "name": "x",
        "control": "control",
        "primary_goal": "buy",
        "conclusion": "split_mismatch",
        "winner": None,
        "started": None,
        "days": None,
        "visitors_per_day": None,
        "progress": 0.0,
        "variants": [
            {"name": "control", "visitors": 200, "expected_share": 0.5},
            {"name": "b", "visitors": 0, "expected_share": 0.5},
        ],
    }
    control, variant = goal.pop("variants")
    assert goal == {"name": "buy", "unique": True}
    nothing = dict.fromkeys(
        ("lift", "lift_low", "lift_high", "evidence_p", "verdict", "sentence", "needed", "days_left")
    )
    assert control == {"name": "control", "visitors": 200, "conversions": 3, "rate": 0.015, **nothing}
    assert variant["verdict"] == "split_mismatch"
    assert {name: variant[name] for name in ("rate", "lift", "lift_low", "lift_high", "evidence_p")} == dict.fromkeys(
        ("rate", "lift", "lift_low", "lift_high", "evidence_p")
    )
