"""AWS played from a script: botocore checks every request and answer against the service's model."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.stub import Stubber

from lamed_tui.aws.session import Aws, connect
from lamed_tui.config.model import AwsSettings
from lamed_tui.deploy.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STACK_ID = "arn:aws:cloudformation:eu-central-1:123456789012:stack/lamed/0a"
CHANGE_SET = "arn:aws:cloudformation:eu-central-1:123456789012:changeSet/lamed-t/0b"
ADDED = {
    "Type": "Resource",
    "ResourceChange": {"Action": "Add", "LogicalResourceId": "Role", "ResourceType": "AWS::IAM::Role"},
}
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WHO = {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/operator", "UserId": "AIDA"}
OURS = [{"Key": "lamed:name", "Value": "lamed"}, {"Key": "lamed:release", "Value": "4"}]


@cache
def aws_for_stubs() -> Aws:
    """AWS proper, not an endpoint on loopback; nothing may reach it. Its clients are shared: they are slow to make."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret"}
    return connect(AwsSettings(region="eu-central-1"), keys)


@dataclass
class PlayedTime:
    """A clock that moves only when somebody waits."""

    elapsed: float = 0.0
    waits: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(self.now, lambda: self.elapsed, self.sleep)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.elapsed)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.elapsed += seconds


class CloudFormationScript:
    """What CloudFormation will answer, in order."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.stub = Stubber(aws.cloudformation)
        self.stub.activate()

    def stack(self, status: str | None, *, asked: str = STACK_ID, reason: str = "", **fields: Any) -> None:
        """DescribeStacks: a status, or None when there is no such stack."""
        if status is None:
            self.stub.add_client_error(
                "describe_stacks",
                "ValidationError",
                f"Stack with id {asked} does not exist",
                expected_params={"StackName": asked},
            )
            return
        described = {
            "StackName": "lamed",
            "StackId": STACK_ID,
            "StackStatus": status,
            "StackStatusReason": reason,
            "CreationTime": NOON,
            "Tags": OURS,
            **fields,
        }
        self.stub.add_response("describe_stacks", {"Stacks": [described]}, {"StackName": asked})

    def events(self, *newest_first: Mapping[str, Any]) -> None:
        """DescribeStackEvents, as CloudFormation orders them."""
        self.stub.add_response("describe_stack_events", {"StackEvents": list(newest_first)}, {"StackName": STACK_ID})

    def poll(self, status: str, *newest_first: Mapping[str, Any], reason: str = "") -> None:
        """One round of the follower: the state, then the events."""
        self.stack(status, reason=reason)
        self.events(*newest_first)

    def fails(self, operation: str, code: str, message: str = "", status: int = 400) -> None:
        self.stub.add_client_error(operation, code, message, status)

    def answers(self, operation: str, answer: Mapping[str, Any], expected: Mapping[str, Any] | None = None) -> None:
        self.stub.add_response(operation, dict(answer), dict(expected) if expected is not None else None)

    def close(self, *, asked_for_everything: bool = True) -> None:
        """End the script; everything that was prepared should have been asked for."""
        self.stub.deactivate()
        if asked_for_everything:
            self.stub.assert_no_pending_responses()


@contextmanager
def played(client: Any) -> Iterator[Stubber]:
    """What a client of AWS will answer, in order; everything must be asked for."""
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@contextmanager
def s3_script(aws: Aws) -> Iterator[Stubber]:
    """What S3 will answer, and before it the question whose account this is, which is asked once only."""
    with played(aws.sts) as sts, played(aws.s3) as s3:
        if aws._identity is None:
            sts.add_response("get_caller_identity", WHO)
        yield s3


def event(
    number: int, logical_id: str, status: str, reason: str = "", *, kind: str = "Lambda::Function", after: float = 0.0
) -> dict[str, Any]:
    """A stack event; the stack's own has the logical id `lamed`."""
    is_stack = logical_id == "lamed"
    return {
        "StackId": STACK_ID,
        "EventId": f"event-{number}",
        "StackName": "lamed",
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": STACK_ID if is_stack else f"{logical_id}-physical",
        "ResourceType": "AWS::CloudFormation::Stack" if is_stack else f"AWS::{kind}",
        "Timestamp": NOON + timedelta(seconds=after),
        "ResourceStatus": status,
        **({"ResourceStatusReason": reason} if reason else {}),
    }
