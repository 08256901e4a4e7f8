"""Fill a snippet from what the configuration already knows of an experiment. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.snippet.spec import MAX_WEIGHT, Goal, Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.config.model import ExperimentSettings, LimitSettings

EXAMPLE_EXPERIMENT = "button color"
_EXAMPLE_CONTROL, _EXAMPLE_CHALLENGERS = "control", ("blue", "green")
_EXAMPLE_GOALS = (Goal("signup"),)


def experiment_of(experiments: Mapping[str, ExperimentSettings]) -> str:
    """The experiment to show when none is named: the first of the configuration, else an example."""
    return next(iter(experiments), EXAMPLE_EXPERIMENT)


def variants_of(settings: ExperimentSettings | None) -> tuple[Variant, ...]:
    """The configured variants with their weights, else an example. AlephBet takes whole weights only."""
    weights = settings.weights if settings else None
    if weights is None or len(weights) < 2:
        control = (settings.control if settings else None) or _EXAMPLE_CONTROL
        challenger = next(name for name in _EXAMPLE_CHALLENGERS if name != control)
        return (Variant(control), Variant(challenger))
    if len(set(weights.values())) == 1:
        return tuple(Variant(name) for name in weights)
    whole = _whole(list(weights.values()))
    return tuple(Variant(name, weight) for name, weight in zip(weights, whole, strict=True))


def goals_of(settings: ExperimentSettings | None) -> tuple[Goal, ...]:
    """The configured goals, the primary one first, else an example."""
    if settings is None:
        return _EXAMPLE_GOALS
    repeatable = set(settings.non_unique_goals)
    named = [settings.primary_goal, *settings.guardrails, *settings.non_unique_goals]
    goals = tuple(Goal(name, unique=name not in repeatable) for name in dict.fromkeys(named) if name is not None)
    return goals or _EXAMPLE_GOALS


def warning_about(experiment: str, limits: LimitSettings) -> str:
    """That the backend refuses an experiment's events, when the limits name the allowed ones; else nothing."""
    if limits.experiments is None or experiment in limits.experiments:
        return ""
    return "This experiment is not in limits.experiments: its events are refused until it is, and that is deployed."


def _whole(weights: list[float]) -> list[int]:
    """Whole numbers in the same proportions: exactly where a few decimals allow it, else as closely as they can."""
    for factor in (1, 10, 100, 1000):
        if all((weight * factor).is_integer() and weight * factor <= MAX_WEIGHT for weight in weights):
            return [int(weight * factor) for weight in weights]
    largest = max(weights)
    return [max(1, round(weight / largest * MAX_WEIGHT)) for weight in weights]
