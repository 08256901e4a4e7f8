"""What the configuration knows of an experiment, as a snippet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamed_tui.config.model import ExperimentSettings
from lamed_tui.snippet.settings import experiment_of, goals_of, variants_of
from lamed_tui.snippet.spec import MAX_WEIGHT, Goal, Variant


def experiment(**values: object) -> ExperimentSettings:
    return ExperimentSettings.model_validate(values)


def test_without_settings_there_is_an_example() -> None:
    assert experiment_of({}) == "button color"
    assert variants_of(None) == (Variant("control"), Variant("blue"))
    assert goals_of(None) == (Goal("signup"),)


def test_the_first_configured_experiment_comes_first() -> None:
    assert experiment_of({"headline": experiment(), "price": experiment()}) == "headline"


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"a": 1, "b": 1}, (None, None)),
        ({"a": 50, "b": 30, "c": 20}, (50, 30, 20)),
        ({"a": 0.5, "b": 0.25}, (50, 25)),
        ({"a": 0.125, "b": 2}, (125, 2000)),
        ({"a": 1 / 3, "b": 2 / 3}, (500_000, 1_000_000)),
    ],
)
def test_weights_become_whole_numbers_in_the_same_proportions(
    weights: dict[str, float], expected: tuple[int | None, ...]
) -> None:
    assert tuple(variant.weight for variant in variants_of(experiment(weights=weights))) == expected


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=3), st.floats(1e-3, 1e6), min_size=2, max_size=5))
def test_no_configured_weight_is_lost_or_refused(weights: dict[str, float]) -> None:
    variants = variants_of(experiment(weights=weights))

    assert [variant.name for variant in variants] == list(weights)
    assert all(variant.weight is None or 1 <= variant.weight <= MAX_WEIGHT for variant in variants)


@pytest.mark.parametrize(("control", "names"), [("old", ["old", "blue"]), ("blue", ["blue", "green"])])
def test_a_control_alone_gets_somebody_to_be_compared_with(control: str, names: list[str]) -> None:
    assert [variant.name for variant in variants_of(experiment(control=control))] == names


def test_goals_are_the_configured_ones_the_primary_first() -> None:
    settings = experiment(primary_goal="buy", guardrails=["error", "view"], non_unique_goals=["view", "click"])

    assert goals_of(settings) == (
        Goal("buy"),
        Goal("error"),
        Goal("view", unique=False),
        Goal("click", unique=False),
    )
