"""Run checks side by side, each within its time, and tell their results in the order they were given."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

from lamed_tui.errors import LamedError
from lamed_tui.preflight.result import CheckResult, Finding, failed, failed_by, warned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

LIMIT = 20.0
"""Seconds after which nobody waits for a check any more: longer than each timeout of what it asks, so that one speaks
first; several in a row may be longer."""


@dataclass(frozen=True)
class Check:
    """One question.

    Attributes:
        look: finds the answer; a `LamedError` that it raises is a failure.
        without: what others that need this say when it failed, to follow "Skipped: ".
        needs: ids of earlier checks that must not have failed.
    """

    id: str
    title: str
    look: Callable[[], Finding]
    without: str = "an earlier check failed"
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Begun:
    """A check is under way."""

    id: str


@dataclass(frozen=True)
class _Answer:
    index: int
    finding: Finding
    at: float


def run_all(
    checks: Sequence[Check], *, limit: float = LIMIT, clock: Callable[[], float] = time.monotonic
) -> Iterator[CheckResult]:
    """Run every check in a thread of its own, as soon as those it needs are over.

    Args:
        checks: each after the ones it needs.
        limit: seconds after which a check counts as failed; its thread is then left behind.
        clock: seconds that only go forward.

    Yields:
        One result a check, in the order given, each as soon as it and those before it are known.

    Raises:
        ValueError: a check needs one that does not come before it.
    """
    yield from in_order(checks, as_they_happen(checks, limit=limit, clock=clock))


def as_they_happen(
    checks: Sequence[Check], *, limit: float = LIMIT, clock: Callable[[], float] = time.monotonic
) -> Iterator[Begun | CheckResult]:
    """As `run_all`, telling also when each check begins, and each result as soon as it is known."""
    known: set[str] = set()
    for check in checks:
        if not known.issuperset(check.needs):
            raise ValueError(f"{check.id} needs a check that does not come before it")
        known.add(check.id)
    yield from _Run(checks, limit, clock).happenings()


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def in_order(checks: Iterable[_Named], happenings: Iterable[Begun | CheckResult]) -> Iterator[CheckResult]:
    """The results in the order of the checks, each as soon as it and those before it are known."""
    expected = iter(checks)
    awaited = next(expected, None)
    known: dict[str, CheckResult] = {}
    for happening in happenings:
        if isinstance(happening, CheckResult):
            known[happening.id] = happening
        while awaited is not None and awaited.id in known:
            yield known[awaited.id]
            awaited = next(expected, None)


class _Run:
    """One pass over the checks. Only the caller's thread reads and writes its state; the others use the queue."""

    def __init__(self, checks: Sequence[Check], limit: float, clock: Callable[[], float]) -> None:
        self._checks = checks
        self._limit = limit
        self._clock = clock
        self._answers: SimpleQueue[_Answer] = SimpleQueue()
        self._began: dict[int, float] = {}
        self._results: dict[int, CheckResult] = {}
        self._over: set[str] = set()
        self._obstacles: dict[str, str] = {}
        """By the id of each check that failed or was skipped: why those that need it are skipped."""

    def happenings(self) -> Iterator[Begun | CheckResult]:
        while len(self._results) < len(self._checks):
            yield from self._start_what_can()
            if len(self._results) < len(self._checks):
                yield from self._take_an_answer()

    def _start_what_can(self) -> Iterator[Begun | CheckResult]:
        for index, check in enumerate(self._checks):
            if index in self._began or not self._over.issuperset(check.needs):
                continue
            self._began[index] = self._clock()
            obstacle = next((self._obstacles[need] for need in check.needs if need in self._obstacles), None)
            if obstacle is not None:
                yield self._conclude(index, warned(f"Skipped: {obstacle}."), 0.0, obstacle)
                continue
            # A daemon: one that hangs must not keep the program from ending.
            name = f"preflight {check.id}"
            threading.Thread(target=self._look, args=(index, check), name=name, daemon=True).start()
            yield Begun(check.id)

    def _look(self, index: int, check: Check) -> None:
        finding = _found(check)
        self._answers.put(_Answer(index, finding, self._clock()))

    def _take_an_answer(self) -> Iterator[CheckResult]:
        """Wait for the next answer or the next time limit, whichever comes first."""
        running = [index for index in self._began if index not in self._results]
        deadline = min(self._began[index] for index in running) + self._limit
        try:
            # An answer that is there already counts, however late the caller asks for it.
            answer = self._answers.get(timeout=max(0.0, deadline - self._clock()))
        except Empty:
            now = self._clock()
            for index in running:
                if now - self._began[index] >= self._limit:
                    yield self._conclude(index, _too_late(self._limit), self._limit, self._checks[index].without)
            return
        if answer.index not in self._results:
            obstacle = self._checks[answer.index].without if answer.finding.state == "fail" else None
            yield self._conclude(answer.index, answer.finding, answer.at - self._began[answer.index], obstacle)

    def _conclude(self, index: int, finding: Finding, seconds: float, obstacle: str | None) -> CheckResult:
        check = self._checks[index]
        self._over.add(check.id)
        if obstacle is not None:
            self._obstacles[check.id] = obstacle
        result = self._results[index] = CheckResult(
            check.id, check.title, finding.state, finding.detail, finding.fix, seconds, finding.exit_code
        )
        return result


def _too_late(limit: float) -> Finding:
    return failed(f"No answer within {limit:g} s.", "Check the network between here and there, and try again.")


def _found(check: Check) -> Finding:
    try:
        return check.look()
    except LamedError as error:
        return failed_by(error)
    except Exception as error:  # noqa: BLE001 - a defect in one check must not hide what the others found
        return failed(
            f"The check itself stopped on an unexpected {type(error).__name__}.",
            "Please report this; the other results stand.",
        )
