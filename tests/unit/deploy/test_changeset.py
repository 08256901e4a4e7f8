"""Change sets: what is asked of CloudFormation, what its answers mean, and how the question is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.deploy import changeset
from lamed_tui.deploy.changeset import TemplateSource
from lamed_tui.deploy.live import Live
from lamed_tui.errors import DeployError
from tests.unit.deploy.operations import pending
from tests.unit.deploy.stubs import ADDED, CHANGE_SET, NOON, STACK_ID

if TYPE_CHECKING:
    from tests.unit.deploy.stubs import CloudFormationScript, PlayedTime


def described(status: str, reason: str = "", **more: Any) -> dict[str, Any]:
    return {"ChangeSetId": CHANGE_SET, "Status": status, "StatusReason": reason, "CreationTime": NOON, **more}


@pytest.mark.parametrize(
    ("stack", "kind"),
    [
        (Live("lamed"), {"ChangeSetType": "CREATE", "OnStackFailure": "DELETE"}),
        (Live("lamed", STACK_ID, "REVIEW_IN_PROGRESS"), {"ChangeSetType": "CREATE", "OnStackFailure": "DELETE"}),
        (Live("lamed", STACK_ID, "UPDATE_ROLLBACK_COMPLETE"), {"ChangeSetType": "UPDATE"}),
    ],
    ids=["new", "name only", "there"],
)
@pytest.mark.parametrize(
    ("source", "template"),
    [
        (TemplateSource(body="{}"), {"TemplateBody": "{}"}),
        (TemplateSource(url="https://s3/t"), {"TemplateURL": "https://s3/t"}),
    ],
    ids=["inline", "uploaded"],
)
def test_a_stack_is_made_or_changed_and_only_a_new_one_is_deleted_on_failure(
    script: CloudFormationScript, stack: Live, kind: dict[str, str], source: TemplateSource, template: dict[str, str]
) -> None:
    script.answers(
        "create_change_set",
        {"Id": CHANGE_SET, "StackId": STACK_ID},
        {
            "StackName": "lamed",
            "ChangeSetName": "lamed-t",
            "ClientToken": "t",
            "Capabilities": ["CAPABILITY_IAM"],
            "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}],
            "Tags": [{"Key": "lamed:name", "Value": "lamed"}],
            **kind,
            **template,
        },
    )
    made = changeset.create(
        script.aws, stack, token="t", template=source, parameters={"A": "1"}, tags={"lamed:name": "lamed"}
    )
    assert made == pending(creates="OnStackFailure" in kind)


def test_the_changes_are_waited_for_and_read_to_their_last_page(script: CloudFormationScript, time: PlayedTime) -> None:
    script.answers("describe_change_set", described("CREATE_PENDING"))
    script.answers("describe_change_set", described("CREATE_IN_PROGRESS"))
    script.answers("describe_change_set", described("CREATE_COMPLETE", Changes=[ADDED], NextToken="more"))
    script.answers(
        "describe_change_set",
        described("CREATE_COMPLETE", Changes=[ADDED]),
        {"StackName": STACK_ID, "ChangeSetName": CHANGE_SET, "IncludePropertyValues": True, "NextToken": "more"},
    )
    assert len(changeset.describe(script.aws, pending(), time.clock()).changes) == 2
    assert len(time.waits) == 2


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different information to create a change set.",
        "No updates are to be performed.",
    ],
)
def test_having_nothing_to_change_is_an_answer_and_not_an_error(
    script: CloudFormationScript, reason: str, time: PlayedTime
) -> None:
    script.answers("describe_change_set", described("FAILED", reason))
    assert changeset.describe(script.aws, pending(), time.clock()).changes == ()


def test_what_the_early_validation_found_is_told(script: CloudFormationScript, time: PlayedTime) -> None:
    script.answers("describe_change_set", described("FAILED", "Early validation failed. Use DescribeEvents."))
    script.answers(
        "describe_events",
        {"OperationEvents": [{"LogicalResourceId": "TrackFunction", "ValidationStatusReason": "Name is taken"}]},
        {"ChangeSetName": CHANGE_SET, "Filters": {"FailedEvents": True}},
    )
    with pytest.raises(DeployError, match=r"^CloudFormation cannot plan the change of lamed: TrackFunction: Name is"):
        changeset.describe(script.aws, pending(), time.clock())


def test_a_failure_keeps_its_reason_where_nothing_more_is_known(script: CloudFormationScript, time: PlayedTime) -> None:
    script.answers("describe_change_set", described("FAILED", "Transform failed."))
    script.fails("describe_events", "ValidationError", "Unknown action")
    with pytest.raises(
        DeployError, match=r"^CloudFormation cannot plan the change of lamed: Transform failed\. Nothing was changed\."
    ):
        changeset.describe(script.aws, pending(), time.clock())


def test_a_declined_update_removes_the_change_set_and_touches_no_stack(script: CloudFormationScript) -> None:
    script.answers("delete_change_set", {}, {"StackName": STACK_ID, "ChangeSetName": CHANGE_SET})
    changeset.discard(script.aws, pending())


def test_a_declined_creation_removes_the_empty_stack_too(script: CloudFormationScript) -> None:
    script.answers("delete_change_set", {}, {"StackName": STACK_ID, "ChangeSetName": CHANGE_SET})
    script.stack("REVIEW_IN_PROGRESS")
    script.answers("list_change_sets", {"Summaries": [{"ChangeSetId": CHANGE_SET, "Status": "DELETE_PENDING"}]})
    script.answers("delete_stack", {}, {"StackName": STACK_ID})
    changeset.discard(script.aws, pending(creates=True))


def test_a_plan_that_somebody_else_is_reading_keeps_its_stack(script: CloudFormationScript) -> None:
    script.answers("delete_change_set", {})
    script.stack("REVIEW_IN_PROGRESS")
    script.answers("list_change_sets", {"Summaries": [{"ChangeSetId": CHANGE_SET + "-other"}]})
    changeset.discard(script.aws, pending(creates=True))


def test_a_stack_that_has_come_to_life_meanwhile_is_never_deleted(script: CloudFormationScript) -> None:
    script.answers("delete_change_set", {})
    script.stack("CREATE_IN_PROGRESS")
    changeset.discard(script.aws, pending(creates=True))
