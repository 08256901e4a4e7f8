"""Starting the operations of CloudFormation, and what their bad ends mean. `following` tells how they go."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lamed_tui.aws.errors import AccessDeniedError, ServiceError, denied_action
from lamed_tui.deploy.changeset import validation_failures
from lamed_tui.deploy.following import CREATIONS, Follower, always_follow, events_after, newest_event
from lamed_tui.deploy.states import Remedy, Situation
from lamed_tui.errors import DeployError, ExitCode, NeedsRepairError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_cloudformation.type_defs import ExecuteChangeSetInputTypeDef

    from lamed_tui.aws.session import Aws
    from lamed_tui.deploy.changeset import ChangeSet
    from lamed_tui.deploy.clock import Clock
    from lamed_tui.deploy.following import Cause, Outcome, Wish
    from lamed_tui.deploy.live import Live
    from lamed_tui.errors import LamedError

_BEGINNINGS = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "REVIEW_IN_PROGRESS"}
_OVERTAKEN = {"InvalidChangeSetStatus", "ChangeSetNotFound", "ChangeSetNotFoundException"}


@dataclass(frozen=True)
class Starter:
    """Starts operations, and gives the follower of each one's events.

    Attributes:
        hide: replaces secrets in AWS's reasons.
        wish: asked while AWS works whether to go on following, to cancel or to detach.
    """

    aws: Aws
    clock: Clock
    hide: Callable[[str], str] = str
    wish: Callable[[], Wish] = always_follow

    def execute(self, change_set: ChangeSet, token: str) -> Follower:
        """Start a change.

        Raises:
            AwsError: AWS refused, for example because another deployment came first, or could not be reached.
        """
        boundary = newest_event(self.aws, change_set.stack_id)
        request: ExecuteChangeSetInputTypeDef = {
            "StackName": change_set.stack_id,
            "ChangeSetName": change_set.arn,
            "ClientRequestToken": token,
        }
        if not change_set.creates:  # for a creation that was said when the change set was made
            request["DisableRollback"] = False
            # Versions are kept when a later release drops them, but not those of a release that never went live: AWS
            # would refuse to publish the same content once more when the deployment is repeated.
            request["RetainExceptOnCreate"] = True
        try:
            self.aws.cloudformation.execute_change_set(**request)
        except ServiceError as error:
            if error.code in _OVERTAKEN:
                raise DeployError(
                    f"Another deployment of {change_set.stack_name} came first, so this plan no longer holds.",
                    "Run lamed deploy again: it follows the other one and then plans anew.",
                ) from error
            raise
        return self._follower(change_set.stack_id, boundary, deletes_on_failure=change_set.creates)

    def mend(self, stack: Live, token: str) -> Follower:
        """Start the step that leads out of a stuck state.

        Raises:
            AwsError: AWS refused or could not be reached.
        """
        match stack.state.remedy:
            case Remedy.CONTINUE_ROLLBACK:
                return self._leaving(stack, self.aws.cloudformation.continue_update_rollback, token)
            case Remedy.ROLL_BACK:
                rollback = partial(self.aws.cloudformation.rollback_stack, RetainExceptOnCreate=True)
                return self._leaving(stack, rollback, token)
            case _:
                return self.delete(stack, token)

    def delete(self, stack: Live, token: str) -> Follower:
        """Start the deletion of a stack, whatever its state.

        Raises:
            AwsError: AWS refused or could not be reached.
        """
        return self._leaving(stack, self.aws.cloudformation.delete_stack, token)

    def attach(self, stack: Live) -> Follower:
        """Follow the operation that is running on a stack, from its beginning.

        Raises:
            AwsError: AWS refused or could not be reached.
        """
        stack_id = stack.stack_id or stack.name
        events = events_after(self.aws, stack_id, None)
        boundary = None
        for position, event in enumerate(events):
            if event.get("PhysicalResourceId") == stack_id and event.get("ResourceStatus") in _BEGINNINGS:
                boundary = events[position - 1]["EventId"] if position else None
        return self._follower(stack_id, boundary, deletes_on_failure=stack.status in CREATIONS)

    def _leaving(self, stack: Live, begin: Callable[..., object], token: str) -> Follower:
        """Begin an operation that leads out of the state the stack is in."""
        name = stack.stack_id or stack.name
        boundary = newest_event(self.aws, name)
        begin(StackName=name, ClientRequestToken=token)
        return self._follower(name, boundary, leaves=stack.status)

    def _follower(
        self, stack_id: str, boundary: str | None, *, deletes_on_failure: bool = False, leaves: str | None = None
    ) -> Follower:
        return Follower(
            self.aws,
            stack_id,
            self.clock,
            boundary,
            self.hide,
            deletes_on_failure=deletes_on_failure,
            leaves=leaves,
            wish=self.wish,
        )


def failure(aws: Aws, outcome: Outcome, name: str) -> LamedError:
    """The error that an operation's bad end means: its first cause, what state the stack is in, and what to do."""
    stack, cause, region = outcome.stack, outcome.cause, aws.region
    situation = stack.state.situation
    if situation is Situation.ABSENT:
        aftermath = "Everything that had been made was removed again."
    else:
        aftermath = "The stack was rolled back and works as before."
    if outcome.cancelled and situation in {Situation.ABSENT, Situation.READY}:
        stopped = DeployError(f"Cancelled, as was asked for. {aftermath}")
        stopped.exit_code = ExitCode.INTERRUPTED
        return stopped
    if cause is not None and cause.logical_id != name:
        what = f"{cause.logical_id} ({cause.resource_type}) could not be deployed: {cause.reason.rstrip('.')}."
    else:
        reason = validation_failures(aws, StackName=stack.stack_id or name) or (cause.reason if cause else stack.reason)
        what = f"{name} could not be deployed: {reason.rstrip('.') or 'AWS gave no reason'}."
    if situation in {Situation.STUCK, Situation.EMPTY}:
        return NeedsRepairError(
            f"{what} The stack {name} in {region} is left in {stack.status}.",
            stack.state.repair.format(name=name, region=region),
        )
    action = denied_action(cause.reason) if cause else None
    if action:
        return AccessDeniedError(f"{what} {aftermath}", f"Allow {action} for the identity in use.", action=action)
    return DeployError(f"{what} {aftermath}", _advice(cause))


def _advice(cause: Cause | None) -> str:
    if cause is not None and "already exists" in cause.reason.lower():
        return "Something of that name is there already: choose another name with lamed configure --set name=…"
    return "Remove the cause and deploy again."
