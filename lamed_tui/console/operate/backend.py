"""What operating asks of the core. Every method may take its time, and is called in a thread."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from lamed_tui.errors import LamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.config.model import AwsSettings, Config
    from lamed_tui.deploy.drift import Drifted
    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.deploy.following import Wish
    from lamed_tui.deploy.logs import Line
    from lamed_tui.deploy.options import Options
    from lamed_tui.deploy.plan import Plan
    from lamed_tui.deploy.status import Listing, Status
    from lamed_tui.preflight.checklist import Entry
    from lamed_tui.preflight.result import CheckResult
    from lamed_tui.preflight.schedule import Begun

    Events = Generator[DeployEvent, None, None]

Answer = TypeVar("Answer")

_LOOK_BACK = timedelta(minutes=10)


class Person(Protocol):
    """Who answers an operation's questions. Called in the operation's thread; may wait."""

    def confirm(self, plan: Plan) -> bool:
        """Whether to carry out the plan."""

    def mend(self, question: str) -> bool:
        """Whether to lead a stack out of the state that it is stuck in."""

    def wish(self) -> Wish:
        """What is wanted while AWS works."""


class LogTail(Protocol):
    """`lamed_tui.deploy.logs.Tail`, as far as it is needed."""

    @property
    def pause(self) -> float:
        """Seconds to wait between two readings."""

    def read(self) -> Sequence[Line]:
        """Every line that was not given before."""

    def go_on(self, now: datetime) -> None:
        """Read only what is younger than a moment ago from now on."""


class Backend(Protocol):
    """The backend of one configuration.

    Every method raises a `LamedError` when it cannot do its work.
    """

    def name(self) -> str:
        """The stack's name."""

    def entries(self) -> Sequence[Entry]:
        """Every check of the preflight, in order."""

    def check(self, only: Collection[str] | None) -> Iterator[Begun | CheckResult]:
        """Run all checks, or these with those they need."""

    def deploy(self, person: Person) -> Events:
        """As `engine.deploy`."""

    def roll_back(self, release: int, person: Person) -> Events:
        """As `engine.rollback`."""

    def destroy(self, person: Person) -> Events:
        """As `destroy.destroy`."""

    def status(self, *, show_key: bool) -> Status:
        """What is deployed."""

    def drift(self, stack_id: str) -> Sequence[Drifted]:
        """What is no longer as it was made."""

    def releases(self) -> Listing:
        """What was deployed."""

    def logs(self) -> LogTail | None:
        """The logs of every function; None when nothing is deployed."""


class Deployments:
    """The real one. The settings are read anew for everything that is asked, so none is ever out of date.

    Args:
        load: gives the settings in force.
        environment: the environment variables, for AWS.
    """

    def __init__(self, load: Callable[[], LoadedConfig], environment: Mapping[str, str]) -> None:
        self._load = load
        self._environment = environment
        self._lock = threading.Lock()
        self._known: tuple[AwsSettings, Aws] | None = None

    def name(self) -> str:
        return self._load().config.name

    def entries(self) -> Sequence[Entry]:
        from lamed_tui.preflight.checklist import ENTRIES

        return ENTRIES

    def check(self, only: Collection[str] | None) -> Iterator[Begun | CheckResult]:
        from lamed_tui.preflight.run import watch_checks

        return watch_checks(self._load, self._environment, only=only)

    def deploy(self, person: Person) -> Events:
        from lamed_tui.deploy import engine

        return engine.deploy(*self._connected(), options=_options(person))

    def roll_back(self, release: int, person: Person) -> Events:
        from lamed_tui.deploy import engine

        return engine.rollback(*self._connected(), release, options=_options(person))

    def destroy(self, person: Person) -> Events:
        from lamed_tui.deploy import destroy

        return destroy.destroy(*self._connected(), options=_options(person))

    def status(self, *, show_key: bool) -> Status:
        from lamed_tui.deploy import status

        return self._asked(lambda config, aws: status.read(aws, config, show_key=show_key))

    def drift(self, stack_id: str) -> Sequence[Drifted]:
        from lamed_tui.deploy import drift
        from lamed_tui.deploy.clock import Clock

        return self._asked(lambda _, aws: drift.detect(aws, stack_id, Clock()))

    def releases(self) -> Listing:
        from lamed_tui.deploy import status

        return self._asked(lambda config, aws: status.read_releases(aws, config))

    def logs(self) -> LogTail | None:
        from lamed_tui.deploy.logs import Tail
        from lamed_tui.deploy.status import log_groups

        def tail(config: Config, aws: Aws) -> LogTail | None:
            groups = log_groups(aws, config)
            since = int((datetime.now(UTC) - _LOOK_BACK).timestamp() * 1000)
            return Tail(aws, groups, since) if groups else None

        return self._asked(tail)

    def _asked(self, question: Callable[[Config, Aws], Answer]) -> Answer:
        """The answer to a question that changes nothing, by way of the connections of the one before."""
        config = self._load().config
        with self._lock:
            if self._known is None or self._known[0] != config.aws:
                self._known = (config.aws, self._connected()[1])
            aws = self._known[1]
        try:
            return question(config, aws)
        except LamedError:
            self._known = None  # whatever was wrong, such as the credentials, may be mended by the next time
            raise

    def _connected(self) -> tuple[Config, Aws]:
        from lamed_tui.aws.session import connect

        config = self._load().config
        return config, connect(config.aws, self._environment)


def _options(person: Person) -> Options:
    from lamed_tui.deploy.options import Options

    return Options(confirm=person.confirm, mend=person.mend, wish=person.wish)
