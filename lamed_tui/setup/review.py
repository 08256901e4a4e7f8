"""What saving would change, for a person to read before it happens. Pure; secrets never come out."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Secret, SecretStr

from lamed_tui.config.documents import flattened, masked, value_at
from lamed_tui.config.files import CONNECTION_KEYS
from lamed_tui.config.known import meant_by, unknown_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lamed_tui.config.documents import Document
    from lamed_tui.config.model import Config

AWS_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "aws.profile": ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
    "aws.region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
}
"""Dotted keys that AWS's own environment variables win over, with those variables, the first one set being used."""

_REDIS_VARIABLES: Mapping[str, tuple[str, ...]] = {f"redis.{key}": ("LAMED_REDIS_URL",) for key in CONNECTION_KEYS} | {
    "redis.username": ("LAMED_REDIS_USERNAME", "LAMED_REDIS_URL"),
    "redis.password": ("LAMED_REDIS_PASSWORD", "LAMED_REDIS_URL"),
}
_ANOTHER = "another one, not shown"
_CONTEXT = 3


@dataclass(frozen=True)
class DiffLine:
    """A line of the file: there before and after, only after, only before; or a gap between such lines."""

    kind: Literal["same", "added", "removed", "gap"]
    text: str


def diff(before: Document, after: Document) -> tuple[DiffLine, ...]:
    """The file's lines before and after, with the unchanged ones around each change; empty when nothing changes."""
    old, new = _lines(masked(before) if before else None), _lines(masked(_with_marks(before, after)))
    if old == new:
        return ()
    told: list[DiffLine] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT):
        told += [DiffLine("gap", "")] if told else []
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                told += [DiffLine("same", line) for line in old[old_start:old_end]]
            else:
                told += [DiffLine("removed", line) for line in old[old_start:old_end]]
                told += [DiffLine("added", line) for line in new[new_start:new_end]]
    return tuple(told)


def changes(before: Document, after: Document) -> Iterator[str]:
    """One line for each key that a change set, changed or removed; secrets masked."""
    old, new = dict(flattened(before)), dict(flattened(after))
    shown_old, shown_new = dict(flattened(masked(before))), dict(flattened(masked(after)))
    for key in dict.fromkeys([*old, *new]):
        if key not in new:
            if value_at(after, key) is None:
                yield f"{key}: removed (was {_shown(shown_old[key])})"
        elif key not in old:
            yield f"{key}: set to {_shown(shown_new[key])}"
        elif old[key] != new[key]:
            yield f"{key}: {_shown(shown_old[key])} is now {_shown(shown_new[key])}"


def remarks(config: Config, before: Document, after: Document, environment: Mapping[str, str]) -> Iterator[str]:
    """What somebody who made this change should know."""
    old = dict(flattened(before))
    changed = [key for key, value in flattened(after) if key not in old or old[key] != value]
    unknown = set(unknown_keys(config))
    for key in changed:
        if variable := variable_for(key, environment):
            yield f"Note: {variable} is set, and wins over {key}."
        if key in unknown or any(key.startswith(f"{name}.") for name in unknown):
            meant = meant_by(key)
            yield (
                f"Warning: {key} is kept, but this version does not use it."
                + (f" Did you mean {meant}?" if meant else "")
            )


def variable_for(key: str, environment: Mapping[str, str]) -> str | None:
    """The environment variable that is set and wins over a dotted key."""
    names = (*AWS_VARIABLES.get(key, ()), *_REDIS_VARIABLES.get(key, ()))
    return next((name for name in names if environment.get(name)), None)


def _with_marks(before: Any, after: Any) -> Any:
    """`after` as it may be shown, with the secrets that differ from those in `before` told apart from the same ones."""
    if isinstance(after, dict):
        old = before if isinstance(before, dict) else {}
        return {key: _with_marks(old.get(key), value) for key, value in after.items()}
    if isinstance(after, list):
        old_items = before if isinstance(before, list) else []
        return [_with_marks(old_items[at] if at < len(old_items) else None, item) for at, item in enumerate(after)]
    if isinstance(after, SecretStr | Secret) and isinstance(before, SecretStr | Secret) and after != before:
        return f"{after} ({_ANOTHER})"
    return after


def _lines(document: Any) -> list[str]:
    return [] if document is None else json.dumps(document, indent=2, ensure_ascii=False).splitlines()


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
