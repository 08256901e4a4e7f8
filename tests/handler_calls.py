"""The handlers called as API Gateway calls them, on whatever store the environment names."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import lamed
from lamed import store

from tests.unit.handlers import gateway

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pytest


class Answer(NamedTuple):
    """What a client sees: the status, and the body parsed."""

    status: int
    body: Any


def call(handler: str, **query: str) -> Answer:
    """Invoke `track`, `all`, `experiment` or `delete`."""
    return Answer(*gateway.call(getattr(lamed, handler), **query))


def count(**query: str) -> str:
    """Track one event that must be accepted: "counted" or "duplicate"."""
    answer = call("track", **query)
    if answer.status != 200:
        raise AssertionError(f"{query} was answered {answer}")
    return str(answer.body["status"])


@contextmanager
def handlers_on(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The handlers in an environment of their own, from a cold start to the end of their connections."""
    with monkeypatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        forget_warm_store()
        try:
            yield
        finally:
            forget_warm_store()


def forget_warm_store() -> None:
    """Close what the last invocations kept open: the next one starts cold."""
    if store._Warm.store is not None:
        for connection in store._Warm.store._idle:
            connection.close()
    store._Warm.store, store._Warm.settled = None, False
