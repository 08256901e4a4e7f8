"""`lamed configure` without options: a few questions on the terminal, answered with Enter where nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import questionary

from lamed_tui.cli.configure_report import changes
from lamed_tui.cli.output import say
from lamed_tui.config import files
from lamed_tui.config.documents import value_at, with_values
from lamed_tui.config.model import Config
from lamed_tui.errors import ConfigError, ExitCode, LamedError
from lamed_tui.store.connect import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lamed_tui.config.documents import Document

_REMOVE = "-"


@dataclass(frozen=True)
class _Question:
    key: str
    text: str
    kind: Literal["text", "number", "secret", "yes or no"] = "text"


_REDIS_QUESTIONS = (
    _Question("redis.host", "Redis host"),
    _Question("redis.port", "Port", "number"),
    _Question("redis.db", "Database number", "number"),
    _Question("redis.username", "User (empty: the default user)"),
    _Question("redis.password", f"Password (Enter keeps it, {_REMOVE} removes it)", "secret"),
    _Question("redis.ssl", "Connect with TLS?", "yes or no"),
)
_AWS_QUESTIONS = (
    _Question("aws.region", "AWS region, such as eu-central-1 (empty: that of the profile)"),
    _Question("aws.profile", "AWS profile (empty: the default credentials)"),
)


def ask(path: Path, environment: Mapping[str, str]) -> int:
    """Ask for Redis and AWS, try the connection, show what changes, and save it when told so.

    Raises:
        ConfigError: the file is not valid, or cannot be written.
        KeyboardInterrupt: Ctrl-C; nothing was changed.
    """
    loaded = files.load(path, environment)
    say(f"Settings for {path}. Enter keeps what is shown; Ctrl-C changes nothing.")
    document = _ask_for_redis(loaded.document, loaded.environment, path)
    for question in _AWS_QUESTIONS:
        document = _answered(question, document)
    told = list(changes(loaded.document, document))
    if not told:
        say(f"Nothing was changed in {path}")
        return ExitCode.OK
    say("These settings change:")
    for line in told:
        say(f"  {line}")
    if not questionary.confirm(f"Save {path}?").unsafe_ask():
        say("Nothing was saved.")
        return ExitCode.DECLINED
    files.save(path, document)
    say(f"Saved {path}. Next: lamed preflight")
    return ExitCode.OK


def _ask_for_redis(document: Document, overridden: Mapping[str, str], path: Path) -> Document:
    """The document with the answers, tried against the server until it works or is to be kept as it is."""
    if overridden:
        say(f"{', '.join(dict.fromkeys(overridden.values()))} is set and decides over Redis, so that is not asked.")
        return document
    while True:
        document = _redis_answers(document)
        try:
            with open_store(files.check(document, path).redis) as store:
                seconds, facts = store.ping(), store.server_facts()
        except LamedError as error:
            say(f"{error.what} {error.fix}")
        else:
            say(f"{store.location} answers in {seconds * 1000:.1f} ms: {facts.software} {facts.version or ''}".rstrip())
            return document
        if not questionary.confirm("Correct the answers?").unsafe_ask():
            return document


def _redis_answers(document: Document) -> Document:
    if value_at(document, "redis.url") is not None:
        if questionary.confirm("Redis is set by a URL. Keep it?").unsafe_ask():
            return document
        document = with_values(document, {f"redis.{name}": None for name in files.CONNECTION_KEYS})
    for question in _REDIS_QUESTIONS:
        document = _answered(question, document)
    return document


def _answered(question: _Question, document: Document) -> Document:
    """The document with one more answer; what equals the default and was not set stays unset."""
    now = value_at(document, question.key)
    default = value_at(Config().model_dump(), question.key)
    shown = default if now is None else now
    answer = _ask(question, shown)
    if answer == shown:
        return document
    return with_values(document, {question.key: None if answer == default else answer})


def _ask(question: _Question, shown: Any) -> Any:
    if question.kind == "yes or no":
        return questionary.confirm(question.text, default=bool(shown)).unsafe_ask()
    if question.kind == "secret":
        secret = questionary.password(question.text).unsafe_ask()
        return shown if secret == "" else None if secret == _REMOVE else secret
    typed: str = questionary.text(
        question.text, default="" if shown is None else str(shown), validate=_validator(question)
    ).unsafe_ask()
    return _value(question, typed)


def _value(question: _Question, typed: str) -> Any:
    text = typed.strip()
    return int(text) if question.kind == "number" and text.isascii() and text.isdigit() else text or None


def _validator(question: _Question) -> Callable[[str], bool | str]:
    """What the model says of an answer, in its own words."""

    def validate(typed: str) -> bool | str:
        try:
            files.check(with_values({}, {question.key: _value(question, typed)}), Path(files.FILE_NAME))
        except ConfigError as error:
            return error.what.partition(f"{question.key}: ")[2]
        return True

    return validate
