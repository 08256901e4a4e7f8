"""A dashboard on counters of its own, and a browser to see it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.dashboards import count_something, running_dashboard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.dashboards import Dashboard


@pytest.fixture
def counted(valkey: str) -> str:
    """The URL of a Redis with one experiment."""
    count_something(valkey)
    return valkey


@pytest.fixture
def dashboard(tmp_path: Path, counted: str) -> Iterator[Dashboard]:
    with running_dashboard(tmp_path / "d", counted, "--no-open") as running:
        yield running
