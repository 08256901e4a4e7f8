"""An experiment's settings as lines of text, and back. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.config.model import ExperimentSettings


@dataclass(frozen=True)
class Field:
    """One line of the form."""

    key: str
    label: str
    hint: str


FIELDS = (
    Field("control", "Control", "the variant to compare with"),
    Field("weights", "Weights", "equal; or: control=2, green=1"),
    Field("primary_goal", "Primary goal", "the goal that decides"),
    Field("non_unique_goals", "Repeatable goals", "separated by commas"),
    Field("guardrails", "Guardrails", "goals that must not get worse, separated by commas"),
    Field("minimum_detectable_effect", "Smallest effect", "10%"),
    Field("tuning_visitors", "Tuned for visitors", "5000"),
)


def filled(settings: ExperimentSettings) -> dict[str, str]:
    """Every field's text, empty where the default holds."""
    given = settings.model_dump(exclude_defaults=True)
    return {field.key: _text(field.key, given.get(field.key)) for field in FIELDS}


def parsed(texts: Mapping[str, str]) -> dict[str, Any]:
    """The values of fields; None where the default shall hold.

    Raises:
        ValueError: a text is no value; the message says how one looks.
    """
    return {key: _value(key, text.strip()) for key, text in texts.items()}


def _text(key: str, value: Any) -> str:
    if value is None:
        return ""
    if key == "weights":
        return ", ".join(f"{name}={weight:g}" for name, weight in value.items())
    if key == "minimum_detectable_effect":
        return f"{value * 100:.10g}%"
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)


def _value(key: str, text: str) -> Any:
    if not text:
        return None
    if key == "weights":
        return dict(_weight(part) for part in text.split(",") if part.strip())
    if key in {"non_unique_goals", "guardrails"}:
        return [part.strip() for part in text.split(",") if part.strip()]
    if key == "minimum_detectable_effect":
        return _number(text.removesuffix("%"), "The smallest effect looks like 10%.") / 100
    if key == "tuning_visitors":
        return int(_number(text, "The visitors to tune for are a number, such as 5000."))
    return text


def _weight(part: str) -> tuple[str, float]:
    name, equals, weight = part.rpartition("=")
    if not equals or not name.strip():
        raise ValueError("Weights look like control=2, green=1.")
    return name.strip(), _number(weight, "Weights look like control=2, green=1.")


def _number(text: str, otherwise: str) -> float:
    try:
        number = float(text.replace("_", ""))
    except ValueError:
        raise ValueError(otherwise) from None
    if not isfinite(number):
        raise ValueError(otherwise)
    return number
