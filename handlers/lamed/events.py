"""API Gateway proxy events, parsed and validated. Nothing in an event is trusted, least of all its types.

AWS puts the last of repeated values into the single-value query map, emulators put the first: the multi-value map is
read, and repeats are refused. Both maps are null when there is no query. The gateway has already percent-decoded every
value once; nothing is decoded again.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lamed.settings import Settings

_MOST_PARAMETERS = 32


class BadRequestError(Exception):
    """A request that no retry can mend.

    `code` is for machines; `parameter` names the culprit, and is empty when that is the query as a whole.
    """

    def __init__(self, code: str, parameter: str, problem: str) -> None:
        super().__init__(f"The parameter {parameter} {problem}." if parameter else f"The query {problem}.")
        self.code = code
        self.parameter = parameter


class TrackedEvent:
    """One event of one visitor: `goal` was reached (or `keys.PARTICIPATE`) in `variant`; `uuid` names the event."""

    __slots__ = ("experiment", "goal", "namespace", "uuid", "variant")

    def __init__(self, *, namespace: str, experiment: str, goal: str, variant: str, uuid: str) -> None:
        self.namespace = namespace
        self.experiment = experiment
        self.goal = goal
        self.variant = variant
        self.uuid = uuid


def tracked_event(event: object, settings: Settings) -> TrackedEvent:
    """The event that a request to track asks for.

    Raises:
        BadRequestError: a parameter is missing, empty, repeated, too long, or not text that a name may hold.
    """
    query = _query(event)
    limits = settings.limits
    return TrackedEvent(
        namespace=_namespace(query, settings),
        experiment=_required(query, "experiment", limits.name_bytes),
        goal=_required(query, "event", limits.name_bytes),
        variant=_required(query, "variant", limits.name_bytes),
        uuid=_required(query, "uuid", limits.uuid_bytes),
    )


def named_experiment(event: object, settings: Settings) -> tuple[str, str]:
    """Namespace and name of the experiment that a request is about.

    Raises:
        BadRequestError: as `tracked_event`.
    """
    query = _query(event)
    return _namespace(query, settings), _required(query, "experiment", settings.limits.name_bytes)


def scope_of(event: object, settings: Settings) -> tuple[str, str | None, list[str] | None]:
    """Namespace, the scope as it was given, and the experiments it names; None and None when all are asked for.

    An empty scope asks for all, as it did with 0.4.3.

    Raises:
        BadRequestError: as `tracked_event`.
    """
    query = _query(event)
    namespace = _namespace(query, settings)
    values = query.get("scope")
    if values in (None, [""]):
        return namespace, None, None
    scope = _single("scope", values)
    names = [name for name in scope.split(",") if name]
    for name in names:
        _checked("scope", name, settings.limits.name_bytes)
    return namespace, scope, names


def header(event: object, name: str) -> str:
    """The value of a request header (`name` in lower case), or an empty text."""
    headers = event.get("headers") if isinstance(event, dict) else None
    if isinstance(headers, dict):
        for key, value in headers.items():
            if isinstance(key, str) and key.lower() == name and isinstance(value, str):
                return value
    return ""


def _query(event: object) -> dict[str, object]:
    """Every query parameter with its list of values (or whatever stands there instead of a list)."""
    if not isinstance(event, dict):
        return {}
    values = event.get("multiValueQueryStringParameters")
    if not (isinstance(values, dict) and values):
        single = event.get("queryStringParameters")
        values = {name: [value] for name, value in single.items()} if isinstance(single, dict) else {}
    if sum(len(value) if isinstance(value, list) else 1 for value in values.values()) > _MOST_PARAMETERS:
        raise BadRequestError("too_many_parameters", "", f"has more than {_MOST_PARAMETERS} parameters")
    return {name: value for name, value in values.items() if isinstance(name, str)}


def _namespace(query: dict[str, object], settings: Settings) -> str:
    if query.get("namespace") is None:
        return settings.namespace
    return _required(query, "namespace", settings.limits.namespace_bytes)


def _required(query: dict[str, object], name: str, most_bytes: int) -> str:
    if query.get(name) in (None, []):
        raise BadRequestError("missing_parameter", name, "is missing")
    return _checked(name, _single(name, query[name]), most_bytes)


def _single(name: str, values: object) -> str:
    if isinstance(values, list) and len(values) > 1:
        raise BadRequestError("repeated_parameter", name, "is given more than once")
    value = values[0] if isinstance(values, list) and values else values
    if not isinstance(value, str):
        raise BadRequestError("invalid_parameter", name, "is not text")
    return value


def _checked(name: str, value: str, most_bytes: int) -> str:
    if not value:
        raise BadRequestError("empty_parameter", name, "is empty")
    if len(value) > most_bytes:
        raise BadRequestError("parameter_too_long", name, f"is longer than {most_bytes} bytes")
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise BadRequestError("invalid_parameter", name, "is not UTF-8") from None
    if size > most_bytes:
        raise BadRequestError("parameter_too_long", name, f"is longer than {most_bytes} bytes")
    if not value.isprintable() and any(c < " " or "\x7f" <= c <= "\x9f" for c in value):
        raise BadRequestError("invalid_parameter", name, "has a control character")
    if "\ufffd" in value:  # what gateways put in place of bytes that were not UTF-8
        raise BadRequestError("invalid_parameter", name, "is not UTF-8")
    if "%2525" in value:  # no name that a person gave, but one that a program encoded again and again
        raise BadRequestError("invalid_parameter", name, "is percent-encoded several times over")
    return value
