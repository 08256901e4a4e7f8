"""Deployments from their first question to their last, on AWS proper, from scripts of its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import ANY

from lamed_tui.deploy import engine
from lamed_tui.deploy.events import Applying, Declined, Deployed, Planned, ResourceChanged
from lamed_tui.deploy.options import Options
from lamed_tui.deploy.package import pack
from lamed_tui.errors import DeployError
from tests.unit.deploy.configs import config
from tests.unit.deploy.stubs import ADDED, CHANGE_SET, NOON, STACK_ID, event, s3_script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.stub import Stubber

    from lamed_tui.deploy.events import DeployEvent
    from tests.unit.deploy.stubs import CloudFormationScript, PlayedTime

PACKAGE = pack({"lamed/__init__.py": b""})
OUTPUTS = [
    {"OutputKey": "BaseUrl", "OutputValue": "https://api.example/prod"},
    {"OutputKey": "ApiId", "OutputValue": "api"},
    {"OutputKey": "ApiKeyId", "OutputValue": "key"},
]
TAGS = [{"Key": "lamed:name", "Value": "lamed"}, {"Key": "lamed:release", "Value": "1"}]


class Deployment:
    """CloudFormation and S3 as they will answer; everything must be asked for, in this order each."""

    def __init__(self, cloudformation: CloudFormationScript, s3: Stubber, time: PlayedTime) -> None:
        self.cloudformation = cloudformation
        self.s3 = s3
        self.time = time

    def plan(self, stack: str | None, *changes: dict[str, Any], **fields: Any) -> None:
        """What is asked until the plan can be shown."""
        self.cloudformation.stack(stack, asked="lamed", **fields)
        if stack is not None:
            self.cloudformation.answers("get_template", {"TemplateBody": '{"Resources": {}}'})
        self.s3.add_client_error("head_bucket", "404", http_status_code=404)
        self.cloudformation.answers("create_change_set", {"Id": CHANGE_SET, "StackId": STACK_ID})
        self.cloudformation.answers(
            "describe_change_set",
            {
                "ChangeSetId": CHANGE_SET,
                "Status": "CREATE_COMPLETE" if changes else "FAILED",
                "StatusReason": "" if changes else "The submitted information didn't contain changes.",
                "CreationTime": NOON,
                "Changes": list(changes),
            },
        )

    def make_the_bucket(self) -> None:
        self.s3.add_client_error("head_bucket", "404", http_status_code=404)
        self.s3.add_response("create_bucket", {})
        for step in (
            "put_public_access_block",
            "put_bucket_encryption",
            "put_bucket_versioning",
            "put_bucket_policy",
        ):
            self.s3.add_response(step, {})

    def upload(self) -> None:
        self.s3.add_client_error("head_object", "404", http_status_code=404)
        self.s3.add_response("put_object", {})

    def begin(self, **expected: Any) -> None:
        self.cloudformation.events(event(0, "lamed", "REVIEW_IN_PROGRESS"))
        place = {"StackName": STACK_ID, "ChangeSetName": CHANGE_SET, "ClientRequestToken": ANY}
        self.cloudformation.answers("execute_change_set", {}, place | expected)

    def record(self) -> None:
        self.s3.add_client_error("get_object", "NoSuchKey", http_status_code=404)
        self.s3.add_response("put_object", {})

    def tidy_up(self) -> None:
        for _ in range(2):
            self.s3.add_response("list_objects_v2", {})

    def deploy(self, **options: Any) -> Iterator[DeployEvent]:
        chosen = Options(**{"smoke_test": False, "clock": self.time.clock(), **options})
        return engine.deploy(config(), self.cloudformation.aws, package=PACKAGE, options=chosen)


@pytest.fixture
def deployment(script: CloudFormationScript, time: PlayedTime) -> Iterator[Deployment]:
    with s3_script(script.aws) as s3:
        yield Deployment(script, s3, time)


def test_a_stack_is_made_from_nothing(deployment: Deployment) -> None:
    deployment.plan(None, ADDED)
    deployment.make_the_bucket()
    deployment.upload()
    deployment.begin()
    begun = event(1, "lamed", "CREATE_IN_PROGRESS")
    deployment.cloudformation.poll("CREATE_IN_PROGRESS", begun, event(0, "lamed", "REVIEW_IN_PROGRESS"))
    deployment.cloudformation.stack("CREATE_COMPLETE", Outputs=OUTPUTS, Tags=TAGS)
    deployment.cloudformation.events(event(2, "lamed", "CREATE_COMPLETE"), begun)
    deployment.record()
    deployment.tidy_up()
    told = list(deployment.deploy())
    assert [type(item) for item in told] == [Planned, Applying, ResourceChanged, ResourceChanged, Deployed]
    last = told[-1]
    assert isinstance(last, Deployed)
    assert (last.changed, last.release, last.base_url) == (True, 1, "https://api.example/prod")


def test_a_stack_is_changed_and_rolls_back_by_itself(deployment: Deployment) -> None:
    deployment.plan("UPDATE_COMPLETE", ADDED, Outputs=OUTPUTS, Tags=TAGS)
    deployment.make_the_bucket()
    deployment.upload()
    deployment.begin(DisableRollback=False, RetainExceptOnCreate=True)
    deployment.cloudformation.poll(
        "UPDATE_ROLLBACK_COMPLETE",
        event(2, "lamed", "UPDATE_ROLLBACK_COMPLETE"),
        event(1, "Role", "UPDATE_FAILED", "No."),
        event(0, "lamed", "REVIEW_IN_PROGRESS"),
    )
    with pytest.raises(DeployError, match="The stack was rolled back and works as before"):
        list(deployment.deploy())


def test_a_template_that_changes_nothing_is_no_release(deployment: Deployment) -> None:
    live: list[tuple[int | None, str | None]] = []
    deployment.plan("UPDATE_COMPLETE", Outputs=OUTPUTS, Tags=TAGS)
    deployment.cloudformation.answers("delete_change_set", {})
    deployment.make_the_bucket()
    deployment.upload()
    deployment.record()
    (only,) = deployment.deploy(on_live=lambda *known: live.append(known))
    assert isinstance(only, Deployed)
    assert (only.changed, only.release) == (False, 1)
    assert live == [(1, "https://api.example/prod")]


def test_a_creation_that_is_declined_leaves_neither_change_set_nor_stack(deployment: Deployment) -> None:
    deployment.plan(None, ADDED)
    deployment.cloudformation.answers("delete_change_set", {})
    deployment.cloudformation.stack("REVIEW_IN_PROGRESS", Tags=[])
    deployment.cloudformation.answers("list_change_sets", {"Summaries": []})
    deployment.cloudformation.answers("delete_stack", {}, {"StackName": STACK_ID})
    told = list(deployment.deploy(confirm=lambda _plan: False))
    assert isinstance(told[-1], Declined)
