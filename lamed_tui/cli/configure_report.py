"""What `lamed configure` tells: settings and their sources, what a change did, and what to know about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lamed_tui.config.documents import flattened, masked, value_at
from lamed_tui.config.files import CONNECTION_KEYS
from lamed_tui.config.model import meant_by, unknown_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lamed_tui.config.documents import Document
    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.config.model import Config

_AWS_VARIABLES: dict[str, tuple[str, ...]] = {
    "aws.profile": ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
    "aws.region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
}
_REDIS_VARIABLES: dict[str, tuple[str, ...]] = {f"redis.{key}": ("LAMED_REDIS_URL",) for key in CONNECTION_KEYS} | {
    "redis.username": ("LAMED_REDIS_USERNAME", "LAMED_REDIS_URL"),
    "redis.password": ("LAMED_REDIS_PASSWORD", "LAMED_REDIS_URL"),
}


def settings_in_force(loaded: LoadedConfig, environment: Mapping[str, str]) -> list[tuple[str, Any, str]]:
    """Every setting as (dotted key, value as it may be shown, where it came from)."""
    settings = []
    for key, value in flattened(masked(loaded.config.model_dump(by_alias=True))):
        variable = _variable(key, environment, _AWS_VARIABLES)
        if variable:
            settings.append((key, environment[variable], variable))
        else:
            settings.append((key, value, loaded.source(key)))
    return settings


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
        if variable := _variable(key, environment, _AWS_VARIABLES | _REDIS_VARIABLES):
            yield f"Note: {variable} is set, and wins over {key}."
        if key in unknown or any(key.startswith(f"{name}.") for name in unknown):
            meant = meant_by(key)
            yield (
                f"Warning: {key} is kept, but this version does not use it."
                + (f" Did you mean {meant}?" if meant else "")
            )


def _variable(key: str, environment: Mapping[str, str], table: Mapping[str, tuple[str, ...]]) -> str | None:
    return next((name for name in table.get(key, ()) if environment.get(name)), None)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
