"""A place of its own on the real emulator for each test: a region that nobody else uses, and an empty Redis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import redis

from lamed_tui.aws.session import Aws, connect
from lamed_tui.config.model import Config
from lamed_tui.deploy import engine
from lamed_tui.deploy.events import Deployed, DeployEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.deploy.package import Package

_regions = count(1)


@dataclass(frozen=True)
class Place:
    """Where a test deploys.

    Attributes:
        environment: the variables that lead any process here.
    """

    name: str
    redis_url: str
    environment: Mapping[str, str]

    def config(self, **values: Any) -> Config:
        return Config.model_validate({"name": self.name, "redis": {"url": self.redis_url}, **values})

    @cached_property
    def aws(self) -> Aws:
        return connect(self.config().aws, self.environment)

    def deploy(
        self, config: Config | None = None, *, package: Package | None = None, options: engine.Options | None = None
    ) -> list[DeployEvent]:
        """Every event of one deployment, until its end."""
        return list(engine.deploy(config or self.config(), self.aws, package=package, options=options))

    def deployed(self, config: Config | None = None, **more: Any) -> Deployed:
        """The last event of a deployment that ends well."""
        last = self.deploy(config, **more)[-1]
        assert isinstance(last, Deployed)
        return last

    def keys(self) -> list[str]:
        """Every key in Redis."""
        with redis.Redis.from_url(self.redis_url, decode_responses=True) as client:
            return sorted(client.scan_iter())


@pytest.fixture
def place(emulator: str, valkey: str) -> Place:
    """A region that no other test of this process uses; the emulator takes any name of the right form."""
    environment = {
        "AWS_ENDPOINT_URL": emulator,
        "AWS_ACCESS_KEY_ID": "000000000000",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": f"eu-test-{next(_regions)}",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return Place("shop", valkey, environment)
