"""A page, and the real AlephBet in it."""

from __future__ import annotations

import pytest

from tests.alephbet import alephbet as published
from tests.unit.snippet.conftest import page

__all__ = ["page"]


@pytest.fixture(scope="session")
def alephbet() -> bytes:
    """The file that snippets load, as npm has published it."""
    return published()
