"""Change sets: ask CloudFormation what would change, and take the question back without leaving a trace."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamed_tui.aws.errors import ServiceError, TransientError
from lamed_tui.deploy import live, states
from lamed_tui.deploy.clock import delays
from lamed_tui.errors import DeployError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_cloudformation.type_defs import CreateChangeSetInputTypeDef

    from lamed_tui.aws.session import Aws
    from lamed_tui.deploy.clock import Clock
    from lamed_tui.deploy.live import Live

_NO_CHANGE = re.compile(r"didn't contain changes|No updates are to be performed")
MAX_INLINE_BYTES = 51_200
"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""


@dataclass(frozen=True)
class TemplateSource:
    """A template as it is handed over: its text or, when that is too long, the URL of an uploaded copy."""

    body: str = ""
    url: str = ""


@dataclass(frozen=True)
class ChangeSet:
    """A change set that exists in CloudFormation.

    Attributes:
        arn: its own name.
        stack_id: the stack's ARN, valid also after the stack's deletion.
        creates: whether the stack is new.
        changes: the `Changes` of DescribeChangeSet; none when there is nothing to do.
    """

    arn: str
    stack_id: str
    stack_name: str
    creates: bool
    changes: Sequence[Mapping[str, Any]] = ()


def create(
    aws: Aws,
    stack: Live,
    *,
    token: str,
    template: TemplateSource,
    parameters: Mapping[str, str | None],
    tags: Mapping[str, str],
) -> ChangeSet:
    """Ask for the changes; CloudFormation works them out meanwhile (see `describe`).

    Args:
        stack: the stack as it stands.
        token: a word of our own that names this deployment, of 32 letters and digits.
        template: the document, or where it was uploaded.
        parameters: all of them, secret ones included; None for a value that stays as it is.

    Raises:
        AwsError: AWS refused, for example an invalid template, or could not be reached.
    """
    creates = stack.state.situation is states.Situation.ABSENT
    request: CreateChangeSetInputTypeDef = {
        "StackName": stack.name,
        "ChangeSetName": f"lamed-{token}",
        "ClientToken": token,
        "ChangeSetType": "CREATE" if creates else "UPDATE",
        "Parameters": [
            {"ParameterKey": key, "UsePreviousValue": True}
            if value is None
            else {"ParameterKey": key, "ParameterValue": value}
            for key, value in parameters.items()
        ],
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    if creates:  # never together with DisableRollback, which an update says when it is executed
        request["OnStackFailure"] = "DELETE"
    if template.url:
        request["TemplateURL"] = template.url
    else:
        request["TemplateBody"] = template.body
    answer = aws.cloudformation.create_change_set(**request)
    return ChangeSet(answer["Id"], answer["StackId"], stack.name, creates)


def describe(aws: Aws, pending: ChangeSet, clock: Clock) -> ChangeSet:
    """Wait until CloudFormation knows the changes. Having none is an answer, not an error.

    Raises:
        DeployError: CloudFormation cannot make sense of the template, with its reason.
        AwsError: AWS refused or could not be reached.
    """
    for delay in delays(local=aws.endpoint_url is not None):
        answer = aws.cloudformation.describe_change_set(
            StackName=pending.stack_id, ChangeSetName=pending.arn, IncludePropertyValues=True
        )
        status, reason = answer["Status"], answer.get("StatusReason", "")
        if status == "CREATE_COMPLETE":
            return ChangeSet(
                pending.arn, pending.stack_id, pending.stack_name, pending.creates, _all_changes(aws, pending, answer)
            )
        if status == "FAILED":
            if _NO_CHANGE.search(reason):
                return pending
            detail = validation_failures(aws, ChangeSetName=pending.arn)
            raise DeployError(
                f"CloudFormation cannot plan the change of {pending.stack_name}: {(detail or reason).rstrip('.')}.",
                "Nothing was changed. Remove the cause and deploy again.",
            )
        clock.sleep(delay)
    raise AssertionError("delays never end")


def discard(aws: Aws, change_set: ChangeSet) -> None:
    """Take the question back: no change set is left, nor the name of a stack that was never made.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    aws.cloudformation.delete_change_set(StackName=change_set.stack_id, ChangeSetName=change_set.arn)
    if not change_set.creates:
        return
    remaining = live.read(aws, change_set.stack_id)
    if remaining.status != states.PLANNED:
        return
    others = aws.cloudformation.list_change_sets(StackName=change_set.stack_id).get("Summaries", [])
    if all(other.get("ChangeSetId") == change_set.arn for other in others):
        aws.cloudformation.delete_stack(StackName=change_set.stack_id)


def validation_failures(aws: Aws, **where: str) -> str:
    """What CloudFormation's early validation found, which no stack event tells; empty when it tells nothing."""
    describe_events = getattr(aws.cloudformation, "describe_events", None)  # younger than the oldest boto3 we allow
    if describe_events is None:
        return ""
    try:
        found = describe_events(**where, Filters={"FailedEvents": True}).get("OperationEvents", [])
    except (ServiceError, TransientError):
        return ""
    reasons = [
        f"{event.get('LogicalResourceId', '')}: {event['ValidationStatusReason']}"
        for event in found
        if event.get("ValidationStatusReason")
    ]
    return "; ".join(dict.fromkeys(reasons))


def _all_changes(aws: Aws, pending: ChangeSet, answer: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    changes = list(answer.get("Changes", []))
    while token := answer.get("NextToken"):
        answer = aws.cloudformation.describe_change_set(
            StackName=pending.stack_id, ChangeSetName=pending.arn, IncludePropertyValues=True, NextToken=token
        )
        changes += answer.get("Changes", [])
    return tuple(changes)
