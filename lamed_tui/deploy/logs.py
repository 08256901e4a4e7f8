"""The handlers' logs from CloudWatch, merged by time over all functions and parsed from their JSON lines."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from lamed_tui.aws.errors import ServiceError, TransientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

    from lamed_tui.aws.session import Aws
    from lamed_tui.deploy.clock import Clock

Level = Literal["debug", "info", "warning", "error"]

_LEVELS: Mapping[str, Level] = {
    "TRACE": "debug",
    "DEBUG": "debug",
    "INFO": "info",
    "WARN": "warning",
    "WARNING": "warning",
    "ERROR": "error",
    "FATAL": "error",
    "CRITICAL": "error",
}
_PLATFORM = re.compile(r"(START|END|REPORT|INIT_START|EXTENSION|TELEMETRY) ?(RequestId|Runtime Version|Name)?:?")
_ALARM = re.compile(r"\[ERROR\]|Traceback|Task timed out|Runtime\.\w+|errorMessage", re.IGNORECASE)
_OVERLAP_MILLISECONDS = 30_000
"""CloudWatch may show a line some seconds after younger ones of other streams: the recent past is read again."""


@dataclass(frozen=True)
class Line:
    """One line of a log.

    Attributes:
        at: when, in UTC.
        function: the name of the function that wrote it.
        level: what it says of its own importance; for a handler's line, what its HTTP status means.
        text: the line, or for a line of JSON its message or what it says in short.
        fields: what the line's JSON object holds; empty for plain text.
    """

    at: datetime
    function: str
    level: Level
    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> Mapping[str, Any]:
        """The form that scripts rely on."""
        return {
            "at": self.at.isoformat(timespec="milliseconds"),
            "function": self.function,
            "level": self.level,
            "text": self.text,
            "fields": dict(self.fields),
        }


def parse(at_milliseconds: int, function: str, message: str) -> Line:
    """A line from its time (milliseconds since the epoch), its function and its text."""
    at, message = datetime.fromtimestamp(at_milliseconds / 1000, UTC), message.rstrip()
    try:
        document = json.loads(message) if message.startswith("{") else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return Line(at, function, _level_of_text(message), message)
    return Line(at, function, _level_of(document), _in_short(document), document)


def merged(lines: Sequence[Line]) -> list[Line]:
    """Lines of several functions in the order of time; those of one moment stay in the order they came in."""
    return sorted(lines, key=lambda line: line.at)


def _level_of_text(message: str) -> Level:
    if _PLATFORM.match(message):
        return "debug"
    return "error" if _ALARM.search(message) else "info"


def _level_of(document: Mapping[str, Any]) -> Level:
    status = document.get("status")
    if isinstance(status, int) and not isinstance(status, bool):
        return "error" if status >= 500 else "warning" if status >= 400 else "info"
    named = document.get("level") or document.get("log_level")
    if isinstance(named, str) and named.upper() in _LEVELS:
        return _LEVELS[named.upper()]
    if str(document.get("type", "")).startswith("platform."):
        return "debug"
    return "error" if "errorMessage" in document else "info"


def _in_short(document: Mapping[str, Any]) -> str:
    if "handler" in document and "outcome" in document:
        rest = {
            name: value
            for name, value in document.items()
            if name not in {"handler", "outcome", "status", "milliseconds", "request_id"}
        }
        told = [f"{document.get('status', '')}", str(document["handler"]), str(document["outcome"])]
        told += [f"{document['milliseconds']} ms"] if "milliseconds" in document else []
        return " ".join([*told, *(f"{name}={value}" for name, value in rest.items())])
    for name in ("message", "errorMessage", "type"):
        if isinstance(document.get(name), str):
            return str(document[name])
    return json.dumps(document, ensure_ascii=False)


@dataclass
class Tail:
    """The logs of some functions, read once or again and again.

    Attributes:
        groups: the log group of each function.
        since: milliseconds since the epoch.
    """

    aws: Aws
    groups: Mapping[str, str]
    since: int
    _seen: dict[str, int] = field(default_factory=dict)
    """The times of the events that were given, by their names; those that are not read again are forgotten."""

    def read(self) -> list[Line]:
        """Every line since the beginning that was not given before, in the order of time.

        Raises:
            AwsError: AWS refused or could not be reached.
        """
        # All groups first: what is marked as given although a later group could not be read would never be shown.
        events = [(function, event) for function, group in self.groups.items() for event in self._events(group)]
        return merged(
            [
                parse(event.get("timestamp", 0), function, event.get("message", ""))
                for function, event in events
                if self._is_new(event)
            ]
        )

    def follow(self, clock: Clock, on_trouble: Callable[[str], None]) -> Iterator[Line]:
        """Every line, for ever; what AWS does not answer now is asked again.

        Raises:
            AwsError: AWS refused.
        """
        while True:
            try:
                yield from self.read()
            except TransientError as error:
                on_trouble(f"{error.what} Asking again.")
            else:
                self.go_on(clock.now())
            clock.sleep(self.pause)

    @property
    def pause(self) -> float:
        """Seconds to wait between two readings."""
        return 0.5 if self.aws.endpoint_url else 2.0

    def go_on(self, now: datetime) -> None:
        """Read only what is younger than a moment ago from now on."""
        self.since = max(self.since, int(now.timestamp() * 1000) - _OVERLAP_MILLISECONDS)
        self._seen = {name: at for name, at in self._seen.items() if at >= self.since}

    def _events(self, group: str) -> Iterator[FilteredLogEventTypeDef]:
        try:
            for page in self.aws.logs.get_paginator("filter_log_events").paginate(
                logGroupName=group, startTime=self.since
            ):
                yield from page["events"]
        except ServiceError as error:
            if error.code != "ResourceNotFoundException":  # the group comes with the function
                raise

    def _is_new(self, event: FilteredLogEventTypeDef) -> bool:
        name = event.get("eventId") or f"{event.get('logStreamName')} {event.get('timestamp')} {event.get('message')}"
        if name in self._seen:
            return False
        self._seen[name] = event.get("timestamp", 0)
        return True
