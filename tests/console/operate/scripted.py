"""A backend that does what it is told, at a clock that stands still: everything but AWS is the real console."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from lamed_tui.deploy.events import (
    Declined,
    DeployEvent,
    Detached,
    Planned,
)
from lamed_tui.deploy.following import Wish
from lamed_tui.errors import ExitCode, LamedError
from lamed_tui.preflight.checklist import ENTRIES, Entry
from lamed_tui.preflight.result import CheckResult
from lamed_tui.preflight.schedule import Begun
from tests.console.operate.shop import BASE, DRIFTED, ENDPOINTS, FIRST, KEY, LINES, LISTING, STACK, STATUS

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Sequence
    from datetime import datetime

    from lamed_tui.console.operate.backend import LogTail, Person
    from lamed_tui.deploy.drift import Drifted
    from lamed_tui.deploy.logs import Line
    from lamed_tui.deploy.status import Listing, Status
    from lamed_tui.preflight.result import State


Value = TypeVar("Value")


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
    return ExitCode.FAILED if state == "fail" else ExitCode.OK


def _with_key(found: Status) -> Status:
    return replace(found, api_key=KEY)


MakeScript = Callable[..., Script]
