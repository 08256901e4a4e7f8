"""Where a test deploys, what it deploys, and what it finds there."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest
import redis

from lamed_tui.aws.session import Aws, connect
from lamed_tui.config.model import Config
from lamed_tui.deploy import artefacts, engine, live, releases, template
from lamed_tui.deploy.events import Deployed, DeployEvent
from lamed_tui.deploy.options import Options
from lamed_tui.deploy.package import pack
from tests.integration.deploy.http import ask, event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lamed_tui.deploy.artefacts import Artefacts
    from lamed_tui.deploy.package import Package
    from lamed_tui.deploy.releases import Release

UNTRIED = Options(smoke_test=False)
"""A deployment without the smoke test, where the answers do not matter."""

BROKEN = pack({"lamed/__init__.py": b"import nothing_of_that_name\n"})
"""Handlers that cannot be loaded."""


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
        self, config: Config | None = None, *, package: Package | None = None, options: Options | None = None
    ) -> list[DeployEvent]:
        """Every event of one deployment, until its end."""
        return list(engine.deploy(config or self.config(), self.aws, package=package, options=options))

    def deployed(self, config: Config | None = None, **more: Any) -> Deployed:
        """The last event of a deployment that ends well."""
        last = self.deploy(config, **more)[-1]
        assert isinstance(last, Deployed)
        return last

    def artefacts(self) -> Artefacts:
        """The bucket of packages and records that a deployment has made."""
        found = artefacts.find(self.aws)
        assert found is not None
        return found

    def record(self, release: int) -> Release:
        """What was recorded of a release."""
        found = releases.read(self.artefacts(), self.name, release)
        assert found is not None
        return found

    def variables(self) -> Mapping[str, str]:
        """What the function that counts is told, as it is live."""
        name = f"{self.name}-track"
        answer = self.aws.functions.get_function_configuration(FunctionName=name, Qualifier="live")
        return answer["Environment"]["Variables"]

    def keys(self) -> list[str]:
        """Every key in Redis."""
        with redis.Redis.from_url(self.redis_url, decode_responses=True) as client:
            return sorted(client.scan_iter())


@contextmanager
def a_clash() -> Iterator[None]:
    """Every template gets one resource more, which AWS refuses: a second alias of the same name."""
    render = template.render

    def with_clash(*args: Any, **options: Any) -> template.Template:
        made = render(*args, **options)
        resources: Any = made.body["Resources"]
        resources["ZClash"] = {**resources["TrackAlias"], "DependsOn": "TrackAlias"}
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(template, "render", with_clash)
        yield


def assert_nothing_is_left(place: Place) -> None:
    """A creation that did not come to its end has been removed again."""
    assert live.read(place.aws, place.name).status is None
    assert place.aws.functions.list_functions()["Functions"] == []
    assert place.aws.apigateway.get_rest_apis()["items"] == []


def assert_works_as_before(place: Place, before: Deployed) -> None:
    """A change that did not come to its end has been rolled back to this release, which counts."""
    stack = live.read(place.aws, place.name)
    assert (stack.status, stack.release) == ("UPDATE_ROLLBACK_COMPLETE", before.release)
    assert ask(before.base_url + "/track", event("1")).body == {"status": "counted"}
