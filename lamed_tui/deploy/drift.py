"""Has somebody changed by hand what the stack made? CloudFormation compares, and says what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamed_tui.deploy.clock import delays
from lamed_tui.deploy.differences import SECRET, Difference
from lamed_tui.deploy.environment import PASSWORD_VARIABLE
from lamed_tui.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import DescribeStackResourceDriftsInputTypeDef, StackResourceDriftTypeDef

    from lamed_tui.aws.session import Aws
    from lamed_tui.deploy.clock import Clock


@dataclass(frozen=True)
class Drifted:
    """One resource that is not what the stack made: `MODIFIED` or `DELETED`, and each value as made and as found."""

    logical_id: str
    resource_type: str
    status: str
    differences: tuple[Difference, ...]


def detect(aws: Aws, stack_id: str, clock: Clock) -> tuple[Drifted, ...]:
    """Every resource of a stack that drifted; none when everything is as it was made.

    Raises:
        AwsError: CloudFormation could not compare, refused, or could not be reached.
    """
    detection = aws.cloudformation.detect_stack_drift(StackName=stack_id)["StackDriftDetectionId"]
    for delay in delays(local=aws.endpoint_url is not None):
        answer = aws.cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if answer["DetectionStatus"] == "DETECTION_COMPLETE":
            break
        if answer["DetectionStatus"] == "DETECTION_FAILED":
            raise AwsError(
                "CloudFormation could not compare the stack with what is there: "
                f"{answer.get('DetectionStatusReason', 'it gave no reason').rstrip('.')}.",
                "Try again in a minute.",
            )
        clock.sleep(delay)
    request: DescribeStackResourceDriftsInputTypeDef = {
        "StackName": stack_id,
        "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"],
    }
    found: list[Drifted] = []
    while True:
        page = aws.cloudformation.describe_stack_resource_drifts(**request)
        found += [_drifted(item) for item in page["StackResourceDrifts"]]
        if not (token := page.get("NextToken")):
            return tuple(found)
        request["NextToken"] = token


def _drifted(item: StackResourceDriftTypeDef) -> Drifted:
    return Drifted(
        item["LogicalResourceId"],
        item["ResourceType"],
        item["StackResourceDriftStatus"],
        tuple(
            _difference(one["PropertyPath"], one.get("ExpectedValue"), one.get("ActualValue"))
            for one in item.get("PropertyDifferences", [])
        ),
    )


def _difference(path: str, expected: str | None, actual: str | None) -> Difference:
    secret = PASSWORD_VARIABLE in path or PASSWORD_VARIABLE in f"{expected}{actual}"
    values = (SECRET, SECRET) if secret else (expected, actual)
    return Difference(path.strip("/").replace("/", "."), *values)
