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


class Remedy(Enum):
    """The step that leads out of a stuck state; the value is the question whether to take it."""

    DELETE_HUSK = "The stack is empty: its creation failed, and nothing of it is live. Delete it and go on?"
    DELETE_REST = "Nothing of the stack is live. Delete what is left of it and go on?"
    CONTINUE_ROLLBACK = "The rollback of an earlier deployment stopped halfway. Let AWS finish it, then go on?"
    ROLL_BACK = "An earlier deployment failed and was not rolled back. Roll it back, then go on?"


@dataclass(frozen=True)
class StackState:
    """One status: what may be done, whether the last operation reached its goal, and the way out when stuck.

    `repair` says the way out in words; it may hold `{name}` and `{region}`. `remedy` is what lamed itself can do.
    """

    situation: Situation
    succeeded: bool = False
    repair: str = ""
    remedy: Remedy | None = None


_DELETE = "aws cloudformation delete-stack --stack-name {name} --region {region}"
_DELETE_EMPTY = f"The stack is empty. Delete it with: {_DELETE}, then deploy again."
_DELETE_MADE = f"Delete what was made with: {_DELETE}, then deploy again."
_CONTINUE = "aws cloudformation continue-update-rollback --stack-name {name} --region {region}"
_ROLL_BACK = "aws cloudformation rollback-stack --stack-name {name} --region {region}"

PLANNED = "REVIEW_IN_PROGRESS"
"""The state of a stack that was never made: only a change set plans it."""

STATES: dict[str | None, StackState] = {
    None: StackState(Situation.ABSENT),
    PLANNED: StackState(Situation.ABSENT),
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
    "ROLLBACK_COMPLETE": StackState(Situation.EMPTY, repair=_DELETE_EMPTY, remedy=Remedy.DELETE_HUSK),
    "CREATE_FAILED": StackState(Situation.STUCK, repair=_DELETE_MADE, remedy=Remedy.DELETE_REST),
    "ROLLBACK_FAILED": StackState(Situation.STUCK, repair=_DELETE_MADE, remedy=Remedy.DELETE_REST),
    "DELETE_FAILED": StackState(
        Situation.STUCK,
        repair=f"Remove what blocks the deletion (see the stack's events), then: lamed destroy, or: {_DELETE}",
        remedy=Remedy.DELETE_REST,
    ),
    "UPDATE_FAILED": StackState(
        Situation.STUCK, repair=f"Return to the last good state with: {_ROLL_BACK}", remedy=Remedy.ROLL_BACK
    ),
    "UPDATE_ROLLBACK_FAILED": StackState(
        Situation.STUCK,
        repair=f"Remove the cause (see the stack's events), finish the rollback with: {_CONTINUE}, then deploy again.",
        remedy=Remedy.CONTINUE_ROLLBACK,
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
