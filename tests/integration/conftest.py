"""Servers of a particular kind that the tests of several packages ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamed_tui.embedded.emulator import running_emulator
from tests.integration.guarded import GuardedAccount

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedAccount]:
    """An account, the module's own, in which nobody may do what no policy allows."""
    with running_emulator(tmp_path_factory.mktemp("guarded"), {"AUTH": "true"}) as endpoint:
        yield GuardedAccount(endpoint)
