"""Find, read, check and save `config.json`.

A file is a JSON object. Its secrets are wrapped the moment it is parsed and unwrapped only while it is written; keys
that nobody here knows survive a save. Saving is atomic, leaves mode 0600 and keeps the version before as
`config.json.bak`.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError

from lamed_tui.config.model import Config
from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

FILE_NAME = "config.json"
_SECRET_KEY = re.compile(r"passw|secret|token|api_?key|credential", re.IGNORECASE)
_CONNECTION_KEYS = ("url", "host", "port", "db", "username", "password", "ssl", "unix_socket_path")

Document = dict[str, Any]


@dataclass(frozen=True)
class LoadedConfig:
    """The settings in force, and where each came from.

    Attributes:
        config: the checked settings, environment included.
        path: the file read, or the one a save would create.
        document: the file's own content, secrets wrapped; empty when there is no file.
        environment: dotted keys that an environment variable decides, with the variable's name.
    """

    config: Config
    path: Path
    exists: bool
    document: Document = field(repr=False)
    environment: Mapping[str, str] = field(default_factory=dict)

    def source(self, key: str) -> str:
        """Where the value of a dotted key came from: an environment variable, the file, or the default."""
        parents = [key.rsplit(".", depth)[0] for depth in range(key.count(".") + 1)]
        for candidate in parents:
            if candidate in self.environment:
                return self.environment[candidate]
        value: Any = self.document
        for part in key.split("."):
            if not isinstance(value, dict) or part not in value:
                return "default"
            value = value[part]
        return str(self.path)


def locate(explicit: Path | None = None, *, home: Path | None = None, directory: Path | None = None) -> Path:
    """The file to use: the one named, else `./config.json`, else `~/.lamed/config.json` (which may not exist yet)."""
    if explicit is not None:
        return explicit
    beside = (directory or Path.cwd()) / FILE_NAME
    return beside if beside.is_file() else (home or Path.home()) / ".lamed" / FILE_NAME


def load(path: Path, environment: Mapping[str, str] | None = None) -> LoadedConfig:
    """Read the file, lay the environment over it and check the result. A missing file means defaults.

    Raises:
        ConfigError: the file cannot be read, is not a JSON object, or a value is not allowed (its path is named).
    """
    document, exists = read_document(path)
    layered, origins = _with_environment(document, environment or {})
    config = check(layered, path)
    return LoadedConfig(config, path, exists, document, origins)


def read_document(path: Path) -> tuple[Document, bool]:
    """The file's JSON object with its secrets wrapped, and whether there is a file.

    Raises:
        ConfigError: the file cannot be read or is not a JSON object.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}, False
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", "Check the file and its permissions.") from None
    return parse_document(text, path), True


def parse_document(text: str, path: Path) -> Document:
    """Parse a configuration's text, wrapping secrets at once.

    Raises:
        ConfigError: it is not a JSON object; line and column are named.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"{path} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            "Correct it there, or run: lamed configure --edit",
        ) from None
    except RecursionError:
        raise ConfigError(f"{path} is nested too deeply to be a configuration.") from None
    if not isinstance(document, dict):
        raise ConfigError(f"{path} must hold one JSON object, such as {{}}.")
    wrapped: Document = _wrap_secrets(document)
    return wrapped


def check(document: Document, path: Path) -> Config:
    """Validate a document.

    Raises:
        ConfigError: naming each value that is not allowed by its path, such as `redis.port: must be 1–65535`.
    """
    try:
        return Config.model_validate(document)
    except ValidationError as error:
        problems = "; ".join(dict.fromkeys(_sentence(detail) for detail in error.errors(include_input=False)))
        raise ConfigError(
            f"{path}: {problems}.", "Correct it with lamed configure --edit or lamed configure --set KEY=VALUE."
        ) from None


def save(path: Path, document: Document) -> None:
    """Write a checked document atomically with mode 0600, keeping the version before as `<name>.bak`.

    Raises:
        ConfigError: the document is not valid, or the file cannot be written; the old file is then untouched.
    """
    check(document, path)
    text = json.dumps(document, indent=2, ensure_ascii=False, default=_reveal) + "\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A symbolic link stays one: what it points at is replaced.
        target = path.resolve()
        if target.exists():
            _write_atomically(target.with_name(target.name + ".bak"), target.read_bytes())
        _write_atomically(target, text.encode())
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.", "Check the folder, its permissions and the free space."
        ) from None


def with_values(document: Document, assignments: Mapping[str, Any]) -> Document:
    """A copy of the document with dotted keys set; `None` removes a key.

    Raises:
        ConfigError: a key leads through a value that is no object.
    """
    changed: Document = _copy(document)
    for key, value in assignments.items():
        *parents, last = key.split(".")
        section = changed
        for depth, part in enumerate(parents):
            inner = section.setdefault(part, {})
            if not isinstance(inner, dict):
                raise ConfigError(
                    f"{key}: {'.'.join(parents[: depth + 1])} is not a section, so nothing fits below it."
                )
            section = inner
        if value is None:
            section.pop(last, None)
        else:
            section[last] = value
    wrapped: Document = _wrap_secrets(changed)
    return wrapped


def masked(document: Document) -> Document:
    """The document as it may be shown: every secret as `**********`."""
    shown: Document = json.loads(json.dumps(document, default=str))
    return shown


def _with_environment(document: Document, environment: Mapping[str, str]) -> tuple[Document, dict[str, str]]:
    """Lay `LAMED_*` over the document; a URL replaces the whole address, so no password goes to another server."""
    layered = _copy(document)
    redis = layered.get("redis", {})
    origins: dict[str, str] = {}
    if not isinstance(redis, dict):
        return layered, origins
    if url := environment.get("LAMED_REDIS_URL"):
        redis = {key: value for key, value in redis.items() if key not in _CONNECTION_KEYS}
        redis["url"] = SecretStr(url)
        origins |= dict.fromkeys((f"redis.{key}" for key in _CONNECTION_KEYS), "LAMED_REDIS_URL")
    for key in ("username", "password"):
        name = f"LAMED_REDIS_{key.upper()}"
        if value := environment.get(name):
            redis[key] = SecretStr(value) if key == "password" else value
            origins[f"redis.{key}"] = name
    if origins:
        layered["redis"] = redis
    return layered, origins


def _sentence(detail: ErrorDetails) -> str:
    path = ".".join(str(part) for part in detail["loc"]) or "the file"
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
    message = plain.get(detail["type"], detail["msg"][:1].lower() + detail["msg"][1:])
    return f"{path}: {message}"


def _wrap_secrets(value: Any, key: str = "", parent: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _wrap_secrets(inner, name, key) for name, inner in value.items()}
    if isinstance(value, list):
        return [_wrap_secrets(inner, key, parent) for inner in value]
    is_secret = _SECRET_KEY.search(key) or (parent == "redis" and key == "url")
    return SecretStr(value) if is_secret and isinstance(value, str) else value


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


def _reveal(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    raise TypeError(f"{type(value).__name__} has no place in a configuration")


def _write_atomically(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def flattened(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a nested mapping as (dotted key, value), sections in order."""
    for key, inner in value.items():
        path = f"{prefix}{key}"
        if isinstance(inner, dict) and inner:
            yield from flattened(inner, f"{path}.")
        else:
            yield path, inner
