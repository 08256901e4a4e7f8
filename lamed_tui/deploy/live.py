"""What is deployed now, as CloudFormation tells it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lamed_tui.aws.errors import ServiceError
from lamed_tui.deploy import states, template
from lamed_tui.errors import AwsError, NeedsRepairError

if TYPE_CHECKING:
    from lamed_tui.aws.session import Aws
    from lamed_tui.deploy.states import StackState

NAME_TAG = "lamed:name"
RELEASE_TAG = "lamed:release"
CHANGE_SET_NAME = re.compile(r"lamed-\w{32}", re.ASCII)


@dataclass(frozen=True)
class Live:
    """A stack as it stands.

    Attributes:
        name: its name.
        stack_id: its ARN, under which it is known even after its deletion.
        status: CloudFormation's word for its state; None when there is no stack.
        reason: CloudFormation's words about that state.
        parameters: values that may be shown; secret ones are masked by CloudFormation.
    """

    name: str
    stack_id: str | None = None
    status: str | None = None
    reason: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> StackState:
        """What the status means for a deployment."""
        return states.of(self.status)

    @property
    def release(self) -> int | None:
        """The number of the release that is live."""
        number = self.tags.get(RELEASE_TAG, "")
        return int(number) if number.isdigit() and self.outputs else None


def function_exists(aws: Aws, name: str) -> bool:
    """Whether there is a Lambda function of this name, whoever made it.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    try:
        aws.functions.get_function_configuration(FunctionName=name)
    except ServiceError as error:
        if error.code == "ResourceNotFoundException":
            return False
        raise
    return True


def read(aws: Aws, name: str) -> Live:
    """Describe a stack by its name, or by its ARN when it may be deleted by now.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    try:
        answer = aws.cloudformation.describe_stacks(StackName=name)
    except ServiceError as error:
        if error.code == "ValidationError" and "does not exist" in error.message:
            return Live(name)
        raise
    stack = answer["Stacks"][0]
    return Live(
        stack["StackName"],
        stack.get("StackId"),
        stack["StackStatus"],
        stack.get("StackStatusReason", ""),
        {item.get("ParameterKey", ""): item.get("ParameterValue", "") for item in stack.get("Parameters", [])},
        {item.get("OutputKey", ""): item.get("OutputValue", "") for item in stack.get("Outputs", [])},
        {item["Key"]: item["Value"] for item in stack.get("Tags", [])},
    )


def read_template(aws: Aws, stack: Live) -> dict[str, Any]:
    """The template in force, empty when there is none yet.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    if stack.stack_id is None or not stack.outputs:
        return {}
    body: Any = aws.cloudformation.get_template(StackName=stack.stack_id, TemplateStage="Original")["TemplateBody"]
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return {}  # not ours: written in YAML by somebody else
    return json.loads(json.dumps(body)) if isinstance(body, Mapping) else {}


def endpoints_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The routes that a template's metadata lists."""
    listed = body.get("Metadata", {}).get(template.ENDPOINTS, [])
    return [dict(route) for route in listed if isinstance(route, Mapping)]


def refuse_unless_ours(stack: Live, region: str) -> None:
    """Stop before touching a stack of the same name that something else made.

    Raises:
        AwsError: the stack exists and does not carry our tag.
    """
    if stack.state.situation is not states.Situation.ABSENT and stack.tags.get(NAME_TAG) != stack.name:
        raise _not_ours(stack, region)


def refuse_unless_planned_by_us(aws: Aws, stack: Live) -> None:
    """Stop before taking the name of a stack that something else is about to make.

    CloudFormation gives a stack its tags when it is made. Until then only the change sets tell who plans it.

    Raises:
        AwsError: there is a change set that is not ours; or AWS refused or could not be reached.
    """
    if stack.status != states.PLANNED or stack.tags.get(NAME_TAG) == stack.name:
        return
    pending = aws.cloudformation.list_change_sets(StackName=stack.stack_id or stack.name).get("Summaries", [])
    if not all(CHANGE_SET_NAME.fullmatch(one.get("ChangeSetName", "")) for one in pending):
        raise _not_ours(stack, aws.region)


def refuse_if_stuck(stack: Live, region: str) -> None:
    """Stop when only a deliberate step leads on.

    Raises:
        NeedsRepairError: saying which step.
    """
    if stack.state.situation in {states.Situation.EMPTY, states.Situation.STUCK}:
        reason = f" ({stack.reason.rstrip('.')})" if stack.reason else ""
        raise NeedsRepairError(
            f"The stack {stack.name} in {region} is in {stack.status}{reason}, so it cannot be deployed to.",
            stack.state.repair.format(name=stack.name, region=region),
        )


def _not_ours(stack: Live, region: str) -> AwsError:
    return AwsError(
        f"There is already a stack named {stack.name} in {region}, and lamed did not make it.",
        "Choose another name: lamed configure --set name=…",
    )
