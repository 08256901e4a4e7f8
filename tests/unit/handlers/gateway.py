"""What API Gateway does around a handler: build the proxy event, and check the proxy response."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Handler: TypeAlias = Callable[[object, object], Mapping[str, Any]]


class Context:
    """The part of Lambda's context that the handlers use."""

    aws_request_id = "6c84fb90-12c4-11e1-840d-7b25c5ee775a"

    def __init__(self, remaining_milliseconds: int) -> None:
        self._remaining = remaining_milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._remaining


def proxy_event(headers: Mapping[str, str] | None = None, /, **query: str) -> dict[str, Any]:
    """The event for a GET with this query; no query is null, as AWS sends it."""
    return {
        "httpMethod": "GET",
        "headers": dict(headers) if headers else None,
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
        "body": None,
    }


def checked(response: Mapping[str, Any]) -> tuple[int, Any]:
    """Status and parsed body of a response that API Gateway would accept, with the headers every answer must have."""
    assert set(response) == {"statusCode", "headers", "body", "isBase64Encoded"}
    status, headers, body = response["statusCode"], response["headers"], response["body"]
    assert type(status) is int
    assert response["isBase64Encoded"] is False
    assert all(type(name) is str and type(value) is str for name, value in headers.items())
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Access-Control-Allow-Origin"]
    assert ("Retry-After" in headers) == (status == 503)
    document = json.loads(body)
    if status != 200:
        assert set(document) - {"parameter"} == {"error", "message"}
    json.dumps(response)  # Lambda serialises what a handler returns
    return status, document


def call(handler: Handler, context: object = None, /, **query: str) -> tuple[int, Any]:
    """Call a handler as the gateway would: status and parsed body."""
    return checked(handler(proxy_event(**query), context))
