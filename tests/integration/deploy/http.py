"""Asking a deployed URL as a client does."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: Any


def ask(
    url: str, query: Mapping[str, str] | None = None, *, method: str = "GET", headers: Mapping[str, str] | None = None
) -> Answer:
    """Status, headers (names in lower case) and JSON body."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        target = parts.path + (f"?{urlencode(query)}" if query else "")
        connection.request(method, target, headers=dict(headers or {}))
        answer = connection.getresponse()
        text = answer.read().decode()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, json.loads(text) if text else None)
    finally:
        connection.close()


def event(uuid: str, **changes: str) -> dict[str, str]:
    return {"experiment": "button", "variant": "red", "event": "participate", "uuid": uuid, **changes}
