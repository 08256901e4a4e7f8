"""What a snippet says: the experiment, and which of its parts cannot work."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Format = Literal["html", "module"]
FORMATS: tuple[Format, ...] = ("html", "module")

MAX_WEIGHT = 1_000_000

_RESERVED_GOALS = {
    "participate": "it is how AlephBet counts visitors",
    # AlephBet stores a reached goal under the same name as its own state, so it would take the goal for reached.
    "variant": "AlephBet keeps the chosen variant under that name",
    "in_sample": "AlephBet keeps the sampling decision under that name",
}
_FUNCTION = re.compile(r"\s*(?:async\b\s*)?(?:function\b|\([^()]*\)\s*=>|[\w$]+\s*=>)")
_HTML_PITFALL = re.compile(r"<!--|</?script", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# What gateways put in place of bytes that were not UTF-8, and what programs make of names encoded again and again.
_MANGLED = re.compile("\ufffd|%2525")


@dataclass(frozen=True)
class Variant:
    """One version of the page. `weight` is a whole number relative to the other variants' weights."""

    name: str
    weight: int | None = None


@dataclass(frozen=True)
class Goal:
    """Something a visitor can do; a unique goal counts once a visitor, another one each time."""

    name: str
    unique: bool = True


@dataclass(frozen=True)
class SnippetSpec:
    """Everything a snippet is built from.

    Attributes:
        track_url: absolute URL of the tracking endpoint, without query.
        sample: share of the visitors who take part, above 0 and up to 1.
        user_id: JavaScript expression for the id of the person signed in; falsy when nobody is.
        trigger: JavaScript expression, true when this visitor should take part now.
        uuid_expiry_seconds: how long the backend recognises a repeated event; later the page sends it no more.
        library_url: where the page loads AlephBet from; the integrity hash stays the pinned version's.
    """

    experiment: str
    variants: tuple[Variant, ...]
    goals: tuple[Goal, ...]
    track_url: str
    namespace: str = "alephbet"
    sample: float = 1.0
    user_id: str | None = None
    trigger: str | None = None
    format: Format = "html"
    uuid_expiry_seconds: int = 86_400
    library_url: str | None = None


@dataclass(frozen=True)
class NameLimits:
    """How long the backend lets names be, in UTF-8 bytes; it refuses events with longer ones (`lamed.events`)."""

    name_bytes: int = 128
    namespace_bytes: int = 64


@dataclass(frozen=True)
class Problem:
    """Why a snippet cannot be built. `field` is an attribute of `SnippetSpec`; `message` is a sentence on its own."""

    field: str
    message: str


def problems(spec: SnippetSpec, limits: NameLimits | None = None) -> tuple[Problem, ...]:
    """Everything that would make the snippet fail in the page or its events be refused; empty when it is sound."""
    return tuple(_problems(spec, limits or NameLimits()))


def _problems(spec: SnippetSpec, limits: NameLimits) -> Iterator[Problem]:
    yield from _name("experiment", "The experiment's name", spec.experiment, limits.name_bytes)
    yield from _name("namespace", "The namespace", spec.namespace, limits.namespace_bytes)
    yield from _variants(spec.variants, limits)
    yield from _goals(spec.goals, limits)
    yield from _url("track_url", "The tracking URL", spec.track_url, query_allowed=False)
    if spec.library_url is not None:
        yield from _url("library_url", "AlephBet's URL", spec.library_url, query_allowed=True)
    if not (math.isfinite(spec.sample) and 0 < spec.sample <= 1):
        yield Problem("sample", "The sample must be above 0 and at most 1; 0.5 is half of the visitors.")
    yield from _expression("user_id", "The user id", spec.user_id, "an expression such as currentUser.id")
    yield from _expression("trigger", "The trigger", spec.trigger, 'an expression such as location.pathname === "/"')
    if spec.format not in FORMATS:
        yield Problem("format", "The format must be html or module.")


def _variants(variants: Sequence[Variant], limits: NameLimits) -> Iterator[Problem]:
    if len(variants) < 2:
        yield Problem("variants", "An experiment needs at least two variants, such as control and blue.")
    for variant in variants:
        yield from _name("variants", "A variant's name", variant.name, limits.name_bytes)
        if variant.weight is not None and not 1 <= variant.weight <= MAX_WEIGHT:
            yield Problem(
                "variants",
                f"The weight of variant {variant.name!r} must be a whole number from 1 to {MAX_WEIGHT}.",
            )
    yield from _repeats("variants", "variant", [variant.name for variant in variants])
    unweighted = [variant.name for variant in variants if variant.weight is None]
    if unweighted and len(unweighted) < len(variants):
        yield Problem(
            "variants",
            f"Either every variant has a weight or none has: {', '.join(map(repr, unweighted))} has none.",
        )


def _goals(goals: Sequence[Goal], limits: NameLimits) -> Iterator[Problem]:
    for goal in goals:
        yield from _name("goals", "A goal's name", goal.name, limits.name_bytes)
        if reason := _RESERVED_GOALS.get(goal.name):
            yield Problem("goals", f"A goal cannot be named {goal.name!r}: {reason}.")
    yield from _repeats("goals", "goal", [goal.name for goal in goals])


def _repeats(field: str, what: str, names: Sequence[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield Problem(field, f"The {what} {name!r} is named more than once.")


def _name(field: str, what: str, name: str, limit: int) -> Iterator[Problem]:
    if not name:
        yield Problem(field, f"{what} must not be empty.")
    elif _CONTROL.search(name):
        yield Problem(field, f"{what} must not hold control characters: {name!r}.")
    elif not _is_unicode(name) or _MANGLED.search(name):
        yield Problem(field, f"{what} looks damaged by an encoding: {name!r}.")
    elif len(name.encode()) > limit:
        yield Problem(field, f"{what} is {len(name.encode())} bytes long; the backend counts names up to {limit}.")


def _url(field: str, what: str, url: str, *, query_allowed: bool) -> Iterator[Problem]:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        has_credentials = "@" in parts.netloc
    except ValueError:
        sound = has_credentials = False
    if not sound or not _is_unicode(url) or re.search(r"[\s\\\"'<>]", url) or _CONTROL.search(url):
        example = "" if query_allowed else ", such as https://abc123.execute-api.eu-central-1.amazonaws.com/prod/track"
        yield Problem(field, f"{what} must be an absolute http or https URL{example}.")
    elif has_credentials:
        yield Problem(field, f"{what} must not hold a user or a password: every visitor could read them.")
    elif "#" in url or ("?" in url and not query_allowed):
        yield Problem(field, f"{what} must end with its path: AlephBet adds the query itself.")


def _expression(field: str, what: str, source: str | None, example: str) -> Iterator[Problem]:
    if source is None:
        return
    if not source.strip() or _CONTROL.search(source) or not _is_unicode(source):
        yield Problem(field, f"{what} must be one line of JavaScript: {example}.")
    elif _FUNCTION.match(source):
        yield Problem(field, f"{what} must be {example}, not a function.")
    elif _HTML_PITFALL.search(source):
        yield Problem(field, f"{what} holds text that would end the script in an HTML page; write it as <\\/script.")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
