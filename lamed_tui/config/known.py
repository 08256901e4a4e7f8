"""Which dotted keys a configuration may have, which of its keys nobody knows, and what those were meant to be. Pure."""

from __future__ import annotations

from difflib import get_close_matches
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

from lamed_tui.config.model import Config

if TYPE_CHECKING:
    from collections.abc import Iterator


def unknown_keys(section: BaseModel, prefix: str = "") -> Iterator[str]:
    """Dotted keys of a configuration that this version keeps but does not use, at any depth."""
    for key in section.model_extra or {}:
        yield f"{prefix}{key}"
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        path = f"{prefix}{field.alias or name}"
        if isinstance(value, BaseModel):
            yield from unknown_keys(value, f"{path}.")
        for entry, inner in _entries(value):
            if isinstance(inner, BaseModel):
                yield from unknown_keys(inner, f"{path}.{entry}.")


def known_keys(section: type[BaseModel] | None = None, prefix: str = "") -> Iterator[str]:
    """Every dotted key with a fixed name; those below lists and people's own names are left out."""
    for name, field in (section or Config).model_fields.items():
        path = f"{prefix}{field.alias or name}"
        yield path
        for kind in _alternatives(field.annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from known_keys(kind, f"{path}.")


def meant_by(key: str) -> str | None:
    """The known key that an unknown one was probably meant to be."""
    return next(iter(get_close_matches(key, list(known_keys()), n=1, cutoff=0.8)), None)


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    """The types a value may have: `X | None` is X or None."""
    return get_args(annotation) if get_origin(annotation) in {UnionType, Union} else (annotation,)


def _entries(value: object) -> Iterator[tuple[object, object]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from enumerate(value)
