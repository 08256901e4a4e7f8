"""Following an operation to its end, whatever CloudFormation answers on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamed_tui.deploy import apply
from lamed_tui.deploy.events import ResourceChanged, Warned
from lamed_tui.deploy.live import Live
from lamed_tui.errors import AwsError, CredentialsError, DeployError, ExitCode, NeedsRepairError
from tests.unit.deploy.configs import PASSWORD
from tests.unit.deploy.operations import failure, followed, follower, pending
from tests.unit.deploy.stubs import CHANGE_SET, STACK_ID, CloudFormationScript, aws_for_stubs, event

if TYPE_CHECKING:
    from tests.unit.deploy.stubs import PlayedTime

ANN = "User: arn:aws:iam::123456789012:user/ann is not authorized to perform"


def test_each_event_is_told_once_in_order_with_the_time_its_resource_took(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    reviewed, started = event(0, "lamed", "REVIEW_IN_PROGRESS"), event(1, "lamed", "CREATE_IN_PROGRESS")
    begun, made = event(2, "Role", "CREATE_IN_PROGRESS"), event(3, "Role", "CREATE_COMPLETE", after=2.5)
    script.poll("CREATE_IN_PROGRESS", begun, started, reviewed)
    script.poll("CREATE_IN_PROGRESS", made, begun)
    script.poll("CREATE_COMPLETE", event(4, "lamed", "CREATE_COMPLETE", after=3), made)
    told, outcome = followed(follower(script, time))
    changes = [change for change in told if isinstance(change, ResourceChanged)]
    assert [(change.logical_id, change.status, change.elapsed) for change in changes] == [
        ("lamed", "CREATE_IN_PROGRESS", 0),
        ("Role", "CREATE_IN_PROGRESS", 0),
        ("Role", "CREATE_COMPLETE", 2.5),
        ("lamed", "CREATE_COMPLETE", 3),
    ]
    assert outcome.stack.state.succeeded
    assert outcome.cause is None


def test_aws_is_asked_rarely_and_ever_more_rarely(script: CloudFormationScript, time: PlayedTime) -> None:
    for _ in range(8):
        script.poll("UPDATE_IN_PROGRESS", event(0, "lamed", "UPDATE_IN_PROGRESS"))
    script.poll("UPDATE_COMPLETE", event(0, "lamed", "UPDATE_IN_PROGRESS"))
    followed(follower(script, time))
    assert time.waits[0] == 2
    assert time.waits == sorted(time.waits)
    assert time.waits[-1] == 5


def test_a_question_that_is_throttled_is_asked_again_and_the_deployment_counts_as_running(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    script.fails("describe_stacks", "Throttling", "Rate exceeded")
    script.stack("UPDATE_IN_PROGRESS")
    script.fails("describe_stack_events", "Throttling", "Rate exceeded")
    script.poll("UPDATE_COMPLETE", event(1, "lamed", "UPDATE_COMPLETE"), event(0, "lamed", "UPDATE_IN_PROGRESS"))
    told, outcome = followed(follower(script, time))
    assert outcome.stack.state.succeeded
    assert [type(item) for item in told] == [Warned, ResourceChanged]
    assert isinstance(told[0], Warned)
    assert told[0].message == (
        "AWS asks to slow down or is unavailable (Throttling from cloudformation:DescribeStacks). "
        "AWS goes on with it; asking again."
    )


def test_without_any_answer_for_minutes_it_detaches_and_does_not_call_it_a_failure(time: PlayedTime) -> None:
    script = CloudFormationScript(aws_for_stubs())
    for _ in range(100):
        script.fails("describe_stacks", "Throttling", "Rate exceeded")
    with pytest.raises(AwsError, match=r"AWS goes on with what has begun\. .* run the command again: it follows"):
        followed(follower(script, time))
    script.close(asked_for_everything=False)
    assert 300 < time.elapsed < 330


def test_credentials_that_expire_meanwhile_leave_the_deployment_to_aws(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    script.poll("UPDATE_IN_PROGRESS", event(0, "lamed", "UPDATE_IN_PROGRESS"))
    script.fails("describe_stacks", "ExpiredToken", "", 403)
    with pytest.raises(CredentialsError) as expired:
        followed(follower(script, time))
    assert expired.value.what == "The AWS session has expired. AWS goes on with what has begun."
    assert expired.value.fix.startswith("Sign in again")
    assert expired.value.exit_code == ExitCode.CREDENTIALS


def test_a_failed_creation_ends_with_its_first_cause_although_the_stack_is_gone(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    script.poll(
        "DELETE_IN_PROGRESS",
        event(3, "AllFunction", "CREATE_FAILED", "Resource creation cancelled"),
        event(2, "TrackFunction", "CREATE_FAILED", "The runtime python2.7 is not supported."),
        event(1, "lamed", "CREATE_IN_PROGRESS"),
        event(0, "lamed", "REVIEW_IN_PROGRESS"),
    )
    script.poll("DELETE_COMPLETE", event(4, "lamed", "DELETE_COMPLETE"), event(3, "AllFunction", "CREATE_FAILED"))
    _, outcome = followed(follower(script, time, creates=True))
    error = failure(script, outcome)
    assert isinstance(error, DeployError)
    assert error.what == (
        "TrackFunction (AWS::Lambda::Function) could not be deployed: The runtime python2.7 is not supported. "
        "Everything that had been made was removed again."
    )
    assert error.exit_code == ExitCode.FAILED


def test_a_failed_creation_is_not_over_until_cloudformation_has_cleaned_up(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    failed = event(1, "Role", "CREATE_FAILED", "No.", kind="IAM::Role")
    script.poll("ROLLBACK_COMPLETE", failed, event(0, "lamed", "CREATE_IN_PROGRESS"))
    script.poll("DELETE_IN_PROGRESS", failed)
    script.poll("DELETE_COMPLETE", failed)
    _, outcome = followed(follower(script, time, creates=True))
    assert outcome.stack.status == "DELETE_COMPLETE"


def test_a_husk_that_stays_needs_a_deliberate_step(script: CloudFormationScript, time: PlayedTime) -> None:
    failed = event(1, "Role", "CREATE_FAILED", "No.", kind="IAM::Role")
    script.poll("ROLLBACK_COMPLETE", failed, event(0, "lamed", "CREATE_IN_PROGRESS"))
    for _ in range(5):
        script.poll("ROLLBACK_COMPLETE", failed)
    _, outcome = followed(follower(script, time, creates=True))
    error = failure(script, outcome)
    assert isinstance(error, NeedsRepairError)
    assert "is left in ROLLBACK_COMPLETE" in error.what
    assert "delete-stack --stack-name lamed --region eu-central-1" in error.fix


def test_a_failed_update_says_that_everything_works_as_before(script: CloudFormationScript, time: PlayedTime) -> None:
    script.poll(
        "UPDATE_ROLLBACK_COMPLETE",
        event(3, "lamed", "UPDATE_ROLLBACK_COMPLETE"),
        event(2, "lamed", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update: [TrackFunction]"),
        event(1, "TrackFunction", "UPDATE_FAILED", "Subnet subnet-1 does not exist"),
        event(0, "lamed", "UPDATE_IN_PROGRESS"),
    )
    _, outcome = followed(follower(script, time))
    error = failure(script, outcome)
    assert isinstance(error, DeployError)
    assert error.what == (
        "TrackFunction (AWS::Lambda::Function) could not be deployed: Subnet subnet-1 does not exist. "
        "The stack was rolled back and works as before."
    )


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name lamed --region eu-central-1"),
        ("DELETE_FAILED", "delete-stack --stack-name lamed --region eu-central-1"),
    ],
)
def test_a_failure_that_aws_could_not_undo_needs_a_deliberate_step(
    script: CloudFormationScript, time: PlayedTime, status: str, command: str
) -> None:
    script.poll(status, event(1, "Role", "UPDATE_FAILED", "No."), event(0, "lamed", "UPDATE_IN_PROGRESS"))
    _, outcome = followed(follower(script, time))
    error = failure(script, outcome)
    assert error.exit_code == ExitCode.NEEDS_REPAIR
    assert command in error.fix


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (
            "lambda:CreateFunction",
            f"{ANN}: lambda:CreateFunction on resource: arn:aws:lambda:eu-central-1:1:function",
        ),
        ("iam:CreateRole", f"{ANN}: iam:CreateRole on resource: arn:aws:iam::1:role/lamed-Role-1 because no identity-"),
        (
            "iam:PassRole",
            f'Resource handler returned message: "{ANN}: iam:PassRole on resource: arn:aws:iam::1:x"',
        ),
        ("apigateway:POST", f"{ANN}: apigateway:POST on resource: arn:aws:apigateway:eu-central-1::/restapis"),
        ("logs:CreateLogGroup", f"{ANN}: logs:CreateLogGroup on resource: arn:aws:logs:eu-central-1:1:log-group:x"),
        ("logs:DescribeLogGroups", f"{ANN}: logs:DescribeLogGroups on resource: arn:aws:logs:eu-central-1:1:*"),
    ],
)
def test_a_resource_that_the_caller_may_not_make_ends_like_any_other_missing_permission(
    script: CloudFormationScript, time: PlayedTime, action: str, reason: str
) -> None:
    script.poll(
        "DELETE_COMPLETE", event(1, "TrackFunction", "CREATE_FAILED", reason), event(0, "lamed", "CREATE_IN_PROGRESS")
    )
    _, outcome = followed(follower(script, time))
    error = failure(script, outcome)
    assert error.exit_code == ExitCode.CREDENTIALS
    assert error.fix == f"Allow {action} for the identity in use."


def test_a_failure_that_no_event_explains_is_explained_by_the_early_validation(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    script.poll("DELETE_COMPLETE", event(0, "lamed", "CREATE_IN_PROGRESS"), reason="Validation failed")
    script.answers(
        "describe_events",
        {"OperationEvents": [{"LogicalResourceId": "Role", "ValidationStatusReason": "Path is not a string"}]},
        {"StackName": STACK_ID, "Filters": {"FailedEvents": True}},
    )
    _, outcome = followed(follower(script, time))
    assert failure(script, outcome).what.startswith("lamed could not be deployed: Role: Path is not a string.")


def test_a_secret_that_aws_repeats_is_hidden(script: CloudFormationScript, time: PlayedTime) -> None:
    script.poll(
        "UPDATE_ROLLBACK_COMPLETE",
        event(1, "TrackFunction", "UPDATE_FAILED", f"Value {PASSWORD} is too long"),
        event(0, "lamed", "UPDATE_IN_PROGRESS"),
    )
    told, outcome = followed(follower(script, time, hide=lambda text: text.replace(PASSWORD, "***")))
    assert PASSWORD not in repr(told) + repr(outcome) + failure(script, outcome).what


def test_an_operation_that_another_terminal_started_is_followed_from_its_beginning(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    history = [
        event(4, "Role", "UPDATE_IN_PROGRESS"),
        event(3, "lamed", "UPDATE_IN_PROGRESS"),
        event(2, "lamed", "CREATE_COMPLETE"),
        event(1, "lamed", "CREATE_IN_PROGRESS"),
    ]
    script.events(*history)
    script.poll("UPDATE_COMPLETE", event(5, "lamed", "UPDATE_COMPLETE"), *history)
    attached = apply.Starter(script.aws, time.clock()).attach(Live("lamed", STACK_ID, "UPDATE_IN_PROGRESS"))
    told, _ = followed(attached)
    assert [change.status for change in told if isinstance(change, ResourceChanged)] == [
        "UPDATE_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE",
    ]


@pytest.mark.parametrize("creates", [True, False])
def test_an_update_says_that_it_rolls_back_and_a_creation_said_before_what_happens(
    script: CloudFormationScript, time: PlayedTime, *, creates: bool
) -> None:
    script.events(event(7, "lamed", "CREATE_COMPLETE"))
    expected = {"StackName": STACK_ID, "ChangeSetName": CHANGE_SET, "ClientRequestToken": "t"}
    script.answers(
        "execute_change_set",
        {},
        expected if creates else expected | {"DisableRollback": False, "RetainExceptOnCreate": True},
    )
    started = apply.Starter(script.aws, time.clock()).execute(pending(creates=creates), "t")
    assert (started.boundary, started.deletes_on_failure) == ("event-7", creates)


@pytest.mark.parametrize("code", ["InvalidChangeSetStatus", "ChangeSetNotFound"])
def test_a_plan_that_another_deployment_overtook_is_not_applied(
    script: CloudFormationScript, time: PlayedTime, code: str
) -> None:
    script.events()
    script.fails("execute_change_set", code)
    with pytest.raises(DeployError, match="Another deployment of lamed came first"):
        apply.Starter(script.aws, time.clock()).execute(pending(), "t")
