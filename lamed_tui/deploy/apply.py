"""Execute a change set and follow what CloudFormation does, to its end and to the first cause of a failure.

A question that fails (throttled, network gone) says nothing about the deployment, so it is asked again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING

from lamed_tui.aws.errors import AccessDeniedError, ServiceError, TransientError, denied_action
from lamed_tui.deploy import live
from lamed_tui.deploy.changeset import validation_failures
from lamed_tui.deploy.clock import delays
from lamed_tui.deploy.events import ResourceChanged, Warned
from lamed_tui.deploy.states import Situation
from lamed_tui.errors import AwsError, CredentialsError, DeployError, LamedError, NeedsRepairError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from datetime import datetime

    from mypy_boto3_cloudformation.type_defs import ExecuteChangeSetInputTypeDef, StackEventTypeDef

    from lamed_tui.aws.session import Aws
    from lamed_tui.deploy.changeset import ChangeSet
    from lamed_tui.deploy.clock import Clock
    from lamed_tui.deploy.live import Live

_PATIENCE_SECONDS = 300.0
_CASCADE = re.compile(r"[Cc]ancell?ed|^Resource (creation|update) Initiated", re.ASCII)
_CREATIONS = {"CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"}
_BEGINNINGS = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "REVIEW_IN_PROGRESS"}
_OVERTAKEN = {"InvalidChangeSetStatus", "ChangeSetNotFound", "ChangeSetNotFoundException"}
_BEFORE_DELETION = {"CREATE_FAILED", "ROLLBACK_COMPLETE"}
_DELETION_BEGINS_WITHIN_SECONDS = 15.0


@dataclass(frozen=True)
class Cause:
    """The first thing that went wrong: which resource, and AWS's reason."""

    logical_id: str
    resource_type: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """How an operation ended: the stack as it stands, and the first cause if anything failed."""

    stack: Live
    cause: Cause | None = None


@dataclass
class Follower:
    """Follows one operation on one stack.

    Attributes:
        boundary: the id of the newest event that belongs to an earlier operation.
        hide: replaces secrets in AWS's reasons.
        deletes_on_failure: whether CloudFormation deletes the stack when the operation fails.
    """

    aws: Aws
    stack_id: str
    clock: Clock
    boundary: str | None
    hide: Callable[[str], str] = str
    deletes_on_failure: bool = False
    _started: dict[str, datetime] = field(default_factory=dict)
    _cause: Cause | None = None

    def follow(self) -> Generator[ResourceChanged | Warned, None, Outcome]:
        """Yield each new state of each resource until the stack rests.

        Raises:
            CredentialsError: the credentials expired meanwhile; the operation goes on without us.
            AwsError: AWS could not be reached for minutes; the operation goes on without us.
        """
        trouble_since: float | None = None
        husk_since: float | None = None
        for delay in delays(local=self.aws.endpoint_url is not None):
            try:
                # The state first: events that come with the end are then certainly among those read next.
                stack = live.read(self.aws, self.stack_id)
                fresh = self._fresh_events()
            except TransientError as error:
                now = self.clock.monotonic()
                if trouble_since is None:
                    trouble_since = now
                    yield Warned(f"{error.what} The deployment goes on; asking again.")
                elif now - trouble_since > _PATIENCE_SECONDS:
                    raise _detached(error) from error
            except CredentialsError as error:
                raise _detached(error) from error
            else:
                trouble_since = None
                for event in fresh:
                    yield self._changed(event)
                if self.deletes_on_failure and stack.status in _BEFORE_DELETION:
                    husk_since = self.clock.monotonic() if husk_since is None else husk_since
                    resting = self.clock.monotonic() - husk_since > _DELETION_BEGINS_WITHIN_SECONDS
                else:
                    resting = stack.state.situation is not Situation.BUSY
                if resting:
                    return Outcome(stack, self._cause)
            self.clock.sleep(delay)
        raise AssertionError("delays never end")

    def _fresh_events(self) -> Sequence[StackEventTypeDef]:
        """Events newer than the boundary, oldest first; the boundary moves on."""
        fresh = _events_after(self.aws, self.stack_id, self.boundary)
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
            is_stack=event.get("PhysicalResourceId") == self.stack_id,
        )


def execute(aws: Aws, change_set: ChangeSet, token: str, clock: Clock, hide: Callable[[str], str] = str) -> Follower:
    """Start the change and return the follower of its events.

    Raises:
        AwsError: AWS refused, for example because another deployment came first, or could not be reached.
    """
    earlier = _events_after(aws, change_set.stack_id, None, newest_only=True)
    boundary = earlier[-1]["EventId"] if earlier else None
    request: ExecuteChangeSetInputTypeDef = {"ChangeSetName": change_set.arn, "ClientRequestToken": token}
    if not change_set.creates:  # for a creation that was said when the change set was made
        request["DisableRollback"] = False
        # Versions are kept when a later release drops them, but not those of a release that never went live: AWS would
        # refuse to publish the same content once more when the deployment is repeated.
        request["RetainExceptOnCreate"] = True
    try:
        aws.cloudformation.execute_change_set(**request)
    except ServiceError as error:
        if error.code in _OVERTAKEN:
            raise DeployError(
                f"Another deployment of {change_set.stack_name} came first, so this plan no longer holds.",
                "Run lamed deploy again: it follows the other one and then plans anew.",
            ) from error
        raise
    return Follower(aws, change_set.stack_id, clock, boundary, hide, deletes_on_failure=change_set.creates)


def attach(aws: Aws, stack: Live, clock: Clock, hide: Callable[[str], str] = str) -> Follower:
    """A follower of the operation that is running on a stack, from its beginning.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    stack_id = stack.stack_id or stack.name
    events = _events_after(aws, stack_id, None)
    boundary = None
    for position, event in enumerate(events):
        if event.get("PhysicalResourceId") == stack_id and event.get("ResourceStatus") in _BEGINNINGS:
            boundary = events[position - 1]["EventId"] if position else None
    return Follower(aws, stack_id, clock, boundary, hide, deletes_on_failure=stack.status in _CREATIONS)


def failure(aws: Aws, outcome: Outcome, name: str) -> LamedError:
    """The error that an operation's bad end means: its first cause, what state the stack is in, and what to do."""
    stack, cause, region = outcome.stack, outcome.cause, aws.region
    if cause is not None and cause.logical_id != name:
        what = f"{cause.logical_id} ({cause.resource_type}) could not be deployed: {cause.reason.rstrip('.')}."
    else:
        reason = validation_failures(aws, StackName=stack.stack_id or name) or (cause.reason if cause else stack.reason)
        what = f"{name} could not be deployed: {reason.rstrip('.') or 'AWS gave no reason'}."
    if stack.state.situation in {Situation.STUCK, Situation.EMPTY}:
        return NeedsRepairError(
            f"{what} The stack {name} in {region} is left in {stack.status}.",
            stack.state.repair.format(name=name, region=region),
        )
    if stack.state.situation is Situation.ABSENT:
        aftermath = "Everything that had been made was removed again."
    else:
        aftermath = "The stack was rolled back and works as before."
    action = denied_action(cause.reason) if cause else None
    if action:
        return AccessDeniedError(f"{what} {aftermath}", f"Allow {action} for the identity in use.", action=action)
    return DeployError(f"{what} {aftermath}", _advice(cause))


def _advice(cause: Cause | None) -> str:
    if cause is not None and "already exists" in cause.reason.lower():
        return "Something of that name is there already: choose another name with lamed configure --set name=…"
    return "Remove the cause and deploy again."


def _detached(error: AwsError) -> LamedError:
    narrower = CredentialsError if isinstance(error, CredentialsError) else AwsError
    return narrower(
        f"{error.what} The deployment goes on in AWS.",
        f"{error.fix} Then run lamed deploy again: it follows the running deployment.",
    )


def _events_after(
    aws: Aws, stack_id: str, boundary: str | None, *, newest_only: bool = False
) -> list[StackEventTypeDef]:
    """Events newer than the one whose id is given, oldest first."""
    found: list[StackEventTypeDef] = []
    for page in aws.cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id):
        for event in page["StackEvents"]:
            if event["EventId"] == boundary:
                return found[::-1]
            found.append(event)
            if newest_only:
                return found
    return found[::-1]
