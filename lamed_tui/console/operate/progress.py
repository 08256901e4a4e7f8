"""What is known of an operation, and how each thing that happens changes that. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from lamed_tui.deploy import wording
from lamed_tui.deploy.events import (
    Applying,
    Attached,
    Declined,
    Deployed,
    DeployEvent,
    Destroyed,
    Detached,
    Mending,
    Planned,
    ResourceChanged,
    SmokeChecked,
    Warned,
)
from lamed_tui.errors import AwsError, ExitCode

if TYPE_CHECKING:
    from datetime import datetime

    from lamed_tui.deploy.plan import Plan
    from lamed_tui.errors import LamedError

_REQUEST_ID = re.compile(r"request ?id:? ([0-9a-f][0-9a-f-]{7,})", re.IGNORECASE)


class Kind(StrEnum):
    """What is to be done."""

    DEPLOY = "Deploy"
    ROLLBACK = "Rollback"
    DESTROY = "Destroy"

    @property
    def noun(self) -> str:
        """In the middle of a sentence."""
        return {"Deploy": "deployment", "Rollback": "rollback", "Destroy": "destruction"}[self.value]


class Stage(StrEnum):
    """How far it is."""

    PLANNING = "planning"  # nothing has changed
    STUCK = "stuck"  # whether to lead the stack out of a stuck state is asked
    ASKING = "asking"  # whether to carry out the plan is asked
    WORKING = "working"  # AWS is at work
    TESTING = "testing"  # the deployed URL is tried
    DONE = "done"
    DECLINED = "declined"
    DETACHED = "detached"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDS = frozenset({Stage.DONE, Stage.DECLINED, Stage.DETACHED, Stage.CANCELLED, Stage.FAILED})
AT_WORK = frozenset({Stage.WORKING, Stage.TESTING})
WAITING_FOR_AN_ANSWER = frozenset({Stage.STUCK, Stage.ASKING})


@dataclass(frozen=True)
class Asked:
    """The stack is stuck; the question is whether to lead it out."""

    question: str


@dataclass(frozen=True)
class Failed:
    """It ended badly."""

    error: LamedError


Happening = DeployEvent | Asked | Failed


@dataclass(frozen=True)
class Row:
    """One resource.

    Attributes:
        status: CloudFormation's word; empty as long as its turn has not come.
        began: on the operation's clock, while it changes; else None.
        seconds: how long it took, once it is over.
        quiet: nothing but its tags change.
    """

    logical_id: str
    resource_type: str
    status: str = ""
    reason: str = ""
    began: float | None = None
    seconds: float | None = None
    quiet: bool = False

    @property
    def is_over(self) -> bool:
        """Whether it is what it will be, as far as is known."""
        return bool(self.status) and self.began is None


@dataclass(frozen=True)
class LogLine:
    """One thing that happened; `at` is AWS's time, None where AWS did not say it."""

    at: datetime | None
    text: str
    is_bad: bool = False


@dataclass(frozen=True)
class Work:
    """An operation as far as it is known.

    Attributes:
        began: when its present part began, on the operation's clock.
        ended: when it was over.
        name: the stack's, once it is known.
        plan: what would change, once that is known.
        question: what is asked of a stack that is stuck.
        total: how many resources change; None when nobody knows.
        joined: the state of a stack whose running operation is followed; empty for one of our own.
        is_begun: whether AWS is known to be at work; before that, what is left comes to nothing.
        mended: the state that the stack was led out of; empty when it was not.
        asked: what AWS was asked to do meanwhile: `cancel` or `detach`.
    """

    kind: Kind
    began: float
    name: str = ""
    stage: Stage = Stage.PLANNING
    ended: float | None = None
    plan: Plan | None = None
    question: str = ""
    total: int | None = None
    joined: str = ""
    is_begun: bool = False
    mended: str = ""
    asked: str = ""
    rows: tuple[Row, ...] = ()
    log: tuple[LogLine, ...] = ()
    checks: tuple[SmokeChecked, ...] = ()
    deployed: Deployed | None = None
    destroyed: Destroyed | None = None
    error: LamedError | None = field(default=None, repr=False)

    @property
    def done(self) -> int:
        """How many resources are over."""
        return sum(row.is_over for row in self.rows)

    @property
    def was_applied(self) -> bool:
        """Whether AWS has begun to work."""
        return self.total is not None or bool(self.joined)

    def seconds(self, now: float) -> float:
        """How long the present part has taken."""
        return (now if self.ended is None else self.ended) - self.began


def after(work: Work, happening: Happening, at: float) -> Work:  # noqa: C901, PLR0911 - one flat case a happening
    """What is known once this has happened, at a moment of the operation's clock."""
    match happening:
        case Warned():
            return _logged(work, LogLine(None, f"Warning: {happening.message}"))
        case Asked():
            return replace(work, stage=Stage.STUCK, question=happening.question)
        case Attached() | Mending():
            told = "an operation is running" if isinstance(happening, Attached) else "it is led out of there"
            begun = replace(
                work,
                name=happening.stack,
                stage=Stage.WORKING,
                began=at,
                joined=happening.status,
                is_begun=isinstance(happening, Attached),
                mended=work.mended if isinstance(happening, Attached) else happening.status,
                rows=(),
                total=None,
                question="",
            )
            return _logged(begun, LogLine(None, f"{happening.stack} is in {happening.status}: {told}."))
        case Planned():
            plan = happening.plan
            return replace(work, name=plan.stack, stage=Stage.ASKING, plan=plan, rows=_rows(plan), joined="", began=at)
        case Applying():
            return replace(work, stage=Stage.WORKING, total=happening.total, began=at, is_begun=False)
        case ResourceChanged():
            return _changed(replace(work, is_begun=True), happening, at)
        case SmokeChecked():
            return replace(work, stage=Stage.TESTING, checks=(*work.checks, happening))
        case Deployed():
            return replace(work, stage=Stage.DONE, deployed=happening, ended=at)
        case Destroyed():
            return replace(work, stage=Stage.DONE, destroyed=happening, ended=at)
        case Declined():
            return replace(work, stage=Stage.DECLINED, ended=at)
        case Detached():
            return replace(work, stage=Stage.DETACHED, ended=at)
        case Failed():
            cancelled = happening.error.exit_code is ExitCode.INTERRUPTED
            stage = Stage.CANCELLED if cancelled else Stage.FAILED
            return replace(work, stage=stage, error=happening.error, ended=at)


def request_ids(work: Work) -> list[str]:
    """What AWS calls the requests that failed, each once, the first first."""
    found: dict[str, None] = {}
    error: BaseException | None = work.error
    while error is not None:
        if isinstance(error, AwsError) and error.request_id:
            found[error.request_id] = None
        found.update(dict.fromkeys(_REQUEST_ID.findall(str(error))))
        error = error.__cause__
    for row in work.rows:
        found.update(dict.fromkeys(_REQUEST_ID.findall(row.reason)))
    return list(found)


def _rows(plan: Plan) -> tuple[Row, ...]:
    return tuple(Row(change.logical_id, change.resource_type, quiet=change.only_tags) for change in plan.changes)


def _logged(work: Work, line: LogLine) -> Work:
    return replace(work, log=(*work.log, line))


def _changed(work: Work, event: ResourceChanged, at: float) -> Work:
    bad = wording.is_bad(event.status)
    text = f"{wording.state_in_words(event.status)} {event.logical_id} ({wording.kind(event.resource_type)})"
    if event.reason and bad:
        text += f": {event.reason}"
    known = next((row for row in work.rows if row.logical_id == event.logical_id), None)
    if known is None or not known.quiet or bad:
        work = _logged(work, LogLine(event.at, text, bad))
    if event.is_stack:
        return work
    row = _row(known or Row(event.logical_id, event.resource_type), event, at)
    if known is None:
        return replace(work, rows=(*work.rows, row))
    return replace(work, rows=tuple(row if one is known else one for one in work.rows))


def _row(known: Row, event: ResourceChanged, at: float) -> Row:
    reason = known.reason or (event.reason if wording.is_bad(event.status) else "")
    if event.status.endswith("_IN_PROGRESS"):
        goes_on = known.began is not None and known.status == event.status
        return replace(known, status=event.status, reason=reason, began=known.began if goes_on else at, seconds=None)
    quiet = known.quiet and not wording.is_bad(event.status)
    return replace(known, status=event.status, reason=reason, began=None, seconds=event.elapsed, quiet=quiet)
