"""Scripted backends whose threads end with the test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.console.operate.scripted import MakeScript, Script
from tests.integration.deploy.conftest import place

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["place"]


@pytest.fixture
def script() -> Iterator[MakeScript]:
    """Makes scripted backends."""
    made: list[Script] = []

    def make(**parts: Any) -> Script:
        made.append(Script(**parts))
        return made[-1]

    yield make
    for one in made:
        one.close()
