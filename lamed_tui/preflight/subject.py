"""What the checks look at. A part that was fetched is kept; one that failed is fetched anew by whoever asks."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from lamed_tui.aws.session import connect
from lamed_tui.deploy import live, template
from lamed_tui.deploy import package as packages
from lamed_tui.deploy import wiring as routes
from lamed_tui.store.connect import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.live import Live
    from lamed_tui.deploy.package import Package
    from lamed_tui.deploy.wiring import Wiring
    from lamed_tui.store.connect import Store
    from lamed_tui.store.server import ServerFacts


def addresses_of(host: str) -> Sequence[str]:
    """The addresses that this computer's resolver knows for a host.

    Raises:
        OSError: it knows none.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label that is empty or too long
        raise OSError("it is no host name") from None
    return sorted({str(address[0]) for *_, address in found})


def _random_word() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True)
class World:
    """The outside, handed in: name resolution, the time of day, random words."""

    resolve: Callable[[str], Sequence[str]] = addresses_of
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    draw: Callable[[], str] = _random_word


class Subject:
    """A configuration and everything it leads to.

    Every part raises what its package raises: nothing here is caught.
    """

    def __init__(self, loaded: LoadedConfig, environment: Mapping[str, str], world: World | None = None) -> None:
        self.loaded = loaded
        self.environment = environment
        self.world = world or World()
        self.store: Store = open_store(self.config.redis)

    @property
    def config(self) -> Config:
        """The settings in force."""
        return self.loaded.config

    def close(self) -> None:
        """Drop the connections; a check that still waits for Redis ends at once."""
        self.store.close()

    @cached_property
    def wiring(self) -> Wiring:
        """The functions and routes to deploy."""
        return routes.resolve(self.config)

    @cached_property
    def package(self) -> Package:
        """What Lambda shall run."""
        return packages.build(template.runtime_of(self.config))

    @cached_property
    def facts(self) -> ServerFacts:
        """What the Redis server says about itself."""
        return self.store.server_facts()

    @cached_property
    def aws(self) -> Aws:
        """The account and region."""
        return connect(self.config.aws, self.environment)

    @cached_property
    def stack(self) -> Live:
        """What is deployed under the configuration's name."""
        return live.read(self.aws, self.config.name)

    @cached_property
    def concurrency(self) -> int:
        """How many containers AWS runs at once for this account and region."""
        return self.aws.functions.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
