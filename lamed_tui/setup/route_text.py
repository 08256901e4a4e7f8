"""The endpoints step: `extra_wiring` as JSON text that a person edits, secrets kept out of it. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import Secret, SecretStr

from lamed_tui.config.documents import masked, parse_document
from lamed_tui.errors import ConfigError
from lamed_tui.setup.routes import entries_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lamed_tui.setup.routes import Entry

_MASK = str(SecretStr("x"))


def text_of_entries(document: Mapping[str, Any]) -> str:
    """The additional endpoints as JSON to edit; secrets in them as asterisks."""
    return json.dumps(masked({"entries": entries_of(document)})["entries"], indent=2, ensure_ascii=False)


def entries_in(text: str, document: Mapping[str, Any]) -> list[Entry]:
    """The endpoints that a text means. Asterisks stand for the secret that was in the same place.

    Raises:
        ConfigError: it is no JSON list of objects; line and column are named where that helps.
    """
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"Not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except (RecursionError, ValueError):
        raise ConfigError("Not valid JSON: it is nested too deeply, or holds a number that is too long.") from None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ConfigError("It must be a list of objects: [ {...}, {...} ].")
    # Parsing once more wraps secrets and refuses what would not fit into the file.
    parsed = parse_document(json.dumps({"extra_wiring": found}), "It")["extra_wiring"]
    entries: list[Entry] = [
        _with_secrets(entry, old) for entry, old in zip(parsed, _padded(entries_of(document), len(parsed)), strict=True)
    ]
    return entries


def _with_secrets(new: Any, old: Any) -> Any:
    """The value with each mask replaced by the secret that it hides.

    Raises:
        ConfigError: a mask stands where no secret was.
    """
    if isinstance(new, dict):
        known = old if isinstance(old, dict) else {}
        return {key: _with_secrets(value, known.get(key)) for key, value in new.items()}
    if isinstance(new, list):
        return [
            _with_secrets(value, earlier)
            for value, earlier in zip(new, _padded(old if isinstance(old, list) else [], len(new)), strict=True)
        ]
    if new == _MASK or (isinstance(new, SecretStr) and new.get_secret_value() == _MASK):
        if isinstance(old, SecretStr | Secret):
            return old
        raise ConfigError("Asterisks stand for a secret that is not known in this place; type it again.")
    return new


def _padded(values: Sequence[Any], length: int) -> Iterator[Any]:
    return (values[at] if at < len(values) else None for at in range(length))
