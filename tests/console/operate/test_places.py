"""Status, releases and logs, and what is there of them for whoever may only read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lamed_tui.deploy.events import Attached, Planned
from lamed_tui.deploy.logs import parse
from lamed_tui.errors import AwsError, ConfigError
from tests.console.operate.person import operating
from tests.console.operate.scripted import Tail, Wait
from tests.console.operate.shop import KEY, LISTING, PLAIN_PLAN, STACK, STATUS
from tests.console.screens import until

if TYPE_CHECKING:
    from tests.console.operate.scripted import MakeScript


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


async def test_that_nothing_drifted_is_said_once(script: MakeScript) -> None:
    async with operating(script(drifted=())) as person:
        await person.sees("not compared, v compares")
        await person.press("v")
        await person.sees("Drift none, everything is as it was made")


async def test_the_live_release_cannot_be_gone_back_to(script: MakeScript) -> None:
    async with operating(script()) as person:
        await person.press("r")
        await person.sees("live, restores 1")
        assert "Roll back" not in person.screen
        await person.press("down")
        await person.sees("Roll back")


async def test_a_list_that_takes_its_time_has_the_keys_when_it_comes(script: MakeScript) -> None:
    backend = script(hangs=("releases",))
    async with operating(backend) as person:
        await person.press("r")
        await person.sees("Asking AWS for the releases")
        backend.over.set()
        await person.sees("live, restores 1")
        await person.press("down")
        await person.sees("Roll back")


async def test_nothing_deployed_is_said_everywhere_with_what_to_do(script: MakeScript) -> None:
    absent = STATUS.__class__("shop", None, None, "eu-central-1", None, ())
    none = LISTING.__class__("shop", "eu-central-1", (), None)
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
        backend.found = STATUS
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
    busy = STATUS.__class__("shop", "UPDATE_IN_PROGRESS", 3, "eu-central-1", None, (), None, STACK)
    backend = script(found=busy, steps=(Attached("shop", "UPDATE_IN_PROGRESS"), Wait(), Planned(PLAIN_PLAN)))
    async with operating(backend, read_only=True) as person:
        await person.sees("f follows")
        await person.press("f")
        shown = await person.sees("Following what is running")
        assert "Cancel" not in shown
        backend.go()
        await person.sees("Nothing was changed.")
        await until(person.pilot, lambda _: backend.answers == [False], what="the answer is no")
