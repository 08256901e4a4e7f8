"""A backend that does what it is told, at a clock that stands still: everything but AWS is the real console."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from lamed_tui.deploy.differences import Difference
from lamed_tui.deploy.drift import Drifted
from lamed_tui.deploy.events import (
    Applying,
    Declined,
    Deployed,
    DeployEvent,
    Destroyed,
    Detached,
    EndpointUrl,
    Planned,
    ResourceChanged,
    SmokeChecked,
)
from lamed_tui.deploy.following import Wish
from lamed_tui.deploy.logs import Line, parse
from lamed_tui.deploy.plan import Change, Consequence, Plan
from lamed_tui.deploy.releases import Release
from lamed_tui.deploy.status import Listing, Status
from lamed_tui.errors import LamedError
from lamed_tui.preflight.checklist import ENTRIES, Entry
from lamed_tui.preflight.result import CheckResult
from lamed_tui.preflight.schedule import Begun

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Sequence

    from lamed_tui.console.operate.backend import LogTail, Person
    from lamed_tui.preflight.result import State

Value = TypeVar("Value")
NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
BASE = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/prod"
STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/shop/0f1e2d3c"
KEY = "kT9vQ2xLr8yNf3WbZs6HdJ1mEa7PcUo4GiRt5Xqw"

ENDPOINTS = tuple(
    EndpointUrl(path, method, f"{BASE}{path}", f"shop-{name}", f"lamed.{handler}", api_key_required=needs)
    for path, method, name, handler, needs in (
        ("/track", "GET", "track", "track", False),
        ("/experiments", "GET", "all-experiments", "all", True),
        ("/delete", "POST", "delete-experiment", "delete", True),
    )
)
DETAILS: dict[str, tuple[State, str, str]] = {
    "redis.encryption": ("warn", "No TLS: whoever is between here and Redis can read along.", "Set redis.tls."),
    "redis.eviction": (
        "fail",
        "maxmemory-policy is allkeys-lru: Redis throws counters away when memory runs short.",
        "Set it to noeviction: CONFIG SET maxmemory-policy noeviction",
    ),
}
RESOURCES = tuple(
    (name, f"AWS::{kind}")
    for name, kind in (
        ("Role", "IAM::Role"),
        ("TrackLogs", "Logs::LogGroup"),
        ("Track", "Lambda::Function"),
        ("TrackVersion4f1c09", "Lambda::Version"),
        ("TrackAlias", "Lambda::Alias"),
        ("TrackPermission", "Lambda::Permission"),
        ("Api", "ApiGateway::RestApi"),
        ("TrackResource", "ApiGateway::Resource"),
        ("TrackMethod", "ApiGateway::Method"),
        ("Deployment9ab27e", "ApiGateway::Deployment"),
        ("Stage", "ApiGateway::Stage"),
        ("ApiKey", "ApiGateway::ApiKey"),
        ("UsagePlan", "ApiGateway::UsagePlan"),
    )
)

NEW_PLAN = Plan(
    "shop", creates=True, release=1, changes=tuple(Change("add", *one) for one in sorted(RESOURCES)), consequences=()
)
UPDATE_PLAN = Plan(
    "shop",
    creates=False,
    release=4,
    changes=(
        Change("replace", "ApiKey", "AWS::ApiGateway::ApiKey", "k1", ("Value",)),
        Change("add", "BlogMethod", "AWS::ApiGateway::Method"),
        Change("add", "BlogResource", "AWS::ApiGateway::Resource"),
        Change("add", "Deployment77c0de", "AWS::ApiGateway::Deployment"),
        Change("remove", "Deployment9ab27e", "AWS::ApiGateway::Deployment", "d1"),
        Change(
            "modify",
            "Track",
            "AWS::Lambda::Function",
            "shop-track",
            ("MemorySize", "Timeout"),
            may_be_replaced=True,
            differences=(Difference("MemorySize", "128", "256"), Difference("Timeout", None, "10")),
        ),
        *(Change("modify", name, kind, "x", ("Tags",)) for name, kind in RESOURCES[:2]),
    ),
    consequences=(
        Consequence("The API key is replaced: whoever reads results needs the new one.", grave=True),
        Consequence("GET /blog is new."),
        Consequence("Counters in Redis are not touched."),
    ),
)
PLAIN_PLAN = Plan(
    "shop",
    creates=False,
    release=4,
    changes=tuple(change for change in UPDATE_PLAN.changes if change.action != "replace"),
    consequences=UPDATE_PLAN.consequences[1:],
)
BACK_PLAN = Plan("shop", False, 4, PLAIN_PLAN.changes, (Consequence("Counters in Redis are not touched."),), restores=2)
END_PLAN = Plan(
    "shop",
    creates=False,
    release=3,
    changes=tuple(Change("remove", *one, physical_id=f"{one[0].lower()}-1") for one in sorted(RESOURCES)),
    consequences=(
        Consequence(f"{BASE} stops answering: pages that send events there keep them unsent.", grave=True),
        Consequence("The API key, every version of the functions and their logs are deleted.", grave=True),
        Consequence("Counters in Redis stay."),
    ),
    removes=True,
)
SMOKE = tuple(
    SmokeChecked(title, passed=True)
    for title in (
        "One event counts one visitor",
        "The same event again counts nothing",
        "An event without a name gets 400",
    )
)
STATUS = Status("shop", "UPDATE_COMPLETE", 3, "eu-central-1", BASE, ENDPOINTS, None, STACK)
DRIFTED = (
    Drifted("Track", "AWS::Lambda::Function", "MODIFIED", (Difference("MemorySize", "256", "1024"),)),
    Drifted("UsagePlan", "AWS::ApiGateway::UsagePlan", "DELETED", ()),
)


def release(number: int, *, tested: bool = True, restores: int | None = None, by: str = "ada") -> Release:
    at = (NOW - timedelta(days=9 - number)).isoformat(timespec="seconds")
    arn = f"arn:aws:iam::123456789012:user:{by}"
    return Release(number, "shop", STACK, {}, {}, "p", at, arn, "1.0.0", at if tested else None, restores)


LISTING = Listing("shop", "eu-central-1", (release(3, restores=1), release(2, tested=False), release(1)), 3)
LINES = tuple(
    parse(int((NOW + timedelta(seconds=second)).timestamp() * 1000), function, text)
    for second, function, text in (
        (-9, "shop-track", "START RequestId: 6f1d"),
        (-9, "shop-track", '{"handler": "track", "outcome": "counted", "status": 200, "milliseconds": 3}'),
        (-6, "shop-track", '{"handler": "track", "outcome": "repeated", "status": 200, "milliseconds": 2}'),
        (-4, "shop-track", '{"handler": "track", "outcome": "refused", "status": 400, "parameter": "experiment"}'),
        (-2, "shop-all-experiments", '{"handler": "all", "outcome": "store did not answer in time", "status": 503}'),
        (
            -1,
            "shop-track",
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'lamed': No module named 'lamed'",
        ),
    )
)


def changed(
    name: str,
    status: str,
    kind: str = "AWS::Lambda::Function",
    reason: str = "",
    *,
    after: float = 0,
    stack: bool = False,
) -> ResourceChanged:
    at = NOW + timedelta(seconds=after)
    return ResourceChanged(at, name, kind, status, reason, after if "PROGRESS" not in status else 0.0, is_stack=stack)


def creation(*, finished: int, begun: int = 2) -> list[DeployEvent]:
    """A creation in which so many resources are made, and some more are being made."""
    told: list[DeployEvent] = [changed("shop", "CREATE_IN_PROGRESS", "AWS::CloudFormation::Stack", stack=True)]
    for number, (name, kind) in enumerate(RESOURCES[: finished + begun]):
        told.append(changed(name, "CREATE_IN_PROGRESS", kind, after=number))
        if number < finished:
            told.append(changed(name, "CREATE_COMPLETE", kind, after=number + 1.5))
    return told


@dataclass(frozen=True)
class Wait:
    """The script stands still until `Script.go` is called, or the person wants something else.

    Attributes:
        is_deaf: whether it does not cancel.
        is_upload: whether nobody is asked for a wish, as before AWS has begun.
    """

    is_deaf: bool = False
    is_upload: bool = False


@dataclass(frozen=True)
class Mend:
    """Asks a question about a stuck stack; a no is an error."""

    question: str
    refused: LamedError


Step = DeployEvent | LamedError | Wait | Mend
"""An error is raised."""


def deployed(number: int = 4, *, changed: bool = True) -> Deployed:
    return Deployed(changed, number, BASE, ENDPOINTS, "k1")


FIRST = (
    Planned(NEW_PLAN),
    Applying(len(NEW_PLAN.changes)),
    *creation(finished=len(RESOURCES), begun=0),
    *SMOKE,
    deployed(1),
)
GONE = Destroyed("shop", True, ("Counters in Redis stay.", "The artefact bucket lamed-123456789012 stays."))


@dataclass
class Tail:
    """Lines that were written, then nothing any more."""

    lines: Sequence[Line] = ()
    pause: float = 0.05
    error: LamedError | None = None

    def read(self) -> Sequence[Line]:
        if self.error is not None:
            raise self.error
        lines, self.lines = self.lines, ()
        return lines

    def go_on(self, now: datetime) -> None:
        """Time does not matter here."""


@dataclass
class Script:
    """What each part of the backend answers: a value, or an error that it raises.

    Attributes:
        hangs: parts that do not answer until the test is over.
        steps: what an operation does.
        answers: what the person said to plans and questions, in order.
    """

    checks: dict[str, tuple[State, str, str]] = field(default_factory=dict)
    steps: Sequence[Step] = FIRST
    found: Status | LamedError = STATUS
    drifted: Sequence[Drifted] | LamedError = DRIFTED
    listing: Listing | LamedError = LISTING
    tail: LogTail | LamedError | None = field(default_factory=lambda: Tail(LINES))
    hangs: Collection[str] = ()
    unchecked: Collection[str] = ()
    began: list[str] = field(default_factory=list)
    answers: list[bool] = field(default_factory=list)
    undone: bool = False
    over: threading.Event = field(default_factory=threading.Event)
    _go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def go(self) -> None:
        """End one wait."""
        self._go.release()

    def close(self) -> None:
        """End all threads."""
        self.over.set()
        for _ in range(50):
            self._go.release()

    # A backend -------------------------------------------------------------------------------------------------------

    def name(self) -> str:
        return "shop"

    def entries(self) -> Sequence[Entry]:
        self._hang("entries")
        return ENTRIES

    def check(self, only: Collection[str] | None) -> Iterator[Begun | CheckResult]:
        for entry in ENTRIES:
            if only is None or entry.id in only:
                yield Begun(entry.id)
        for entry in ENTRIES:
            if entry.id in self.unchecked:
                continue
            if only is None or entry.id in only:
                state, detail, fix = self.checks.get(entry.id, ("pass", "It is as it should be.", ""))
                yield CheckResult(entry.id, entry.title, state, detail, fix, 0.03, _code(state))
        if self.unchecked:
            self.over.wait()

    def deploy(self, person: Person) -> Generator[DeployEvent, None, None]:
        return self._run("deploy", person)

    def roll_back(self, release: int, person: Person) -> Generator[DeployEvent, None, None]:
        return self._run(f"roll back to {release}", person)

    def destroy(self, person: Person) -> Generator[DeployEvent, None, None]:
        return self._run("destroy", person)

    def status(self, *, show_key: bool) -> Status:
        self._hang("key" if show_key else "status")
        if isinstance(self.found, LamedError):
            raise self.found
        return _with_key(self.found) if show_key else self.found

    def drift(self, stack_id: str) -> Sequence[Drifted]:
        assert stack_id == STACK
        self._hang("drift")
        return _given(self.drifted)

    def releases(self) -> Listing:
        self._hang("releases")
        return _given(self.listing)

    def logs(self) -> LogTail | None:
        self._hang("logs")
        return _given(self.tail)

    def _hang(self, part: str) -> None:
        if part in self.hangs:
            self.over.wait()

    def _run(self, what: str, person: Person) -> Generator[DeployEvent, None, None]:
        self.began.append(what)
        self._hang("plan")
        done = False
        try:
            for step in self.steps:
                yield from self._take(step, person)
            done = True
        except _StoppedError:
            return
        finally:
            self.undone = not done

    def _take(self, step: Step, person: Person) -> Generator[DeployEvent, None, None]:
        if isinstance(step, LamedError):
            raise step
        if isinstance(step, Wait):
            yield from self._wait(step, person)
        elif isinstance(step, Mend):
            if not person.mend(step.question):
                raise step.refused
        else:
            yield step
        if isinstance(step, Planned):
            self.answers.append(person.confirm(step.plan))
            if not self.answers[-1]:
                yield Declined(3, BASE, ENDPOINTS)
                raise _StoppedError

    def _wait(self, step: Wait, person: Person) -> Generator[DeployEvent, None, None]:
        while not self._go.acquire(timeout=0.01) and not self.over.is_set():
            wish = Wish.FOLLOW if step.is_upload else person.wish()
            if wish is Wish.DETACH:
                yield Detached("shop")
                raise _StoppedError
            if wish is Wish.CANCEL and not step.is_deaf:
                return


class _StoppedError(Exception):
    """The script ends here."""


def _given(value: Value | LamedError) -> Value:
    if isinstance(value, LamedError):
        raise value
    return value


def _code(state: State) -> Any:
    from lamed_tui.errors import ExitCode

    return ExitCode.FAILED if state == "fail" else ExitCode.OK


def _with_key(found: Status) -> Status:
    from dataclasses import replace

    return replace(found, api_key=KEY)
