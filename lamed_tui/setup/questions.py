"""One question and what an answer to it does to a configuration's document. Pure.

Whether an answer is allowed is the configuration model's decision alone, in its own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from lamed_tui.config.checking import problems
from lamed_tui.config.documents import copied, value_at, with_values, wrapped
from lamed_tui.config.files import CONNECTION_KEYS
from lamed_tui.config.model import Config
from lamed_tui.config.redis_settings import parse_redis_url
from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.config.documents import Document

Given = str | bool
"""What a person gives: typed text, or yes and no."""

KEEP, REMOVE = "", "-"
"""What a secret's answer means besides a new secret: nobody can be shown the old one to edit it."""

_SCHEME = "://"
_SOCKET_SCHEME = "unix://"


class Choice(NamedTuple):
    """One of several values, and how people call it."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """Something to ask.

    Attributes:
        key: the dotted key that the answer sets.
        title: a word or two before the answer.
        help: what a person needs to know to answer it.
        kind: `address` is a host name or a whole URL that answers several questions at once.
        choices: where the answer is one of a few known values.
        hint: an example, shown where nothing is typed.
    """

    key: str
    title: str
    help: str
    kind: Literal["text", "number", "secret", "flag", "choice", "address"] = "text"
    choices: tuple[Choice, ...] = ()
    hint: str = ""


def value_of(question: Question, document: Mapping[str, Any]) -> Any:
    """The value in force for a document: its own, the part of its URL, or the default."""
    value = value_at(_spread(document), question.key)
    return value_at(_defaults(), question.key) if value is None else value


def text_of(question: Question, document: Mapping[str, Any]) -> str:
    """The value in force as one would type it; always empty for a secret."""
    if question.kind == "secret":
        return ""
    if question.kind == "address" and (socket := value_at(_spread(document), "redis.unix_socket_path")):
        return f"{_SOCKET_SCHEME}{socket}"
    value = value_of(question, document)
    return "" if value is None else str(value)


def default_text(question: Question) -> str:
    """What an empty answer means, where it means something."""
    default = _default(question.key)
    return "" if default is None or isinstance(default, bool) else str(default)


def has_value(question: Question, document: Mapping[str, Any]) -> bool:
    """Whether the document holds a value of its own; so a secret can be told from none without showing it."""
    return value_at(_spread(document), question.key) is not None


def problem_with(question: Question, given: Given) -> str:
    """Why an answer is not allowed, to follow the question's title; empty when it is."""
    try:
        values = values_of(question, given)
        found = problems(with_values({}, values))
    except ConfigError as error:
        return error.what
    return next((problem.sentence for problem in found), "")


def answered(question: Question, given: Given, document: Document, before: Mapping[str, Any]) -> Document:
    """The document with an answer in it.

    What equals the default stays unset, and what equals the value before is as it was before, so that looking at a
    question changes nothing. A whole address replaces everything that belonged to the old one, its password included.

    Args:
        question: what was asked.
        given: an answer without a problem.
        document: with the answers so far.
        before: the file's document.

    Raises:
        ConfigError: the answer is not allowed, or its section is something else than an object.
    """
    values = values_of(question, given)
    if question.kind == "secret" and given == KEEP:
        values = {question.key: value_at(_spread(before), question.key)}
    base = _spread(document) if question.key.startswith("redis.") else document
    old = _spread(before)
    written = {key: _written(key, value, old) for key, value in values.items()}
    changed = {key: value for key, value in written.items() if value != value_at(base, key)}
    return _as_before(with_values(base, changed), before) if changed else document


def values_of(question: Question, given: Given) -> dict[str, Any]:
    """The dotted keys that an answer sets, None for one that it unsets.

    Raises:
        ConfigError: it is a URL that cannot be understood.
    """
    if isinstance(given, bool):
        return {question.key: given}
    if question.kind == "secret":
        return {} if given == KEEP else {question.key: None if given == REMOVE else SecretStr(given)}
    text = given.strip()
    if question.kind == "address" and _SCHEME in text:
        return _parts(text)
    if question.kind == "number" and text.isascii() and text.isdigit() and len(text) < 19:
        return {question.key: int(text)}
    return {question.key: text or None} | ({"redis.unix_socket_path": None} if question.kind == "address" else {})


def _parts(url: str) -> dict[str, Any]:
    try:
        found = parse_redis_url(url)
    except PydanticCustomError as error:
        raise ConfigError(error.message()) from None
    return {f"redis.{key}": None for key in CONNECTION_KEYS} | {f"redis.{key}": part for key, part in found.items()}


def _spread(document: Mapping[str, Any]) -> Document:
    """A copy of the document with `redis.url` replaced by the keys that it stands for."""
    spread: Document = copied(dict(document))
    redis = spread.get("redis")
    url = redis.get("url") if isinstance(redis, dict) else None
    if not isinstance(url, SecretStr) or not isinstance(redis, dict):
        return spread
    try:
        parts = parse_redis_url(url.get_secret_value())
    except PydanticCustomError:
        parts = {}  # it says nothing that could be kept
    del redis["url"]
    redis |= {key: part for key, part in parts.items() if not redis.get(key) and part != _default(f"redis.{key}")}
    return wrapped(spread)


def _as_before(after: Document, before: Mapping[str, Any]) -> Document:
    """The document without sections that only came and went, and with a `redis` that says the same written the same."""
    kept = {name: value for name, value in after.items() if value != {} or name in before}
    if "redis" in before and _meaning(kept.get("redis")) == _meaning(_spread(before).get("redis")):
        return kept | {"redis": copied(before["redis"])}
    return kept


def _meaning(section: Any) -> Any:
    """A `redis` section without what is as good as absent."""
    if section is None:
        return {}
    if not isinstance(section, dict):
        return section
    return {key: value for key, value in section.items() if value is not None and value != _default(f"redis.{key}")}


def _written(key: str, value: Any, before: Mapping[str, Any]) -> Any:
    """The value to write: what the file said if it means the same, and nothing for a default that it left out."""
    meant = _default(key) if value is None else value
    said = value_at(before, key)
    if meant == (_default(key) if said is None else said):
        return said
    return None if meant == _default(key) else value


def _default(key: str) -> Any:
    return value_at(_defaults(), key)


def _defaults() -> Mapping[str, Any]:
    return Config().model_dump()
