"""A fresh home, and a dashboard on counters of its own."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.e2e.dashboards import count_something, running_dashboard
from tests.e2e.terminal import processes_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.dashboards import Dashboard


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A short path (Unix sockets allow about 100 characters); whatever a failing test leaves running is ended."""
    directory = tmp_path / "h"
    directory.mkdir()
    yield directory
    for pid in processes_of(directory):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def counted(valkey: str) -> str:
    """The URL of a Redis with one experiment."""
    count_something(valkey)
    return valkey


@pytest.fixture
def dashboard(tmp_path: Path, counted: str) -> Iterator[Dashboard]:
    with running_dashboard(tmp_path / "d", counted, "--no-open") as running:
        yield running
