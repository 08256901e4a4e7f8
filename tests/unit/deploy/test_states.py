"""Every state of a stack leads somewhere, and the words say where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.deploy import engine, live, states
from lamed_tui.deploy.live import Live
from lamed_tui.deploy.states import Situation
from lamed_tui.errors import AwsError, ExitCode, NeedsRepairError
from tests.unit.deploy.configs import config
from tests.unit.deploy.stubs import STACK_ID, aws_for_stubs

if TYPE_CHECKING:
    from tests.unit.deploy.stubs import CloudFormationScript

STUCK = [status for status, state in states.STATES.items() if state.repair]


def test_the_table_knows_every_state_that_cloudformation_has() -> None:
    known: Any = aws_for_stubs().cloudformation.meta.service_model.shape_for("StackStatus")
    assert set(states.STATES) - {None} == set(known.enum)


def test_a_state_that_is_newer_than_the_table_is_followed_or_left_alone() -> None:
    assert states.of("REPAINT_IN_PROGRESS").situation is Situation.BUSY
    assert states.of("REPAINT_FAILED").situation is Situation.STUCK


@pytest.mark.parametrize("status", STUCK)
def test_a_stack_that_is_stuck_is_not_touched_and_the_way_out_is_named(
    script: CloudFormationScript, status: str
) -> None:
    script.stack(status, asked="lamed", reason="Rollback failed.")
    with pytest.raises(NeedsRepairError) as refused:
        list(engine.deploy(config(), script.aws))
    assert refused.value.what == (
        f"The stack lamed in eu-central-1 is in {status} (Rollback failed), so it cannot be deployed to."
    )
    assert "aws cloudformation" in refused.value.fix
    assert "--stack-name lamed --region eu-central-1" in refused.value.fix
    assert refused.value.exit_code == ExitCode.NEEDS_REPAIR


def test_the_husk_of_a_failed_creation_is_said_to_be_empty() -> None:
    with pytest.raises(NeedsRepairError, match=r"The stack is empty\. Delete it with"):
        live.refuse_if_stuck(Live("lamed", STACK_ID, "ROLLBACK_COMPLETE"), "eu-central-1")


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_of_the_same_name_that_something_else_made_is_left_alone(
    script: CloudFormationScript, status: str
) -> None:
    script.stack(status, asked="lamed", Tags=[])
    with pytest.raises(AwsError) as refused:
        list(engine.deploy(config(), script.aws))
    assert refused.value.what == "There is already a stack named lamed in eu-central-1, and lamed did not make it."
    assert "lamed configure --set name=" in refused.value.fix


def test_a_missing_stack_is_nothing_and_any_other_refusal_is_an_error(script: CloudFormationScript) -> None:
    script.stack(None, asked="lamed")
    script.fails("describe_stacks", "ValidationError", "1 validation error detected")
    assert live.read(script.aws, "lamed") == Live("lamed")
    with pytest.raises(AwsError, match="1 validation error detected"):
        live.read(script.aws, "lamed")
