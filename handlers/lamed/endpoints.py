"""The four handlers behind API Gateway: each takes a proxy event and always returns a well-formed proxy response.

========================  ======  ==========================================================================
what went wrong           status  ``error`` in the body
========================  ======  ==========================================================================
the request               400     missing_parameter, empty_parameter, repeated_parameter, parameter_too_long,
                                  invalid_parameter, too_many_parameters; `all`: too_large
a name not on the list    403     experiment_not_allowed
a limit is reached        429     limit_reached
the store, the settings   503     store_unreachable, store_error, misconfigured, internal_error
========================  ======  ==========================================================================

AlephBet keeps an event on every status but 200 and sends it again with the visitor's later events. So an event that
was refused with 403 or 429 is not lost: it counts as soon as the operator lists the name or raises the limit, and until
then it costs one more request with each event of that visitor. 403 and not 400, because the request is well formed and
its answer changes with the settings; not 429, because sending less would not help.
"""

from __future__ import annotations

import sys
import time

from lamed import events, removal, responses, results, store, tracking
from lamed.events import BadRequestError
from lamed.resp import StoreError, UnreachableError
from lamed.settings import SettingsError
from lamed.tracking import LimitReachedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from lamed.responses import Response
    from lamed.store import Store

    Clock: TypeAlias = Callable[[], float]
    # What a handler does: event, store, epoch seconds now, monotonic deadline -> outcome for the log, body of the 200.
    Work: TypeAlias = Callable[[object, Store, float, float], tuple[str, str]]

_MARGIN_SECONDS = 0.3  # for answering, and logging, after the store was given up
_NO_DEADLINE_SECONDS = 60.0
_LATER = "try again later."


class _NotAllowedError(Exception):
    """The experiment is not on the list of allowed ones."""


def track(event: object, context: object, *, clock: Clock | None = None) -> Response:
    """Count one event: ``experiment``, ``variant``, ``event``, ``uuid``, optionally ``namespace``.

    200 says that the event is counted, now (``{"status":"counted"}``) or before (``{"status":"duplicate"}``).
    `clock` gives the epoch seconds to count it at, by default the present.
    """
    return _handled("track", _track, event, context, clock)


def all_experiments(event: object, context: object, *, clock: Clock | None = None) -> Response:
    """Results of every experiment, or of those in ``scope``: a list in the shape of lamed 0.4.3.

    A name in the scope that does not exist has no goals.
    """
    return _handled("all", _all, event, context, clock)


def experiment(event: object, context: object, *, clock: Clock | None = None) -> Response:
    """Results of one ``experiment``: the list of its goals, empty when it does not exist."""
    return _handled("experiment", _experiment, event, context, clock)


def delete(event: object, context: object, *, clock: Clock | None = None) -> Response:
    """Remove one ``experiment`` with everything that belongs to it; 200 also when it does not exist."""
    return _handled("delete", _delete, event, context, clock)


def _track(event: object, warm: Store, now: float, deadline: float) -> tuple[str, str]:
    tracked = events.tracked_event(event, warm.settings)
    allowed = warm.settings.limits.experiments
    if allowed is not None and tracked.experiment not in allowed:
        raise _NotAllowedError
    status = (
        "duplicate" if tracking.track(warm, tracked, now=now, deadline=deadline) == tracking.DUPLICATE else "counted"
    )
    return status, f'{{"status":"{status}"}}'


def _all(event: object, warm: Store, _now: float, deadline: float) -> tuple[str, str]:
    namespace, scope, names = events.scope_of(event, warm.settings)
    found = results.read(warm, namespace, names, deadline=deadline)
    answer: list[object] = [{"meta": {"scope": scope}}]
    answer += [{"experiment": name, "goals": goals} for name, goals in found]
    return "read", _within_limits(responses.encoded(answer))


def _experiment(event: object, warm: Store, _now: float, deadline: float) -> tuple[str, str]:
    namespace, name = events.named_experiment(event, warm.settings)
    found = results.read(warm, namespace, [name], deadline=deadline)
    return "read", _within_limits(responses.encoded(found[0][1]))


def _delete(event: object, warm: Store, now: float, deadline: float) -> tuple[str, str]:
    namespace, name = events.named_experiment(event, warm.settings)
    removal.delete(warm, namespace, name, now=now, deadline=deadline)
    return "deleted", '{"status":"deleted"}'


def _within_limits(body: str) -> str:
    if len(body) + body.count('"') + body.count("\\") > responses.MOST_BODY_BYTES:
        raise BadRequestError("too_large", "scope", "must name fewer experiments: Lambda cannot answer this much")
    return body


def _handled(name: str, work: Work, event: object, context: object, clock: Clock | None) -> Response:
    started = time.monotonic()
    origins: tuple[str, ...] = ("*",)
    details: dict[str, str] = {}
    try:
        warm = store.current()
        origins = warm.settings.cors_origins
        outcome, body = work(event, warm, (clock or time.time)(), _deadline(context, started))
        status = 200
    except Exception as error:  # noqa: BLE001 - whatever happens, the client must learn that the event is not counted
        status, outcome, message, details = _failure(error)
        body = responses.error_body(outcome, message, details.get("parameter", ""))
    line = responses.log_line(
        request_id=_request_id(context),
        handler=name,
        outcome=outcome,
        status=status,
        milliseconds=round((time.monotonic() - started) * 1_000, 1),
        **details,
    )
    sys.stdout.write(line + "\n")
    return responses.response(status, body, origins=origins, asked_from=events.header(event, "origin"))


def _failure(error: Exception) -> tuple[int, str, str, dict[str, str]]:
    """Status, code, message and log details for an error."""
    match error:
        case BadRequestError():
            failure = (400, error.code, str(error), {"parameter": error.parameter})
        case _NotAllowedError():
            failure = (403, "experiment_not_allowed", "This experiment is not on the list of allowed ones.", {})
        case LimitReachedError():
            failure = (429, "limit_reached", str(error), {"limit": error.limit})
        case SettingsError():
            failure = (503, "misconfigured", str(error), {"setting": error.variable})
        case UnreachableError():
            failure = (503, "store_unreachable", f"The counters cannot be reached; {_LATER}", {"reason": error.reason})
        case StoreError():
            failure = (503, "store_error", f"The counters cannot be used now; {_LATER}", {"reason": error.reason})
        case _:
            failure = (503, "internal_error", f"Something went wrong; {_LATER}", {"reason": type(error).__name__})
    return failure


def _deadline(context: object, started: float) -> float:
    """Until when, on the monotonic clock, the store may take: a margin before the function's own end."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if not callable(remaining):
        return started + _NO_DEADLINE_SECONDS
    left = float(remaining()) / 1_000
    return started + max(left - _MARGIN_SECONDS, left / 2)


def _request_id(context: object) -> str:
    identifier = getattr(context, "aws_request_id", "")
    return identifier if isinstance(identifier, str) else ""
