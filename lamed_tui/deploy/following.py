"""Following one operation of CloudFormation to its end.

A question that fails (throttled, network gone) says nothing about the operation, so it is asked again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC
from enum import Enum
from typing import TYPE_CHECKING

from lamed_tui.aws.errors import ServiceError, TransientError
from lamed_tui.deploy import live
from lamed_tui.deploy.clock import delays
from lamed_tui.deploy.events import ResourceChanged, Warned
from lamed_tui.deploy.live import Live
from lamed_tui.deploy.states import Situation
from lamed_tui.errors import AwsError, CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from datetime import datetime

    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

    from lamed_tui.aws.session import Aws
    from lamed_tui.deploy.clock import Clock
    from lamed_tui.errors import LamedError

CREATIONS = frozenset({"CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"})
_PATIENCE_SECONDS = 300.0
_CASCADE = re.compile(r"[Cc]ancell?ed|^Resource (creation|update) Initiated", re.ASCII)
_BEFORE_DELETION = {"CREATE_FAILED", "ROLLBACK_COMPLETE"}
_BEGINS_WITHIN_SECONDS = 15.0


class Wish(Enum):
    """What whoever waits wants of an operation that is running."""

    FOLLOW = "follow"
    CANCEL = "cancel"
    DETACH = "detach"


def always_follow() -> Wish:
    """Nobody is there to wish anything else."""
    return Wish.FOLLOW


@dataclass(frozen=True)
class Cause:
    """The first thing that went wrong: which resource, and AWS's reason."""

    logical_id: str
    resource_type: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """How an operation ended: the stack as it stands, and the first cause if anything failed.

    Attributes:
        cancelled: whether AWS was asked to undo it on the way.
        detached: nobody waits any longer; the operation itself goes on.
    """

    stack: Live
    cause: Cause | None = None
    cancelled: bool = False
    detached: bool = False


@dataclass
class Follower:
    """Follows one operation on one stack.

    Attributes:
        boundary: the id of the newest event that belongs to an earlier operation.
        hide: replaces secrets in AWS's reasons.
        deletes_on_failure: whether CloudFormation deletes the stack when the operation fails.
        leaves: the state that the operation starts from and may be seen in for a moment, None when it starts at once.
        wish: asked after every look, what to do next.
    """

    aws: Aws
    stack_id: str
    clock: Clock
    boundary: str | None
    hide: Callable[[str], str] = str
    deletes_on_failure: bool = False
    leaves: str | None = None
    wish: Callable[[], Wish] = always_follow
    _started: dict[str, datetime] = field(default_factory=dict)
    _cause: Cause | None = None
    _begun: bool = False
    _cancelled: bool = False
    _resting_since: float | None = None
    _trouble_since: float | None = None

    def follow(self) -> Generator[ResourceChanged | Warned, None, Outcome]:
        """Yield each new state of each resource until the stack rests.

        Raises:
            CredentialsError: the credentials expired meanwhile; the operation goes on without us.
            AwsError: AWS could not be reached for minutes; the operation goes on without us.
        """
        stack = Live(self.stack_id)
        for delay in delays(local=self.aws.endpoint_url is not None):
            try:
                # The state first: events that come with the end are then certainly among those read next.
                stack = live.read(self.aws, self.stack_id)
                fresh = self._fresh_events()
            except TransientError as error:
                yield from self._endure(error)
            except CredentialsError as error:
                raise _detached(error) from error
            else:
                self._trouble_since = None
                for event in fresh:
                    yield self._changed(event)
                if self._rests(stack):
                    return Outcome(stack, self._cause, self._cancelled)
            wish = self.wish()
            if wish is Wish.DETACH:
                return Outcome(stack, self._cause, self._cancelled, detached=True)
            if wish is Wish.CANCEL and not self._cancelled:
                yield from self._cancel(stack)
            self.clock.sleep(delay)
        raise AssertionError("delays never end")

    def _endure(self, error: TransientError) -> Iterator[Warned]:
        """Say once that AWS does not answer, and give up only after minutes."""
        now = self.clock.monotonic()
        if self._trouble_since is None:
            self._trouble_since = now
            yield Warned(f"{error.what} AWS goes on with it; asking again.")
        elif now - self._trouble_since > _PATIENCE_SECONDS:
            raise _detached(error) from error

    def _rests(self, stack: Live) -> bool:
        """Whether it is over; where another step is sure to follow, that one is given a while to begin."""
        if stack.state.situation is Situation.BUSY:
            return False
        deletion_follows = self.deletes_on_failure and stack.status in _BEFORE_DELETION
        if deletion_follows or (stack.status == self.leaves and not self._begun):
            now = self.clock.monotonic()
            self._resting_since = now if self._resting_since is None else self._resting_since
            return now - self._resting_since > _BEGINS_WITHIN_SECONDS
        return True

    def _cancel(self, stack: Live) -> Iterator[Warned]:
        """Ask AWS to undo what it is doing, if it still can."""
        try:
            if stack.status in CREATIONS:
                self.aws.cloudformation.delete_stack(StackName=self.stack_id)
                self.deletes_on_failure = True
            else:
                self.aws.cloudformation.cancel_update_stack(StackName=self.stack_id)
        except ServiceError as error:
            yield Warned(f"It cannot be cancelled any more: {error.message.rstrip('.')}. It goes on.")
        except AwsError as error:
            yield Warned(f"It was not cancelled: {error.what} It goes on.")
        else:
            self._cancelled = True
            yield Warned("Cancelling: AWS undoes what it has done so far.")

    def _fresh_events(self) -> Sequence[StackEventTypeDef]:
        """Events newer than the boundary, oldest first; the boundary moves on."""
        fresh = events_after(self.aws, self.stack_id, self.boundary)
        if fresh:
            self.boundary = fresh[-1]["EventId"]
        return fresh

    def _changed(self, event: StackEventTypeDef) -> ResourceChanged:
        logical_id, status, at = (
            event.get("LogicalResourceId", ""),
            event.get("ResourceStatus", ""),
            event["Timestamp"].astimezone(UTC),
        )
        reason = self.hide(event.get("ResourceStatusReason", ""))
        is_stack = event.get("PhysicalResourceId") == self.stack_id
        self._begun = self._begun or is_stack
        if status.endswith("_IN_PROGRESS"):
            begun = self._started.setdefault(logical_id, at)
        else:
            begun = self._started.pop(logical_id, at)
        if self._cause is None and status.endswith("_FAILED") and not _CASCADE.search(reason):
            self._cause = Cause(logical_id, event.get("ResourceType", ""), reason)
        return ResourceChanged(
            at,
            logical_id,
            event.get("ResourceType", ""),
            status,
            reason,
            max(0.0, (at - begun).total_seconds()),
            is_stack=is_stack,
        )


def _detached(error: AwsError) -> LamedError:
    narrower = CredentialsError if isinstance(error, CredentialsError) else AwsError
    return narrower(
        f"{error.what} AWS goes on with what has begun.",
        f"{error.fix} Then run the command again: it follows what is running.",
    )


def newest_event(aws: Aws, stack_id: str) -> str | None:
    """The id of a stack's newest event, None when it has none.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    earlier = events_after(aws, stack_id, None, newest_only=True)
    return earlier[-1]["EventId"] if earlier else None


def events_after(
    aws: Aws, stack_id: str, boundary: str | None, *, newest_only: bool = False
) -> list[StackEventTypeDef]:
    """Events newer than the one whose id is given, oldest first; all of them when None is given.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    found: list[StackEventTypeDef] = []
    for page in aws.cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id):
        for event in page["StackEvents"]:
            if event["EventId"] == boundary:
                return found[::-1]
            found.append(event)
            if newest_only:
                return found
    return found[::-1]
