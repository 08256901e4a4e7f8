"""A deployed backend: what `lamed snippet` prints for it, and what its counters say."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lamed_tui.aws.session import connect
from lamed_tui.config.model import Config
from lamed_tui.deploy import engine, status
from lamed_tui.deploy.events import Deployed
from lamed_tui.embedded.demo import mismatches
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lamed_tui.embedded.demo import CounterName, Mismatch


@dataclass(frozen=True)
class Backend:
    """One stack as its operator sees it.

    Attributes:
        base_url: where the API answers, without a slash at the end.
        api_key: for `/experiments` and `/delete`.
    """

    base_url: str
    api_key: str = field(repr=False)
    _config: Config
    _config_file: Path
    _environment: Mapping[str, str]

    @property
    def namespace(self) -> str:
        """Whose events these are when a snippet names no other."""
        return self._config.namespace

    def snippet(self, *options: str) -> str:
        """What `lamed snippet` prints with these options; the address is found by asking the stack.

        Raises:
            CalledProcessError: the command failed.
        """
        command = [sys.executable, "-m", "lamed_tui", "--config", str(self._config_file), "snippet", *options]
        run = subprocess.run(
            command, env=dict(self._environment), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def mismatches(self, namespace: str, expected: Mapping[CounterName, int]) -> list[Mismatch]:
        """Every counter of the namespace that is not exactly what is expected."""
        with open_store(self._config.redis) as store:
            return mismatches(expected, RedisSource(store, namespace, {}).read())

    def assert_counts(self, namespace: str, expected: Mapping[CounterName, int], *, seconds: float = 30) -> None:
        """Wait for the counters to be exactly what is expected.

        Raises:
            AssertionError: they never were, or one is past it already; the differences are in the message.
        """
        deadline = time.monotonic() + seconds
        while found := self.mismatches(namespace, expected):
            if time.monotonic() > deadline or any(one.counted > one.acknowledged for one in found):
                raise AssertionError("\n".join(map(str, found)))
            time.sleep(0.05)


def deploy(settings: Mapping[str, Any], environment: Mapping[str, str], directory: Path) -> Backend:
    """Deploy what a config.json says, as `lamed deploy` does, to the stack that the environment names.

    Args:
        settings: the content of the file.
        environment: variables of an operator's shell.
        directory: an existing folder for the file.
    """
    file = directory / "config.json"
    file.write_text(json.dumps(settings))
    config = Config.model_validate(settings)
    aws = connect(config.aws, environment)
    *_, outcome = engine.deploy(config, aws)
    assert isinstance(outcome, Deployed)
    return Backend(
        outcome.base_url,
        status.read_api_key(aws, outcome.api_key_id),
        config,
        file,
        {**environment, "HOME": str(directory)},
    )
