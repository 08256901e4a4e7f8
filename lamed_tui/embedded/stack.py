"""The embedded stack: Valkey and the AWS emulator together, in one temporary folder that goes with them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lamed_tui.embedded.emulator import running_emulator
from lamed_tui.embedded.valkey import running_valkey
from lamed_tui.embedded.watchdog import ended_with_us

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Stack:
    """Where the two servers listen.

    Attributes:
        redis_url: `redis://127.0.0.1:<port>/0`.
        endpoint_url: `http://127.0.0.1:<port>`, which stands for AWS.
    """

    redis_url: str
    endpoint_url: str

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that point any `lamed` command at this stack."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            # The emulator takes any credentials; these belong to no account anywhere.
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "LAMED_REDIS_URL": self.redis_url,
        }


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Run both servers for as long as the context lasts.

    Raises:
        EmbeddedError: a server is not installed or did not start; the other one is then gone too.
    """
    with TemporaryDirectory(prefix="lamed-demo-") as directory, ended_with_us(folder=Path(directory)):
        folders = {name: Path(directory, name) for name in ("valkey", "emulator")}
        for folder in folders.values():
            folder.mkdir()
        with running_valkey(folders["valkey"]) as redis_url, running_emulator(folders["emulator"]) as endpoint_url:
            yield Stack(redis_url, endpoint_url)
