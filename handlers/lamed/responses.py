"""What the handlers answer: proxy-integration responses with JSON bodies, CORS and caching headers, and log lines.

AlephBet takes an event off its queue on status 200 alone, and sends the whole queue again with every later event.
So 200 means "safely counted, now or before"; everything else means "not counted, keep it".
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Response: TypeAlias = dict[str, int | str | bool | dict[str, str]]

RETRY_AFTER_SECONDS = 5
MOST_BODY_BYTES = 5_500_000  # Lambda's limit for an answer is 6 MB, with the body escaped as a JSON string once more


def response(status: int, body: str, *, origins: tuple[str, ...] = ("*",), asked_from: str = "") -> Response:
    """A proxy-integration response.

    `origins` are the allowed ones; of several the one that the request came from (`asked_from`, its Origin header) is
    named, or else the first, which makes the browser refuse the answer.
    """
    headers = {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Access-Control-Allow-Origin": asked_from if asked_from in origins else origins[0],
    }
    if len(origins) > 1:
        headers["Vary"] = "Origin"
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}


def encoded(document: object) -> str:
    """`document` as JSON, in ASCII."""
    import json  # costs 11 ms of CPU; Lambda has loaded it already, and tracking never needs it

    return json.dumps(document, separators=(",", ":"))


def error_body(code: str, message: str, parameter: str = "") -> str:
    """The body of every answer but 200; `parameter` names the culprit in the query, when there is one."""
    document = {"error": code, "message": message}
    return encoded({**document, "parameter": parameter} if parameter else document)


def log_line(**fields: str | int | float) -> str:
    """One JSON object. Texts are reduced to plain words, so that nothing from outside can pass through a log."""
    pairs = [f'"{name}":{_word(value) if isinstance(value, str) else value}' for name, value in fields.items()]
    return "{" + ",".join(pairs) + "}"


def _word(text: str) -> str:
    if not (text.isascii() and text.replace("-", "").replace("_", "").isalnum()):
        text = "".join([c for c in text if c.isascii() and (c.isalnum() or c in "-_")])
    return f'"{text[:64]}"'
