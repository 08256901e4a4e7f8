"""Is a document a configuration? Each value that is not allowed is told by its path and what it must be. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from lamed_tui.config.model import Config
from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from lamed_tui.config.documents import Document

_FIX = "Correct it with lamed configure --edit or lamed configure --set KEY=VALUE."


class Problem(NamedTuple):
    """A value that is not allowed.

    Attributes:
        key: dotted, with the index of an entry as a name; empty for the whole document.
        sentence: what is the matter, to follow the key, such as `must be 1–65535`; never the value.
    """

    key: str
    sentence: str


def check(document: Document, path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """Validate a document.

    Args:
        document: secrets wrapped.
        path: the file it belongs to, for the message.
        environment: dotted keys that an environment variable decided, with the variable's name.

    Raises:
        ConfigError: naming each value that is not allowed by its path, such as `redis.port: must be 1–65535`, and the
            environment variable where the value came from one.
    """
    try:
        return Config.model_validate(document)
    except ValidationError as error:
        found = _problems_in(error)
    in_file: dict[str, None] = {}
    in_environment: dict[str, None] = {}
    for key, sentence in found:
        variable = (environment or {}).get(key)
        if variable:
            in_environment[f"{variable} ({key}): {sentence}"] = None
        else:
            in_file[f"{key or 'the file'}: {sentence}"] = None
    told = [f"{path}: {'; '.join(in_file)}."] if in_file else []
    told += [f"{problem}." for problem in in_environment]
    raise ConfigError(" ".join(told), _FIX if in_file else "Correct or unset the environment variable.")


def problems(document: Document) -> tuple[Problem, ...]:
    """Every value of a document that is not allowed, in the order of the keys; none when it is a configuration."""
    try:
        Config.model_validate(document)
    except ValidationError as error:
        return _problems_in(error)
    return ()


def _problems_in(error: ValidationError) -> tuple[Problem, ...]:
    details = error.errors(include_input=False)
    return tuple(Problem(".".join(str(part) for part in detail["loc"]), _sentence(detail)) for detail in details)


def _sentence(detail: ErrorDetails) -> str:
    plain = {
        "missing": "is required",
        "string_type": "must be text",
        "bool_parsing": "must be true or false",
        "bool_type": "must be true or false",
        "model_type": "must be an object",
        "dict_type": "must be an object",
        "tuple_type": "must be a list",
        "too_short": "must not be empty",
    }
    return plain.get(detail["type"], detail["msg"][:1].lower() + detail["msg"][1:])
