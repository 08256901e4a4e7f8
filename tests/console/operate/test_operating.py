"""AWS at work: failures, a change of mind, somebody else's deployment, a stack that is stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamed_tui.deploy.events import Applying, Attached, Mending, Planned, SmokeChecked, Warned
from lamed_tui.errors import DeployError, ExitCode, NeedsRepairError
from tests.console.operate.person import agree, operating, plan
from tests.console.operate.scripted import Mend, Wait
from tests.console.operate.shop import (
    FIRST,
    NEW_PLAN,
    PLAIN_PLAN,
    REQUEST,
    SMOKE,
    STACK,
    STATUS,
    changed,
    creation,
    deployed,
)
from tests.console.screens import until

if TYPE_CHECKING:
    from tests.console.operate.scripted import MakeScript


CAUSE = (
    "ApiKey (AWS::ApiGateway::ApiKey) could not be deployed: Resource handler returned message: Limit reached "
    "(Service: ApiGateway, Status Code: 429, Request ID: 4c8f1a2e-77aa-4b31-9d1e-0c5a3f2b6e10). The stack was rolled "
    "back and works as before."
)


async def test_each_resource_turns_and_the_log_tells_it(script: MakeScript) -> None:
    backend = script(steps=(Planned(NEW_PLAN), Applying(13), *creation(finished=3), Wait(), *FIRST[2:]))
    async with operating(backend, size=(160, 50)) as person:
        await agree(person, release=1)
        await person.sees("3 of 13")
        await person.sees("created Role")
        await person.sees("being created TrackVersion4f1c09")
        await person.sees("waiting Stage")
        await person.sees("09:30:01 created Role (IAM::Role)")
        backend.go()
        await person.sees("Release 1 is live")


async def test_a_failure_shows_its_first_cause_and_the_request_id_and_can_be_copied(
    script: MakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = changed("ApiKey", "CREATE_FAILED", "AWS::ApiGateway::ApiKey", f"Limit reached (Request ID: {REQUEST})")
    steps = (Planned(NEW_PLAN), Applying(13), *creation(finished=3), failed, DeployError(CAUSE, "Remove the cause."))
    async with operating(script(steps=steps)) as person:
        copied: list[str] = []
        monkeypatch.setattr(person.pilot.app, "copy_to_clipboard", copied.append)
        await agree(person, release=1)
        await person.sees("The deployment failed")
        await person.sees("ApiKey (AWS::ApiGateway::ApiKey) could not be deployed")
        await person.sees("What to do: Remove the cause.")
        await person.sees(f"AWS request id: {REQUEST}")
        await person.press("c")
        await until(person.pilot, lambda _: bool(copied), what="it is copied")
        assert copied == [f"{CAUSE}\n\nWhat to do: Remove the cause.\n\nAWS request id: {REQUEST}"]
        await person.press("escape")
        await person.sees("▸ Status")


async def test_cancelling_asks_first_and_then_tells_how_it_went(script: MakeScript) -> None:
    cancelled = DeployError("Cancelled, as was asked for. The stack was rolled back and works as before.")
    cancelled.exit_code = ExitCode.INTERRUPTED
    steps = (
        Planned(PLAIN_PLAN),
        Applying(7),
        Wait(),
        Warned("Cancelling: AWS undoes it."),
        Wait(is_deaf=True),
        cancelled,
    )
    backend = script(steps=steps)
    async with operating(backend) as person:
        await agree(person, release=4)
        await person.sees("Deploying release 4")
        await person.press("C")
        await person.sees("Cancel the deployment?")
        await person.press("enter")  # go on
        await person.sees("Deploying release 4")
        await person.press("C")
        await person.sees("Cancel the deployment?")
        await person.press("tab", "enter")
        await person.sees("Cancelling: AWS is asked to undo")
        backend.go()
        await person.sees("The deployment was cancelled")
        await person.sees("rolled back and works as before")


async def test_leaving_it_to_aws_and_joining_it_again(script: MakeScript) -> None:
    backend = script(steps=(Planned(PLAIN_PLAN), Applying(7), *creation(finished=1), Wait()))
    async with operating(backend) as person:
        await agree(person, release=4)
        await person.sees("1 of 7")
        await person.press("t")
        await person.sees("Left to AWS: what it has begun it also finishes")
        await until(person.pilot, lambda _: "deploy" in backend.began, what="it began")
        backend.steps = (Attached("shop", "UPDATE_IN_PROGRESS"), *creation(finished=5), Wait(), deployed())
        await person.press("enter")
        await person.sees("Following what is running: shop is in UPDATE_IN_PROGRESS")
        await person.sees("created TrackAlias")
        backend.go()
        await person.sees("Release 4 is live")


async def test_somebody_elses_deployment_is_followed_and_nothing_is_planned_without_a_yes(script: MakeScript) -> None:
    busy = STATUS.__class__("shop", "UPDATE_IN_PROGRESS", 3, "eu-central-1", None, (), None, STACK)
    backend = script(found=busy, steps=(Attached("shop", "UPDATE_IN_PROGRESS"), Wait(), Planned(PLAIN_PLAN)))
    async with operating(backend) as person:
        await person.sees("f follows what is running")
        await person.press("f")
        await person.sees("Following what is running")
        backend.go()
        await person.sees("Release 4 of shop")
        await person.press("escape")
        await person.sees("Nothing was changed.")
        assert backend.answers == [False]


async def test_it_goes_on_behind_other_pages_and_its_end_is_told_there(script: MakeScript) -> None:
    backend = script(steps=(Planned(NEW_PLAN), Applying(13), *creation(finished=3), Wait(), deployed(1)))
    async with operating(backend) as person:
        await agree(person, release=1)
        await person.sees("3 of 13")
        await person.press("l")
        await person.sees("Deploy: 3 of 13")
        await person.press("d")
        await person.sees("Deploying release 1")
        await person.press("s")
        await person.sees("▸ Status")
        backend.go()
        await person.sees("The deployment is done.")


async def test_a_failed_smoke_test_is_told_as_such_and_names_the_way_back(script: MakeScript) -> None:
    wrong = SmokeChecked("The same event again counts nothing", passed=False, detail="it counted 2")
    fix = "Go back to the release before with: lamed rollback, or remove the cause and deploy again."
    error = DeployError("Release 1 is live, but it failed its smoke test.", fix)
    backend = script(steps=(Planned(NEW_PLAN), Applying(13), *SMOKE[:1], wrong, error))
    async with operating(backend) as person:
        await agree(person, release=1)
        await person.sees("failed its smoke test")
        await person.sees("FAIL The same event again counts nothing (it counted 2)")
        await person.sees("lamed rollback")


@pytest.mark.parametrize("agrees", [True, False])
async def test_a_stuck_stack_is_led_out_only_after_a_yes(script: MakeScript, agrees: bool) -> None:
    question = "The stack is empty: its creation failed, and nothing of it is live. Delete it and go on?"
    stuck = NeedsRepairError("The stack shop is in ROLLBACK_COMPLETE.", "Delete it.")
    backend = script(steps=(Mend(question, stuck), Mending("shop", "ROLLBACK_COMPLETE"), Planned(NEW_PLAN)))
    async with operating(backend) as person:
        await plan(person)
        await person.sees(question)
        await person.press(*(("tab",) if agrees else ()), "enter")
        if agrees:
            await person.sees("Release 1 of shop (a new stack)")
        else:
            await person.sees("The stack shop is in ROLLBACK_COMPLETE. What to do: Delete it.")
