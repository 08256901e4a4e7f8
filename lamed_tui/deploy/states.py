"""Every state a CloudFormation stack can be in, and what each means for a deployment. Plain data.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Situation(Enum):
    """What may be done with a stack."""

    ABSENT = "absent"  # there is none, or only the name of one that was never made: create it
    READY = "ready"  # update it
    BUSY = "busy"  # an operation is running: follow it
    EMPTY = "empty"  # a failed creation left a husk that can only be deleted
    STUCK = "stuck"  # only a deliberate step leads out


@dataclass(frozen=True)
class StackState:
    """One status: what may be done, whether the last operation reached its goal, and the way out when stuck.

    `repair` may hold `{name}` and `{region}`.
    """

    situation: Situation
    succeeded: bool = False
    repair: str = ""


_DELETE = "aws cloudformation delete-stack --stack-name {name} --region {region}"
_DELETE_EMPTY = f"The stack is empty. Delete it with: {_DELETE}, then deploy again."
_CONTINUE = "aws cloudformation continue-update-rollback --stack-name {name} --region {region}"
_ROLL_BACK = "aws cloudformation rollback-stack --stack-name {name} --region {region}"

STATES: dict[str | None, StackState] = {
    None: StackState(Situation.ABSENT),
    "REVIEW_IN_PROGRESS": StackState(Situation.ABSENT),
    "DELETE_COMPLETE": StackState(Situation.ABSENT),
    "CREATE_COMPLETE": StackState(Situation.READY, succeeded=True),
    "UPDATE_COMPLETE": StackState(Situation.READY, succeeded=True),
    "UPDATE_ROLLBACK_COMPLETE": StackState(Situation.READY),
    "IMPORT_COMPLETE": StackState(Situation.READY, succeeded=True),
    "IMPORT_ROLLBACK_COMPLETE": StackState(Situation.READY),
    "CREATE_IN_PROGRESS": StackState(Situation.BUSY),
    "UPDATE_IN_PROGRESS": StackState(Situation.BUSY),
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": StackState(Situation.BUSY),
    "UPDATE_ROLLBACK_IN_PROGRESS": StackState(Situation.BUSY),
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": StackState(Situation.BUSY),
    "ROLLBACK_IN_PROGRESS": StackState(Situation.BUSY),
    "DELETE_IN_PROGRESS": StackState(Situation.BUSY),
    "IMPORT_IN_PROGRESS": StackState(Situation.BUSY),
    "IMPORT_ROLLBACK_IN_PROGRESS": StackState(Situation.BUSY),
    "ROLLBACK_COMPLETE": StackState(Situation.EMPTY, repair=_DELETE_EMPTY),
    "CREATE_FAILED": StackState(Situation.STUCK, repair=f"Delete what was made with: {_DELETE}, then deploy again."),
    "ROLLBACK_FAILED": StackState(Situation.STUCK, repair=f"Delete what was made with: {_DELETE}, then deploy again."),
    "DELETE_FAILED": StackState(
        Situation.STUCK, repair=f"Remove what blocks the deletion (see the stack's events), then: {_DELETE}"
    ),
    "UPDATE_FAILED": StackState(Situation.STUCK, repair=f"Return to the last good state with: {_ROLL_BACK}"),
    "UPDATE_ROLLBACK_FAILED": StackState(
        Situation.STUCK,
        repair=f"Remove the cause (see the stack's events), finish the rollback with: {_CONTINUE}, then deploy again.",
    ),
    "IMPORT_ROLLBACK_FAILED": StackState(
        Situation.STUCK, repair=f"Remove the cause (see the stack's events), then: {_ROLL_BACK}"
    ),
}


def of(status: str | None) -> StackState:
    """What a status means; a status newer than this table counts as running when it says so, else as stuck."""
    known = STATES.get(status)
    if known is not None:
        return known
    if status is not None and status.endswith("_IN_PROGRESS"):
        return StackState(Situation.BUSY)
    return StackState(Situation.STUCK, repair="Look at the stack in the CloudFormation console of {region}.")
