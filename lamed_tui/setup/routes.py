"""The endpoints step: `extra_wiring` as a table, and one entry of it as a form. Pure.

An entry is a JSON object as it stands in the file; what a form does not ask for stays in it untouched.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from lamed_tui.config.checking import check, problems
from lamed_tui.config.documents import value_at, with_values, wrapped
from lamed_tui.config.files import FILE_NAME
from lamed_tui.config.model import MethodWiring
from lamed_tui.deploy import urls, wiring
from lamed_tui.deploy.template_api import STAGE_NAME
from lamed_tui.errors import ConfigError
from lamed_tui.setup.questions import Choice, Question, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.config.documents import Document
    from lamed_tui.setup.questions import Given

Entry = dict[str, Any]

DEEDS: Mapping[str, str] = {
    wiring.TRACK: "counts events",
    wiring.ALL: "reads all results",
    wiring.EXPERIMENT: "reads one experiment",
    wiring.DELETE: "deletes an experiment",
}
"""What each handler does, for people."""

HANDLER = Question(
    "lambda.Handler",
    "Does",
    "What a request to this address does.",
    "choice",
    tuple(Choice(handler, DEEDS.get(handler, handler)) for handler in wiring.HANDLERS),
)
PATH = Question(
    "api_gateway.pathPart",
    "Path",
    "One path segment, without a slash. Ad-blockers know words such as track, event or stats.",
    hint="hello",
)
METHOD = Question(
    "api_gateway.method.httpMethod",
    "Method",
    "AlephBet sends GET.",
    "choice",
    tuple(Choice(name, name) for name in get_args(MethodWiring.model_fields["http_method"].annotation)),
)
API_KEY = Question(
    "api_gateway.method.apiKeyRequired",
    "API key",
    "Whether callers need the API key. A page cannot keep one secret, so events go without.",
    "flag",
)
FUNCTION = Question(
    "lambda.FunctionName",
    "Function",
    "The Lambda function behind it. Endpoints with the same name share one.",
)
MEMORY = Question(
    "lambda.MemorySize",
    "Memory MB",
    f"Empty leaves it to the function, {wiring.DEFAULT_MEMORY_MB} for a new one.",
    "number",
)
TIMEOUT = Question(
    "lambda.Timeout",
    "Timeout s",
    f"Empty leaves it to the function, {wiring.DEFAULT_TIMEOUT_SECONDS} for a new one. API Gateway waits 29 at most.",
    "number",
)
ROUTE_QUESTIONS = (HANDLER, PATH, METHOD, API_KEY, FUNCTION, MEMORY, TIMEOUT)

BLOCKER_HINT = (
    "Ad-blockers stop requests to addresses with the word track, and those visitors are not counted. "
    "A second address with a neutral word counts them too."
)

_NEUTRAL_PATHS = ("hello", "greeting", "weather", "menu", "lunch")
_UNKNOWN = "?"


@dataclass(frozen=True)
class Row:
    """One endpoint.

    Attributes:
        index: of the entry in `extra_wiring`; None for a built-in one, which cannot be changed.
        path: with the slash.
        does: what a request does, for people.
        function: the Lambda function's name in AWS.
    """

    index: int | None
    path: str
    method: str
    does: str
    needs_key: bool
    function: str


@dataclass(frozen=True)
class Overview:
    """All endpoints, the built-in ones first.

    Attributes:
        problem: why they cannot be deployed as they are; empty when they can.
        warnings: what to know about them; only where there is no problem.
        lacks_neutral_path: whether every address that counts events has a word that ad-blockers know.
    """

    rows: tuple[Row, ...]
    problem: str
    warnings: tuple[str, ...]
    lacks_neutral_path: bool


def entries_of(document: Mapping[str, Any]) -> list[Entry]:
    """The additional endpoints of a document; what is no object is left out."""
    return [entry for entry in document.get("extra_wiring", []) if isinstance(entry, dict)]


def overview(document: Mapping[str, Any]) -> Overview:
    """What a document's endpoints come to."""
    name = value_at(document, "name") or "lamed"
    built_in = [entry.model_dump(by_alias=True) for entry in wiring.BUILT_IN]
    rows = [_row(None, entry, str(name)) for entry in built_in]
    rows += [_row(index, entry, str(name)) for index, entry in enumerate(entries_of(document))]
    problem, warnings = _judged(document)
    counting = [row.path for row in rows if row.does == DEEDS[wiring.TRACK]]
    return Overview(tuple(rows), problem, warnings, all("track" in path.lower() for path in counting))


def base_url(region: str | None, endpoint_url: str | None) -> str:
    """Where the API will answer. Its id is not known before the first deployment and stands as `…`."""
    return urls.address("…", STAGE_NAME, region or "REGION", endpoint_url)


# The form -----------------------------------------------------------------------------------------------------------


def new_entry(handler: str, path: str) -> Entry:
    """An additional endpoint with what is usual for its handler."""
    return with_handler(with_values({}, {PATH.key: path or None}), handler)


def neutral_entry(document: Mapping[str, Any]) -> Entry:
    """A second address for events, with a word that no ad-blocker minds and that is not in use yet."""
    used = {row.path.removeprefix("/") for row in overview(document).rows}
    path = next((path for path in _NEUTRAL_PATHS if path not in used), f"{_NEUTRAL_PATHS[0]}-{len(used)}")
    return new_entry(wiring.TRACK, path)


def with_handler(entry: Entry, handler: str) -> Entry:
    """The entry with another handler, and with that handler's usual function, method and need of a key."""
    model = next((one for one in wiring.BUILT_IN if one.function.handler == handler), None)
    function = model.function.function_name if model else handler.replace(".", "-")
    method = model.route.method.http_method if model else "GET"
    return with_values(
        entry,
        {
            HANDLER.key: handler,
            FUNCTION.key: function,
            METHOD.key: method,
            API_KEY.key: handler != wiring.TRACK,
        },
    )


def with_route_answer(entry: Entry, question: Question, given: Given) -> Entry:
    """The entry with an answer in it, also one that is not allowed yet; a new handler brings its usual companions."""
    if question is HANDLER and isinstance(given, str):
        return entry if given == value_at(entry, HANDLER.key) else with_handler(entry, given)
    values = values_of(question, given)
    if question is PATH:
        values = {key: (value.strip("/") or None) if isinstance(value, str) else value for key, value in values.items()}
    return with_values(entry, values)


def with_entry(document: Mapping[str, Any], index: int | None, entry: Entry) -> list[Entry]:
    """The entries with one replaced, or added at the end."""
    entries = entries_of(document)
    return [*entries, entry] if index is None else [*entries[:index], entry, *entries[index + 1 :]]


def without_entry(document: Mapping[str, Any], index: int) -> list[Entry]:
    """The entries without one."""
    entries = entries_of(document)
    return [*entries[:index], *entries[index + 1 :]]


def problems_with_entry(document: Mapping[str, Any], index: int | None, entry: Entry) -> dict[str, str]:
    """What is wrong with an entry, by the key of the question to change; what concerns all of it under no key."""
    entries = with_entry(document, index, entry)
    prefix = f"extra_wiring.{len(entries) - 1 if index is None else index}."
    found = {
        key.removeprefix(prefix): sentence
        for key, sentence in problems({"extra_wiring": entries})
        if key.startswith(prefix)
    }
    if found:
        return {key if key in {question.key for question in ROUTE_QUESTIONS} else "": found[key] for key in found}
    problem, _ = _judged({**document, "extra_wiring": entries})
    if not problem:
        return {}
    return {"": _of_the_form(problem.removeprefix(prefix))}


def _judged(document: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """What is wrong with a document's endpoints, and otherwise what to know about them."""
    part: Document = wrapped({key: document[key] for key in ("name", "extra_wiring") if key in document})
    found = [problem for problem in problems(part) if problem.key.startswith("extra_wiring")]
    if found:
        return "; ".join(f"{key}: {sentence}" for key, sentence in found) + ".", ()
    part = part if not problems(part) else {"extra_wiring": part.get("extra_wiring", [])}
    try:
        return "", wiring.resolve(check(part, Path(FILE_NAME))).warnings
    except ConfigError as error:
        return error.what, ()


def _of_the_form(problem: str) -> str:
    """A sentence about an entry without the part of its path that a form shows by itself."""
    return problem.removeprefix("lambda.").removeprefix("api_gateway: ").removeprefix("api_gateway.")


def _row(index: int | None, entry: Mapping[str, Any], name: str) -> Row:
    handler, function = value_at(entry, HANDLER.key), value_at(entry, FUNCTION.key)
    return Row(
        index,
        f"/{value_at(entry, PATH.key) or _UNKNOWN}",
        str(value_at(entry, METHOD.key) or "GET"),
        DEEDS.get(str(handler), str(handler or _UNKNOWN)),
        value_at(entry, API_KEY.key) is True,
        f"{name}-{wiring.function_role(str(function))}" if function else _UNKNOWN,
    )
