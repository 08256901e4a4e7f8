"""What a person meets on the way: failures, a change of mind, somebody else's deployment, a stack that is stuck."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lamed_tui.aws.errors import ServiceError
from lamed_tui.console.operate.pane import Choices
from lamed_tui.console.operate.preflight_pane import PreflightPane
from lamed_tui.deploy.events import Applying, Attached, Mending, Planned, SmokeChecked, Warned
from lamed_tui.deploy.logs import parse
from lamed_tui.errors import AwsError, ConfigError, DeployError, ExitCode, NeedsRepairError
from tests.console.operate import scripted
from tests.console.operate.person import operating, screen_of
from tests.console.operate.scripted import (
    BACK_PLAN,
    END_PLAN,
    FIRST,
    GONE,
    KEY,
    NEW_PLAN,
    PLAIN_PLAN,
    UPDATE_PLAN,
    Mend,
    Tail,
    Wait,
    changed,
    creation,
    deployed,
)
from tests.console.screens import folder_gone, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.console.operate.scripted import Script
    from tests.console.setup.wizard import Wizard

    MakeScript = Callable[..., Script]

CAUSE = (
    "ApiKey (AWS::ApiGateway::ApiKey) could not be deployed: Resource handler returned message: Limit reached "
    "(Service: ApiGateway, Status Code: 429, Request ID: 4c8f1a2e-77aa-4b31-9d1e-0c5a3f2b6e10). The stack was rolled "
    "back and works as before."
)
REQUEST = "4c8f1a2e-77aa-4b31-9d1e-0c5a3f2b6e10"


async def plan(person: Wizard) -> None:
    """Through the checks to the plan."""
    await person.press("d")
    await until(person.pilot, lambda _: screen_of(person).query_one(PreflightPane).is_over, what="the checks are over")
    await person.press("ctrl+n")


# Checks ---------------------------------------------------------------------------------------------------------------


async def test_every_check_is_pending_then_running_then_has_its_word(script: MakeScript) -> None:
    backend = script(checks=scripted.DETAILS, unchecked=("package.template",))
    async with operating(backend, size=(100, 50)) as person:
        await person.press("d")
        await person.sees("Checking, 23 of 24 done")
        await person.sees("running Template")
        await person.sees("fail Redis eviction")
        await person.sees("CONFIG SET maxmemory-policy noeviction")
        shown = await person.sees("warn Redis encryption")
        assert "Plan" not in shown.splitlines()[-2], "one cannot go on before all are over"


async def test_one_check_is_run_again_alone_and_all_with_one_key(script: MakeScript) -> None:
    backend = script(checks=dict(scripted.DETAILS))
    async with operating(backend, size=(100, 50)) as person:
        await person.press("d")
        await person.sees("Not ready to deploy. 22 passed, 1 warning, 1 failed.")
        backend.checks.clear()
        listed = screen_of(person).query_one("#checks", Choices)
        await until(person.pilot, lambda _: bool(listed.highlighted), what="the one that failed is chosen")
        await person.press("x")
        await person.sees("Ready to deploy. 23 passed, 1 warning, 0 failed.")
        assert "No TLS" in person.screen, "the others were left alone"
        await person.press("a")
        await person.sees("Ready to deploy. 24 passed, 0 warnings, 0 failed.")


async def test_the_checks_are_exported_as_markdown_to_a_path_that_is_shown(script: MakeScript) -> None:
    async with operating(script(checks=scripted.DETAILS), size=(100, 50)) as person:
        await person.press("d")
        await person.sees("Not ready")
        await person.press("e")
        await person.sees("Saved to:")
        (path,) = Path.cwd().glob("lamed-preflight-*.md")
        assert (
            str(path) in person.screen.replace("\n", "").replace("│", "").replace(" ", "") or path.name in person.screen
        )
        text = path.read_text()
        assert text.startswith("# Preflight of shop\n")
        assert "| Redis eviction | fail | 0.03 | maxmemory-policy is allkeys-lru" in text


async def test_an_export_of_the_checks_from_a_folder_that_is_gone_says_so(script: MakeScript) -> None:
    async with operating(script(checks=scripted.DETAILS), size=(100, 50)) as person:
        await person.press("d")
        await person.sees("Not ready")
        with folder_gone():
            await person.press("e")
            await person.sees("The current folder is gone")


# Plans ----------------------------------------------------------------------------------------------------------------


async def test_a_plan_that_breaks_something_says_so_and_asks_for_the_name(script: MakeScript) -> None:
    backend = script(steps=(Planned(UPDATE_PLAN), Applying(8), deployed()))
    async with operating(backend) as person:
        await plan(person)
        await person.sees("Breaks: The API key is replaced: whoever reads results needs the new one.")
        await person.sees("! replace ApiKey")
        await person.sees("MemorySize: 128 → 256")
        await person.sees("3 to add, 1 to modify, 1 to replace, 1 to remove.")
        await person.press("ctrl+n")
        await person.sees("Type its name to deploy it: shop")
        await person.type("shop")
        await person.press("enter")
        await person.sees("Release 4 is live")
        assert backend.answers == [True]


async def test_leaving_a_plan_takes_it_back(script: MakeScript) -> None:
    backend = script()
    async with operating(backend) as person:
        await plan(person)
        await person.sees("Release 1 of shop")
        await person.press("escape")
        await person.sees("Nothing was changed.")
        await person.sees("▸ Status")
        await until(person.pilot, lambda _: backend.undone, what="the plan is taken back")
        assert backend.answers == [False]


async def test_a_name_typed_wrongly_or_a_dialog_left_changes_nothing(script: MakeScript) -> None:
    backend = script(steps=(Planned(END_PLAN), GONE))
    async with operating(backend) as person:
        await person.sees("UPDATE_COMPLETE")
        await person.press("D")
        await person.sees("Destroying shop")
        await person.press("ctrl+n")
        await person.sees("Type its name")
        await person.type("shops")
        await person.press("enter", "escape")
        await person.sees("13 to remove.")
        assert backend.answers == []


async def test_going_back_asks_and_no_is_the_nearer_answer(script: MakeScript) -> None:
    backend = script(steps=(Planned(BACK_PLAN), Applying(5), deployed()))
    async with operating(backend) as person:
        await person.press("r")
        await person.sees("3 releases of shop")
        await person.press("down", "b")
        await person.sees("Release 4 of shop: release 2 once more")
        await person.press("ctrl+n")
        await person.sees("Restore release 2?")
        await person.press("enter")
        await person.sees("once more")
        assert backend.answers == []
        await person.press("ctrl+n")
        await person.sees("Restore release 2?")
        await person.press("tab", "enter")
        await person.sees("Release 4 is live")
        assert backend.began == ["roll back to 2"]


async def test_a_plan_that_cannot_be_made_says_why_and_can_be_tried_again(script: MakeScript) -> None:
    refused = ServiceError(
        "AWS answered ValidationError to cloudformation:CreateChangeSet: no.",
        "Look.",
        code="ValidationError",
        operation="x",
        message="no",
    )
    refused.request_id = REQUEST
    backend = script(steps=(refused,))
    async with operating(backend) as person:
        await plan(person)
        await person.sees("Planning the deployment failed")
        await person.sees("AWS answered ValidationError")
        await person.sees(f"AWS request id: {REQUEST}")
        await person.sees("Nothing was changed.")
        backend.steps = FIRST
        await person.press("y")
        await person.sees("Release 1 of shop")


# At work --------------------------------------------------------------------------------------------------------------


async def test_each_resource_turns_and_the_log_tells_it(script: MakeScript) -> None:
    backend = script(steps=(Planned(NEW_PLAN), Applying(13), *creation(finished=3), Wait(), *FIRST[2:]))
    async with operating(backend, size=(160, 50)) as person:
        await plan(person)
        await person.sees("Release 1 of shop")
        await person.press("ctrl+n")
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
        await plan(person)
        await person.sees("Release 1 of shop")
        await person.press("ctrl+n")
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
        await plan(person)
        await person.sees("Release 4 of shop")
        await person.press("ctrl+n")
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
        await plan(person)
        await person.sees("Release 4 of shop")
        await person.press("ctrl+n")
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
    busy = scripted.STATUS.__class__("shop", "UPDATE_IN_PROGRESS", 3, "eu-central-1", None, (), None, scripted.STACK)
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
        await plan(person)
        await person.sees("Release 1 of shop")
        await person.press("ctrl+n")
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
    backend = script(steps=(Planned(NEW_PLAN), Applying(13), *scripted.SMOKE[:1], wrong, error))
    async with operating(backend) as person:
        await plan(person)
        await person.sees("Release 1 of shop")
        await person.press("ctrl+n")
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


# Places ---------------------------------------------------------------------------------------------------------------


async def test_the_key_is_hidden_until_it_is_asked_for_and_again_when_the_page_is_left(script: MakeScript) -> None:
    async with operating(script()) as person:
        await person.sees("hidden, k shows it")
        assert KEY not in person.screen
        await person.press("k")
        await person.sees(KEY)
        await person.press("r")
        await person.sees("3 releases")
        await person.press("s")
        await person.sees("hidden, k shows it")
        assert KEY not in person.screen


async def test_drift_is_compared_on_request_only(script: MakeScript) -> None:
    async with operating(script()) as person:
        await person.sees("not compared, v compares")
        await person.press("v")
        await person.sees("Track (Lambda::Function) was changed by hand")
        await person.sees("MemorySize: made as 256, found as 1024")
        await person.sees("UsagePlan (ApiGateway::UsagePlan) was deleted")


async def test_the_live_release_cannot_be_gone_back_to(script: MakeScript) -> None:
    async with operating(script()) as person:
        await person.press("r")
        await person.sees("live, restores 1")
        assert "Roll back" not in person.screen
        await person.press("down")
        await person.sees("Roll back")


async def test_nothing_deployed_is_said_everywhere_with_what_to_do(script: MakeScript) -> None:
    absent = scripted.STATUS.__class__("shop", None, None, "eu-central-1", None, ())
    none = scripted.LISTING.__class__("shop", "eu-central-1", (), None)
    async with operating(script(found=absent, listing=none, tail=None)) as person:
        await person.sees("not deployed d deploys it.")
        await person.press("r")
        await person.sees("There are no releases of shop in eu-central-1. d deploys the first.")
        await person.press("l")
        await person.sees("Nothing is deployed, so nothing is logged.")


async def test_an_aws_that_refuses_is_told_and_asked_again_on_request(script: MakeScript) -> None:
    denied = AwsError("AWS denied cloudformation:DescribeStacks.", "Allow it.")
    backend = script(found=denied, listing=denied, tail=denied)
    async with operating(backend) as person:
        for key in ("", "r", "l"):
            await person.press(*key)
            await person.sees("AWS denied cloudformation:DescribeStacks. Allow it. u asks again.")
        backend.found = scripted.STATUS
        await person.press("s")
        await person.sees("UPDATE_COMPLETE")


async def test_the_log_is_filtered_by_level_and_by_text_and_can_stand_still(script: MakeScript) -> None:
    async with operating(script(), size=(120, 30)) as person:
        await person.press("l")
        shown = await person.sees("5 of 6 lines · info and worse")
        assert "START RequestId" not in shown
        await person.sees("warning shop-track 400 track refused")
        await person.press("m")
        await person.sees("3 of 6 lines · warnings and errors")
        await person.press("m", "m")
        await person.sees("START RequestId")
        await person.press("slash")
        await person.type("REFUSED")
        shown = await person.sees("1 of 6 lines")
        assert "store did not answer" not in shown
        await person.press("enter", "f")
        await person.sees("stands still")
        await person.press("escape", "f")
        await person.sees("following 6 lines")


async def test_log_lines_cannot_command_the_terminal(script: MakeScript) -> None:
    evil = parse(0, "shop-track", "\x1b]0;owned\x07 [bold]x[/]")
    async with operating(script(tail=Tail([evil]))) as person:
        await person.press("l")
        await person.sees(r"\x1b]0;owned\x07 [bold]x[/]")


async def test_a_configuration_that_cannot_be_read_is_told(script: MakeScript) -> None:
    broken = ConfigError("config.json is not JSON.", "Correct it.")
    async with operating(script(found=broken, steps=(broken,))) as person:
        await person.sees("config.json is not JSON. Correct it.")


# Reading only ---------------------------------------------------------------------------------------------------------


async def test_read_only_has_no_key_and_no_entry_for_anything_that_changes(script: MakeScript) -> None:
    backend = script()
    async with operating(backend, read_only=True, size=(160, 50)) as person:
        await person.sees("read-only")
        shown = await person.sees("UPDATE_COMPLETE")
        assert "Deploy" not in shown.splitlines()[-1]
        await person.press("d", "D", "r")
        await person.sees("3 releases")
        await person.press("down", "b")
        await asyncio.sleep(0.2)
        assert "Roll back" not in person.screen
        assert backend.began == []
        await person.press("ctrl+p")
        await person.type("destroy")
        await person.sees("No matches found")


async def test_read_only_follows_what_is_running_and_stops_at_the_plan(script: MakeScript) -> None:
    busy = scripted.STATUS.__class__("shop", "UPDATE_IN_PROGRESS", 3, "eu-central-1", None, (), None, scripted.STACK)
    backend = script(found=busy, steps=(Attached("shop", "UPDATE_IN_PROGRESS"), Wait(), Planned(PLAIN_PLAN)))
    async with operating(backend, read_only=True) as person:
        await person.sees("f follows")
        await person.press("f")
        shown = await person.sees("Following what is running")
        assert "Cancel" not in shown
        backend.go()
        await person.sees("Nothing was changed.")
        await until(person.pilot, lambda _: backend.answers == [False], what="the answer is no")
