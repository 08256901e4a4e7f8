"""A configuration as a JSON document: parsing, setting keys, masking. Pure.

Secrets are wrapped the moment a document is parsed, and unwrapped only by `rendered`, for the file they belong in. What
counts as a secret is decided by the key it stands under, or by a URL that holds credentials, in any section, known or
not.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pydantic import Secret, SecretStr

from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Document = dict[str, Any]

_SECRET_KEY = re.compile(
    r"pas+(w|o|phrase|$)|pwd|secret|token|(api|access|private)[_-]?key|credential|auth$", re.IGNORECASE
)
_URL_WITH_CREDENTIALS = re.compile(r"\s*[a-z][a-z0-9+.-]*://[^/?#\s]*@", re.IGNORECASE)
_PLACE_OF_A_SECRET = {("redis_secret", "arn"), ("redis_secret", "key")}
_DEEPEST = 50


def parse_document(text: str, name: str) -> Document:
    """Parse a configuration's text, wrapping secrets at once.

    Args:
        text: JSON.
        name: what messages call it, such as the file's path.

    Raises:
        ConfigError: it is not a JSON object; line and column are named.
    """
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"{name} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            "Correct it there, or run: lamed configure --edit",
        ) from None
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError:  # json has no narrower type for a number of thousands of digits
        raise ConfigError(f"{name} holds a number that is too long to be a setting.") from None
    if not isinstance(document, dict):
        raise ConfigError(f"{name} must hold one JSON object, such as {{}}.")
    if _depth_exceeds(document, _DEEPEST):
        raise _too_deep(name)
    return wrapped(document)


def rendered(document: Document) -> bytes:
    """The document as the bytes of its file, secrets in the clear. `parse_document` gives the document back.

    Raises:
        ConfigError: it holds a number that JSON cannot express.
    """
    try:
        try:
            return _dumped(document, _revealed, ensure_ascii=False).encode()
        except UnicodeEncodeError:  # half a surrogate pair, which JSON can only hold as an escape
            return _dumped(document, _revealed, ensure_ascii=True).encode()
    except ValueError:
        raise ConfigError("The configuration holds NaN or Infinity, which JSON cannot express.") from None


def masked(document: Mapping[str, Any]) -> Document:
    """The document as it may be shown: every secret as `**********`."""
    shown: Document = json.loads(json.dumps(document, default=str))
    return shown


def wrapped(document: Document) -> Document:
    """A copy of the document with every secret in a type that does not show it."""
    return {key: _wrapped(value, (key,)) for key, value in document.items()}


def is_secret(key: str, value: object = "") -> bool:
    """Whether the value of a dotted key is never shown."""
    return _is_secret(path_of(key), value)


def with_values(document: Document, assignments: Mapping[str, Any]) -> Document:
    """A copy of the document with dotted keys set; `None` removes a key. A dot within a name is written as `\\.`.

    Raises:
        ConfigError: a key is empty, or leads through a value that is no object.
    """
    changed: Document = copied(document)
    for key, value in assignments.items():
        *parents, last = path_of(key)
        section: Any = changed
        for depth, part in enumerate(parents, 1):
            if value is None and part not in section:
                break
            section = section.setdefault(part, {})
            if not isinstance(section, dict):
                raise ConfigError(f"{key}: {key_of(parents[:depth])} is not a section, so nothing fits below it.")
        else:
            if value is None:
                section.pop(last, None)
            else:
                section[last] = value
    return wrapped(changed)


def value_at(document: Mapping[str, Any], key: str) -> Any:
    """The value of a dotted key, None where there is none."""
    value: Any = document
    for part in path_of(key):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def flattened(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a nested mapping as (dotted key, value), in order. An empty section is a leaf."""
    for key, inner in value.items():
        path = f"{prefix}{key_of([key])}"
        if isinstance(inner, dict) and inner:
            yield from flattened(inner, f"{path}.")
        else:
            yield path, inner


def path_of(key: str) -> list[str]:
    """The names in a dotted key. A backslash takes the meaning from a dot or another backslash after it.

    Raises:
        ConfigError: one of them is empty.
    """
    names = [""]
    for piece in re.findall(r"\\[.\\]|.", key, re.DOTALL):
        if piece == ".":
            names.append("")
        else:
            names[-1] += piece[-1]
    if not all(names):
        raise ConfigError(f"{key!r} is not a key.", "Keys look like redis.host; a dot within a name is written \\.")
    return names


def key_of(path: Sequence[str]) -> str:
    """The dotted key of a path: the inverse of `path_of`."""
    return ".".join(name.replace("\\", "\\\\").replace(".", "\\.") for name in path)


def copied(value: Any) -> Any:
    """A copy whose sections and lists are its own."""
    if isinstance(value, dict):
        return {name: copied(inner) for name, inner in value.items()}
    return [copied(inner) for inner in value] if isinstance(value, list) else value


def _wrapped(value: Any, path: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {name: _wrapped(inner, (*path, name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [_wrapped(inner, path) for inner in value]
    if not _is_secret(path, value):
        return value
    if isinstance(value, str):
        return SecretStr(value)
    # A flag is no secret, and masking it would hide a setting.
    return Secret(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _is_secret(path: Sequence[str], value: object) -> bool:
    if path[0] == "experiments":  # people name experiments and variants: "passwordless login" is no password
        return any(_SECRET_KEY.search(name) for name in path[2:3])
    if tuple(path) in _PLACE_OF_A_SECRET:  # where a secret lies is none
        return False
    if any(_SECRET_KEY.search(name) for name in path) or tuple(path[-2:]) == ("redis", "url"):
        return True
    return isinstance(value, str) and _URL_WITH_CREDENTIALS.match(value) is not None


def _dumped(document: Document, reveal: Callable[[Any], Any], *, ensure_ascii: bool) -> str:
    return json.dumps(document, indent=2, ensure_ascii=ensure_ascii, allow_nan=False, default=reveal) + "\n"


def _revealed(value: object) -> Any:
    if isinstance(value, SecretStr | Secret):
        return value.get_secret_value()
    raise TypeError(f"{type(value).__name__} has no place in a configuration")


def _depth_exceeds(value: Any, limit: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(limit == 0 or _depth_exceeds(item, limit - 1) for item in inner if isinstance(item, dict | list))


def _too_deep(name: str) -> ConfigError:
    return ConfigError(f"{name} is nested too deeply to be a configuration.")
