"""Find, read, check and save `config.json`.

A file is a JSON object; keys that nobody here knows survive a save. Saving is atomic, leaves mode 0600 and keeps the
version before as `config.json.bak`.
"""

from __future__ import annotations

import shlex
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from lamed_tui.config.checking import Problem, check, problems
from lamed_tui.config.documents import (
    Document,
    copied,
    flattened,
    masked,
    parse_document,
    path_of,
    rendered,
    value_at,
    with_values,
)
from lamed_tui.errors import ConfigError, not_written
from lamed_tui.writing import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.config.model import Config

__all__ = [
    "CONNECTION_KEYS",
    "FILE_NAME",
    "Document",
    "LoadedConfig",
    "Problem",
    "backup_of",
    "check",
    "content_of",
    "flattened",
    "in_force",
    "keep_rejected",
    "layered",
    "load",
    "locate",
    "masked",
    "parse_document",
    "problems",
    "read_document",
    "save",
    "unreadable",
    "with_values",
]

FILE_NAME = "config.json"
_MOST_BYTES = 1_000_000
"""A configuration is far smaller; a device or a dump that is named by mistake must not fill the memory."""

_UNWRITABLE = "Check the folder, its permissions and the free space."
CONNECTION_KEYS = ("url", "host", "port", "db", "username", "password", "ssl", "ssl_cert_reqs", "unix_socket_path")
"""The keys of `redis` that belong to one server: a new address takes all of them along.

Who trusted one server without its certificate has not said so of another one.
"""


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
        names = path_of(key)
        for depth in range(len(names), 0, -1):
            if origin := self.environment.get(".".join(names[:depth])):
                return origin
        if value_at(self.document, key) is not None:
            return str(self.path)
        if names[0] == "redis" and names[-1] in CONNECTION_KEYS and value_at(self.document, "redis.url"):
            return f"{self.path} (redis.url)"
        return "default"


def locate(
    explicit: Path | None = None,
    *,
    must_exist: bool = True,
    home: Path | None = None,
    directory: Path | None = None,
) -> Path:
    """The file to use: the one named, else `./config.json`, else `~/.lamed/config.json` (which may not exist yet).

    Args:
        explicit: the file that a person named.
        must_exist: whether a named file has to be there; a misspelt name must not mean the defaults.
        home: the person's home folder.
        directory: the current folder.

    Raises:
        ConfigError: the file that was named does not exist, or lies where nobody can look.
    """
    if explicit is not None:
        if must_exist:
            _require(explicit)
        return explicit
    with suppress(FileNotFoundError):  # of the current folder, which somebody has removed
        beside = (directory or Path.cwd()) / FILE_NAME
        if beside.is_file():
            return beside
    return (home or Path.home()) / ".lamed" / FILE_NAME


def load(path: Path, environment: Mapping[str, str] | None = None) -> LoadedConfig:
    """Read the file, lay the environment over it and check the result. A missing file means defaults.

    Raises:
        ConfigError: the file cannot be read, is not a JSON object, or a value is not allowed (its path is named).
    """
    document, exists = read_document(path)
    return in_force(document, path, environment or {}, exists=exists)


def in_force(document: Document, path: Path, environment: Mapping[str, str], *, exists: bool) -> LoadedConfig:
    """What `load` would find if the document were the file's.

    Raises:
        ConfigError: a value is not allowed (its path is named).
    """
    laid, origins = layered(document, environment)
    return LoadedConfig(check(laid, path, origins), path, exists, document, origins)


def layered(document: Document, environment: Mapping[str, str]) -> tuple[Document, dict[str, str]]:
    """Lay `LAMED_*` over the document; a URL replaces the whole address, so no password goes to another server.

    Returns:
        A document, and the dotted keys that a variable decides, with the variable's name.
    """
    laid: Document = copied(document)
    redis = laid.get("redis", {})
    origins: dict[str, str] = {}
    if not isinstance(redis, dict):
        return laid, origins
    if url := environment.get("LAMED_REDIS_URL"):
        redis = {key: value for key, value in redis.items() if key not in CONNECTION_KEYS}
        redis["url"] = SecretStr(url)
        origins |= dict.fromkeys((f"redis.{key}" for key in CONNECTION_KEYS), "LAMED_REDIS_URL")
    for key in ("username", "password"):
        name = f"LAMED_REDIS_{key.upper()}"
        if value := environment.get(name):
            redis[key] = SecretStr(value) if key == "password" else value
            origins[f"redis.{key}"] = name
    if origins:
        laid["redis"] = redis
    return laid, origins


def read_document(path: Path) -> tuple[Document, bool]:
    """The file's JSON object with its secrets wrapped, and whether there is a file.

    Raises:
        ConfigError: the file cannot be read or is not a JSON object; the version before is named when there is one.
    """
    try:
        return parse_document(content_of(path).decode("utf-8"), str(path)), True
    except FileNotFoundError:
        return {}, False
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from None
    except OSError as error:
        raise unreadable(path, error) from None
    except ConfigError as error:
        raise ConfigError(error.what, f"{error.fix} {_way_back(path)}".strip()) from None


def content_of(path: Path) -> bytes:
    """The bytes of a configuration's file, as long as it can be one.

    Raises:
        ConfigError: it is too large, or no file: a pipe may never say anything, and can be read only once.
        OSError: it cannot be read.
    """
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # the system has words for a folder
        raise ConfigError(
            f"{path} is not a regular file.",
            "Name another one. What must not stand in a file: LAMED_REDIS_URL or LAMED_REDIS_PASSWORD.",
        )
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ConfigError(f"{path} is larger than 1 MB: that is no configuration.", "Name another file.")
    return content


def unreadable(path: Path, error: OSError) -> ConfigError:
    """What to say of a configuration's file that cannot be read."""
    return ConfigError(f"{path} cannot be read: {error.strerror}.", "Check the file and its permissions.")


def save(path: Path, document: Document) -> None:
    """Write a checked document atomically with mode 0600, keeping the version before as `backup_of(path)`.

    A document equal to the file's is not written again, so that the version before stays the version before.

    Raises:
        ConfigError: the document is not valid, or the file cannot be written; the old file is then untouched.
    """
    check(document, path)
    content = rendered(document)
    try:
        # A symbolic link stays one: what it points at is replaced.
        target = path.resolve()
        before = target.read_bytes() if target.exists() else None
        if before == content:
            target.chmod(0o600)
            return
        if before is not None:
            write_private(backup_of(target), before)
        write_private(target, content)
    except OSError as error:
        raise ConfigError(not_written(path, error), _UNWRITABLE) from None


def keep_rejected(path: Path, text: str) -> Path:
    """Keep a text that could not be saved, readable by its owner only, and say where.

    Raises:
        ConfigError: it cannot be written there.
    """
    kept = path.resolve().with_name(path.name + ".rejected")
    try:
        write_private(kept, text.encode(errors="surrogatepass"))
    except OSError as error:
        raise ConfigError(not_written(kept, error), _UNWRITABLE) from None
    return kept


def backup_of(path: Path) -> Path:
    """Where `save` keeps the version before: beside the file itself, also when `path` is a symbolic link to it."""
    target = path.resolve()
    return target.with_name(target.name + ".bak")


def _require(path: Path) -> None:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(
            f"There is no {path}.",
            f"Correct --config, or create it with: lamed --config {shlex.quote(str(path))} configure",
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None


def _way_back(path: Path) -> str:
    backup = backup_of(path)
    if not backup.is_file():
        return ""
    return (
        f"The version before the last save can be restored with: cp {shlex.quote(str(backup))} {shlex.quote(str(path))}"
    )
