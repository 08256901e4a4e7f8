"""Everything that can happen to an operation, from scripts of CloudFormation's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.deploy import apply, destroy, engine
from lamed_tui.deploy.events import Attached, Destroyed, Detached, Mending, ResourceChanged, Warned
from lamed_tui.deploy.following import Wish
from lamed_tui.deploy.live import Live
from lamed_tui.deploy.options import Options
from lamed_tui.errors import ExitCode, LamedError, NeedsRepairError
from tests.unit.deploy.configs import config
from tests.unit.deploy.operations import failure, followed, follower, pending
from tests.unit.deploy.stubs import STACK_ID, event, s3_script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lamed_tui.deploy.events import DeployEvent
    from tests.unit.deploy.stubs import CloudFormationScript, PlayedTime

CREATED = event(0, "lamed", "CREATE_COMPLETE")


def wishing(*wishes: Wish) -> Callable[[], Wish]:
    left = iter(wishes)
    return lambda: next(left, Wish.FOLLOW)


def until_it_fails(events: Iterator[DeployEvent]) -> list[DeployEvent]:
    """What is told before an error."""
    told: list[DeployEvent] = []
    try:
        for item in events:
            told.append(item)  # noqa: PERF402 - what came before the error counts
    except LamedError:
        return told
    raise AssertionError("it did not fail")


def test_a_cancelled_update_is_rolled_back_and_ends_as_interrupted(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    begun = event(1, "lamed", "UPDATE_IN_PROGRESS")
    script.poll("UPDATE_IN_PROGRESS", begun, CREATED)
    script.answers("cancel_update_stack", {}, {"StackName": STACK_ID})
    rolling = event(3, "lamed", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
    stopped = event(2, "TrackFunction", "UPDATE_FAILED", "Resource update cancelled")
    script.poll("UPDATE_ROLLBACK_IN_PROGRESS", rolling, stopped, begun)
    script.poll("UPDATE_ROLLBACK_COMPLETE", event(4, "lamed", "UPDATE_ROLLBACK_COMPLETE"), rolling)
    told, outcome = followed(follower(script, time, wish=wishing(Wish.CANCEL, Wish.CANCEL)))
    assert Warned("Cancelling: AWS undoes what it has done so far.") in told
    error = failure(script, outcome)
    assert error.what == "Cancelled, as was asked for. The stack was rolled back and works as before."
    assert error.exit_code == ExitCode.INTERRUPTED


def test_a_cancelled_creation_is_deleted_and_ends_as_interrupted(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    begun = event(1, "lamed", "CREATE_IN_PROGRESS")
    script.poll("CREATE_IN_PROGRESS", begun, CREATED)
    script.answers("delete_stack", {}, {"StackName": STACK_ID})
    script.poll("DELETE_IN_PROGRESS", event(2, "lamed", "DELETE_IN_PROGRESS"), begun)
    script.poll("DELETE_COMPLETE", event(3, "lamed", "DELETE_COMPLETE"), begun)
    _, outcome = followed(follower(script, time, wish=wishing(Wish.CANCEL), creates=True))
    error = failure(script, outcome)
    assert error.what == "Cancelled, as was asked for. Everything that had been made was removed again."
    assert error.exit_code == ExitCode.INTERRUPTED


def test_what_cannot_be_cancelled_any_more_is_followed_to_its_end(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    begun = event(1, "lamed", "UPDATE_IN_PROGRESS")
    script.poll("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", begun, CREATED)
    script.fails("cancel_update_stack", "ValidationError", "CancelUpdateStack cannot be called from current status")
    script.poll("UPDATE_COMPLETE", event(2, "lamed", "UPDATE_COMPLETE"), begun)
    told, outcome = followed(follower(script, time, wish=wishing(Wish.CANCEL)))
    assert (
        Warned("It cannot be cancelled any more: CancelUpdateStack cannot be called from current status. It goes on.")
        in told
    )
    assert outcome.stack.state.succeeded
    assert not outcome.cancelled


def test_detaching_stops_asking_and_changes_nothing(script: CloudFormationScript, time: PlayedTime) -> None:
    script.poll("UPDATE_IN_PROGRESS", event(1, "lamed", "UPDATE_IN_PROGRESS"), CREATED)
    _, outcome = followed(follower(script, time, wish=wishing(Wish.DETACH)))
    assert outcome.detached
    assert time.waits == []


def test_after_detaching_a_deployment_attaches_and_hears_all_of_it_again(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    begun, made = event(1, "lamed", "UPDATE_IN_PROGRESS"), event(2, "Role", "UPDATE_COMPLETE", kind="IAM::Role")
    script.stack("UPDATE_IN_PROGRESS", asked="lamed")
    script.events(made, begun, CREATED)
    script.poll("UPDATE_IN_PROGRESS", made, begun, CREATED)
    events = list(engine.deploy(config(), script.aws, options=Options(clock=time.clock(), wish=wishing(Wish.DETACH))))
    assert events[0] == Attached("lamed", "UPDATE_IN_PROGRESS")
    assert [item.logical_id for item in events if isinstance(item, ResourceChanged)] == ["lamed", "Role"]
    assert events[-1] == Detached("lamed")


@pytest.mark.parametrize(
    ("status", "operation", "expected", "midway", "end"),
    [
        ("ROLLBACK_COMPLETE", "delete_stack", {}, "DELETE_IN_PROGRESS", None),
        ("ROLLBACK_FAILED", "delete_stack", {}, "DELETE_IN_PROGRESS", None),
        ("CREATE_FAILED", "delete_stack", {}, "DELETE_IN_PROGRESS", None),
        ("DELETE_FAILED", "delete_stack", {}, "DELETE_IN_PROGRESS", None),
        ("UPDATE_FAILED", "rollback_stack", {"RetainExceptOnCreate": True}, "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_"),
        ("UPDATE_ROLLBACK_FAILED", "continue_update_rollback", {}, "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_"),
    ],
)
def test_a_stuck_stack_is_mended_by_the_step_that_its_state_asks_for(
    script: CloudFormationScript,
    time: PlayedTime,
    status: str,
    operation: str,
    expected: dict[str, Any],
    midway: str,
    end: str | None,
) -> None:
    questions: list[str] = []
    answers = iter([True])

    def agree(question: str) -> bool:
        questions.append(question)
        return next(answers)

    last = "DELETE_COMPLETE" if end is None else "UPDATE_ROLLBACK_COMPLETE"
    script.stack(status, asked="lamed")
    script.events(CREATED)
    script.answers(operation, {}, {"StackName": STACK_ID, "ClientRequestToken": "t" * 32, **expected})
    script.poll(status, CREATED)  # AWS has not begun yet
    script.poll(midway, event(1, "lamed", midway), CREATED)
    script.poll(last, event(2, "lamed", last), event(1, "lamed", midway), CREATED)
    script.stack("UPDATE_IN_PROGRESS", asked="lamed")  # enough seen: what comes next is another story
    script.fails("describe_stack_events", "AccessDenied", "", 403)
    options = Options(clock=time.clock(), mend=agree, draw=lambda: "t" * 32)
    told = until_it_fails(engine.deploy(config(), script.aws, options=options))
    assert told[0] == Mending("lamed", status)
    assert len(questions) == 1
    assert questions[0].endswith("?")


def test_a_remedy_that_does_not_help_is_not_tried_for_ever(script: CloudFormationScript, time: PlayedTime) -> None:
    begun, failed = event(1, "lamed", "DELETE_IN_PROGRESS"), event(2, "Role", "DELETE_FAILED", "In use")
    script.stack("DELETE_FAILED", asked="lamed")
    script.events(CREATED)
    script.answers("delete_stack", {})
    script.poll("DELETE_IN_PROGRESS", begun, CREATED)
    script.poll("DELETE_FAILED", event(3, "lamed", "DELETE_FAILED"), failed, begun)
    script.stack("DELETE_FAILED", asked="lamed", reason="Role could not be deleted.")
    options = Options(clock=time.clock(), mend=lambda _question: True)
    with pytest.raises(NeedsRepairError, match=r"is in DELETE_FAILED \(Role could not be deleted\)"):
        list(engine.deploy(config(), script.aws, options=options))


def test_destroying_what_is_not_there_is_no_error(script: CloudFormationScript) -> None:
    script.stack(None, asked="lamed")
    with s3_script(script.aws) as s3:
        s3.add_client_error("head_bucket", "404", http_status_code=404)
        (last,) = destroy.destroy(config(), script.aws)
    assert last == Destroyed("lamed", changed=False, kept=("Counters in Redis stay.",))


@pytest.mark.parametrize("deed", [destroy.destroy, engine.deploy], ids=["destroy", "deploy"])
def test_a_stack_that_somebody_else_plans_is_left_alone(
    script: CloudFormationScript, deed: Callable[..., Iterator[DeployEvent]]
) -> None:
    ours = {"ChangeSetName": f"lamed-{'0a' * 16}"}
    script.stack("REVIEW_IN_PROGRESS", asked="lamed", Tags=[])
    script.answers("list_change_sets", {"Summaries": [ours, {"ChangeSetName": "theirs"}]}, {"StackName": STACK_ID})
    with pytest.raises(LamedError, match="There is already a stack named lamed in eu-central-1, and lamed did not"):
        list(deed(config(), script.aws))


@pytest.mark.parametrize("pending", [[], [{"ChangeSetName": f"lamed-{'0a' * 16}"}]], ids=["nothing", "ours"])
def test_a_stack_that_nobody_or_lamed_itself_plans_can_be_destroyed(
    script: CloudFormationScript, pending: list[dict[str, str]]
) -> None:
    script.stack("REVIEW_IN_PROGRESS", asked="lamed", Tags=[])
    script.answers("list_change_sets", {"Summaries": pending}, {"StackName": STACK_ID})
    script.fails("list_stack_resources", "AccessDenied", "", 403)  # enough seen: it goes on to the plan
    with pytest.raises(LamedError, match="ListStackResources"):
        list(destroy.destroy(config(), script.aws))


def test_a_deletion_that_fails_names_its_first_cause(script: CloudFormationScript, time: PlayedTime) -> None:
    begun = event(1, "lamed", "DELETE_IN_PROGRESS")
    script.events(CREATED)
    script.answers("delete_stack", {}, {"StackName": STACK_ID, "ClientRequestToken": "t"})
    script.poll("DELETE_IN_PROGRESS", begun, CREATED)
    failed = event(
        2, "Role", "DELETE_FAILED", "Cannot delete entity, must detach all policies first.", kind="IAM::Role"
    )
    script.poll("DELETE_FAILED", event(3, "lamed", "DELETE_FAILED"), failed, begun)
    stack = Live("lamed", STACK_ID, "UPDATE_COMPLETE")
    _, outcome = followed(apply.Starter(script.aws, time.clock()).delete(stack, "t"))
    error = destroy._undeleted(outcome, "lamed")
    assert error.what == (
        "lamed could not be deleted completely: Role (AWS::IAM::Role): Cannot delete entity, must detach all policies "
        "first. The stack is left in DELETE_FAILED."
    )
    assert error.fix == "Remove what blocks the deletion, then run lamed destroy again."
    assert error.exit_code == ExitCode.NEEDS_REPAIR


def test_credentials_that_expire_between_plan_and_apply_are_told_as_such(
    script: CloudFormationScript, time: PlayedTime
) -> None:
    script.events(CREATED)
    script.fails("execute_change_set", "ExpiredToken", "", 403)
    with pytest.raises(LamedError) as expired:
        apply.Starter(script.aws, time.clock()).execute(pending(), "t")
    assert expired.value.exit_code == ExitCode.CREDENTIALS
