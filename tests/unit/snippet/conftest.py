"""One Node.js for the snippet tests of a test process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.snippet.page import running_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.snippet.page import Page


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    """A page that evaluates snippets."""
    with running_page() as running:
        yield running
