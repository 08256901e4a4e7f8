"""Servers of a particular kind that the tests of several packages ask for."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lamed_tui.embedded.emulator import running_emulator
from tests.integration.guarded import GuardedAccount
from tests.redis_servers import a_certificate, running_redis_7

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.redis_servers import RedisServer


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedAccount]:
    """An account, the module's own, in which nobody may do what no policy allows."""
    with running_emulator(tmp_path_factory.mktemp("guarded"), {"AUTH": "true"}) as endpoint:
        yield GuardedAccount(endpoint)


@pytest.fixture(scope="session")
def redis_7() -> Iterator[RedisServer]:
    """Redis 7.0 on TCP, TLS and a unix socket. In a folder of its own: a socket's path must be short."""
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    try:
        with running_redis_7(folder, certificate=a_certificate(folder)) as server:
            yield server
    finally:
        shutil.rmtree(folder)
