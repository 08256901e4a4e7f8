"""The scene: a deployed backend whose every part can be broken, and visitors who keep a ledger."""

from __future__ import annotations

import random
import socket
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from lamed import keys

from lamed_tui.aws.session import Aws, connect
from lamed_tui.config.model import Config
from lamed_tui.deploy import engine, status
from lamed_tui.deploy.events import Deployed
from lamed_tui.deploy.options import Options
from lamed_tui.embedded.demo import counts
from lamed_tui.embedded.truths import Arm, Truth
from lamed_tui.embedded.visitors import Crowd, visiting
from lamed_tui.experiments.api_source import ApiSource
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store
from tests.chaos.ledger import Deletion, Delivery, Held, Ledger
from tests.integration.deploy.http import ask
from tests.proxy import TcpProxy
from tests.valkey_servers import Server
from tests.waiting import comes_true

if TYPE_CHECKING:
    import http.client
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from lamed_tui.deploy.package import Package
    from lamed_tui.deploy.status import Status
    from lamed_tui.embedded.demo import CounterName
    from lamed_tui.embedded.visitors import _Event

DOOMED = "doomed"
"""The experiment that gets deleted while its visitors come."""

_TRUTHS = (
    Truth("button", {"control": Arm(1, {"signup": 0.5}), "green": Arm(1, {"signup": 0.6})}),
    Truth("articles", {"control": Arm(1, {"opened": 2}), "large": Arm(1, {"opened": 3})}, frozenset({"opened"})),
    Truth(DOOMED, {"control": Arm(1, {"goal: 50%": 0.5}), "other": Arm(1, {"goal: 50%": 0.5})}),
)
_DURABLE = {"appendonly": "yes", "appendfsync": "always"}
_UNTRIED = Options(smoke_test=False)  # it gives up at the first lost connection, and these are lost on purpose
_PATIENCE_SECONDS = 90.0


class TooSlowError(Exception):
    """Something that must happen did not within the time allowed."""


class RecordedCrowd(Crowd):
    """Visitors whose every request is entered in a ledger."""

    ledger: Ledger

    def _request(self, connection: http.client.HTTPConnection, event: _Event) -> str:
        begun = time.monotonic()
        failure = super()._request(connection, event)
        counter = event.experiment, event.name, event.variant
        digest, _ = keys.digest(event.uuid)
        self.ledger.note(counter, digest, Delivery(begun, time.monotonic(), not failure), failure)
        return failure


@dataclass
class Scene:
    """Everything there is to break, and to see.

    Attributes:
        valkey: the server, which writes every change to disk before it answers.
        proxy: stands between the functions and the server.
        deletions: when experiments were deleted, the last time each.
    """

    valkey: Server
    proxy: TcpProxy
    config: Config
    aws: Aws
    ledger: Ledger
    package: Package | None = None
    deletions: dict[str, Deletion] = field(default_factory=dict)

    def deploy(self, *, memory_size: int = 256) -> Deployed:
        """Deploy, and return how it ended. Another memory size, in MB, gives every function a new version."""
        functions = self.config.functions.model_copy(update={"memory_size": memory_size})
        config = self.config.model_copy(update={"functions": functions})
        *_, last = engine.deploy(config, self.aws, package=self.package, options=_UNTRIED)
        assert isinstance(last, Deployed)
        return last

    def roll_back(self) -> Deployed:
        """Return to the release before the live one."""
        *_, last = engine.rollback(self.config, self.aws, options=_UNTRIED)
        assert isinstance(last, Deployed)
        return last

    def delete(self, experiment: str) -> None:
        """Delete an experiment through the deployed API, again and again until it says that it is done."""
        url, begun = self.url("/delete"), time.monotonic()
        query, headers = {"experiment": experiment, "namespace": self.config.namespace}, {"x-api-key": self.api_key}
        wait_until(lambda: ask(url, query, method="DELETE", headers=headers).status == 200, f"{experiment} is deleted")
        self.deletions[experiment] = Deletion(begun, time.monotonic())

    def held(self) -> dict[CounterName, Held]:
        """What the server holds: the counts as the console reads them, and the events that are remembered."""
        with open_store(self.config.redis) as store:
            counted = counts(RedisSource(store, self.config.namespace, {}).read())
        remembered: dict[str, set[str]] = {}
        with self.valkey.client() as client:
            for node in client.scan_iter("{*}:seen:*"):
                counter, _, _ = str(node)[1:].partition("}:seen:")
                remembered.setdefault(counter, set()).update(map(str, client.smembers(node)))
        names = {key: tuple(rest) for key, *rest in keys.located_counters(self.config.namespace, (), remembered)}
        digests = {name: frozenset(remembered[key]) for key, name in names.items()}
        return {
            (experiment, event, variant): Held(
                counted.get((experiment, event, variant), 0), digests.get((experiment, event, variant), frozenset())
            )
            for experiment, event, variant in {*counted, *digests}
        }

    def shown_by_the_api(self) -> dict[CounterName, int]:
        """The counts as the deployed `/experiments` answers them."""
        return counts(ApiSource(self.url("/experiments"), self.api_key, self.config.namespace, {}).read())

    def url(self, path: str) -> str:
        """The address of a deployed endpoint."""
        return next(endpoint.url for endpoint in self._status.endpoints if endpoint.path == path)

    @property
    def api_key(self) -> str:
        """What `/experiments` and `/delete` ask for."""
        assert self._status.api_key is not None
        return self._status.api_key

    @cached_property
    def _status(self) -> Status:
        return status.read(self.aws, self.config, show_key=True)


def wait_until(condition: Callable[[], bool], what: str, seconds: float = _PATIENCE_SECONDS) -> None:
    """Ask until a condition holds.

    Raises:
        TooSlowError: it never did.
    """
    if not comes_true(condition, seconds=seconds):
        raise TooSlowError(f"{what}: not within {seconds:.0f} seconds")


@contextmanager
def set_scene(
    directory: Path, environment: Mapping[str, str], *, seed: int, cut: float, package: Package | None = None
) -> Iterator[Scene]:
    """Start Valkey and the proxy, and deploy to the AWS that the environment names.

    Args:
        directory: an existing folder for Valkey's files.
        cut: the chance that a message between a function and Valkey is lost together with its connection.
        package: what the functions run; the installed handlers when none is given.
    """
    with ExitStack() as stack:
        valkey = Server(directory, _DURABLE, _a_port_that_no_client_gets())
        stack.callback(valkey.stop)
        valkey.start()
        proxy = stack.enter_context(TcpProxy(valkey.port, seed=seed))
        settings = {"name": "chaos", "redis": {"url": proxy.url, "socket_timeout": 1.0}}
        config = Config.model_validate(settings)
        scene = Scene(valkey, proxy, config, connect(config.aws, environment), Ledger(), package)
        scene.deploy()
        proxy.cut = cut
        yield scene


@contextmanager
def visited(scene: Scene, *, seed: int, connections: int) -> Iterator[Crowd]:
    """Visitors for as long as the context lasts."""
    crowd = RecordedCrowd(
        scene.url("/track"),
        scene.config.namespace,
        _TRUTHS,
        rng=random.Random(seed),
        connections=connections,
        lost_answers=0.05,
    )
    crowd.ledger = scene.ledger
    with visiting(crowd):
        yield crowd


def _a_port_that_no_client_gets() -> int:
    """A free port below those that systems give to outgoing connections.

    Any other could be taken while Valkey is down, even by an attempt to connect to it.
    """
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port below the ephemeral ones")
