"""What of a resource changes, before and after: as AWS tells it, else as the two templates tell it. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamed_tui.deploy.environment import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECRET = "(secret)"  # noqa: S105 - what is shown instead of one
_LONGEST = 120


@dataclass(frozen=True)
class Difference:
    """One value: its path in the resource, such as `MemorySize`, and its text; None where there is none."""

    path: str
    before: str | None
    after: str | None


def of_change(
    found: Mapping[str, Any], before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[Difference, ...]:
    """The differences of one modified resource, secrets masked.

    Args:
        found: the `ResourceChange` of DescribeChangeSet.
        before: the resource in the template in force.
        after: the resource in the template to deploy.
    """
    told = tuple(_told(found))
    if told:
        return told
    if before is None or after is None:
        return ()
    return tuple(_compared("", before.get("Properties", {}), after.get("Properties", {})))


def _told(found: Mapping[str, Any]) -> Iterator[Difference]:
    """What AWS says; it does not for every property, and for none on some emulators."""
    seen = set()
    for detail in found.get("Details", []):
        target = detail.get("Target", {})
        if "BeforeValue" not in target and "AfterValue" not in target:
            continue
        path = (target.get("Path") or target.get("Name") or target.get("Attribute", "")).removeprefix("/Properties/")
        if path not in seen:
            seen.add(path)
            values = (_parsed(target.get(name)) for name in ("BeforeValue", "AfterValue"))
            yield Difference(path.replace("/", "."), *(_text(path, value) for value in values))


def _compared(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            yield from _compared(f"{path}.{name}".lstrip("."), before.get(name), after.get(name))
    else:
        yield Difference(path, _text(path, before), _text(path, after))


def _text(path: str, value: Any) -> str | None:
    if value is None:
        return None
    if path.endswith(PASSWORD_VARIABLE):
        return SECRET
    text = value if isinstance(value, str) else json.dumps(_masked(value), sort_keys=True, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: SECRET if name == PASSWORD_VARIABLE else _masked(inner) for name, inner in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value


def _parsed(value: str | None) -> Any:
    """AWS gives objects as JSON text, in which a secret might stand."""
    try:
        return json.loads(value) if value is not None and value[:1] in {"{", "["} else value
    except ValueError:
        return value
