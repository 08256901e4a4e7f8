"""Plans: what they show, what they ask, and how they are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.aws.errors import ServiceError
from lamed_tui.deploy.events import Applying, Planned
from tests.console.operate.person import operating, plan
from tests.console.operate.shop import BACK_PLAN, END_PLAN, FIRST, GONE, REQUEST, UPDATE_PLAN, deployed
from tests.console.screens import until

if TYPE_CHECKING:
    from tests.console.operate.scripted import MakeScript


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
