"""What is said of an operation that somebody left, or was not looking at: no more than is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.console.app import LamedConsole
from lamed_tui.deploy.events import Applying, Mending, Planned
from lamed_tui.errors import AwsError, DeployError, NeedsRepairError
from tests.console.operate.person import agree, operating, plan
from tests.console.operate.scripted import Mend, Wait
from tests.console.operate.shop import NEW_PLAN, PLAIN_PLAN, SMOKE, changed, creation

if TYPE_CHECKING:
    from tests.console.operate.scripted import MakeScript
    from tests.console.setup.wizard import Wizard


STUCK = NeedsRepairError("The stack shop is in UPDATE_ROLLBACK_FAILED.", "Lead it out.")


async def farewell(person: Wizard) -> str:
    app = person.pilot.app
    assert isinstance(app, LamedConsole)
    await person.press("q")
    await app._shutdown()
    return app.farewell(0.5)


async def test_d_shows_what_failed_while_the_person_was_elsewhere_and_then_deploys(script: MakeScript) -> None:
    failure = DeployError("The deployment of shop failed and was undone: TrackRole: not authorized.", "Allow it.")
    backend = script(steps=(Planned(PLAIN_PLAN), Applying(7), *creation(finished=1), Wait(), failure))
    async with operating(backend) as person:
        await agree(person, release=4)
        await person.sees("1 of 7")
        await person.press("s")
        await person.sees("▸ Status")
        backend.go()
        await person.sees("d shows it.")
        await person.press("d")
        await person.sees("The deployment failed")
        await person.sees("What to do: Allow it.")
        await person.press("escape")
        await person.sees("▸ Status")
        await person.press("d")
        await person.sees("▸ 1 Preflight")
    assert backend.began == ["deploy"]


async def test_quitting_before_aws_was_seen_to_begin_does_not_claim_that_it_did(script: MakeScript) -> None:
    backend = script(steps=(Planned(NEW_PLAN), Applying(13), Wait(is_upload=True), *creation(finished=2)))
    async with operating(backend) as person:
        await agree(person, release=1)
        await person.sees("0 of 13")
        await person.press("t")  # there is nothing yet that could be left to AWS
        assert await farewell(person) == (
            "AWS had not been seen to begin, so most likely nothing was changed. lamed status shows it."
        )


async def test_quitting_while_aws_works_leaves_it_to_aws(script: MakeScript) -> None:
    backend = script(steps=(Planned(NEW_PLAN), Applying(13), *creation(finished=2), Wait()))
    async with operating(backend) as person:
        await agree(person, release=1)
        await person.sees("2 of 13")
        assert (await farewell(person)).startswith("Detached: what AWS has begun it also finishes.")


async def test_quitting_during_the_test_says_what_is_missing(script: MakeScript) -> None:
    backend = script(steps=(Planned(NEW_PLAN), Applying(13), *creation(finished=13), SMOKE[0], Wait()))
    async with operating(backend) as person:
        await agree(person, release=1)
        await person.sees("being tried: 1 check")
        assert (await farewell(person)).startswith("The deployment is live, but its test was not finished.")


async def test_a_plan_left_after_the_stack_was_led_out_of_its_state_says_that_something_changed(
    script: MakeScript,
) -> None:
    led_out = changed("shop", "UPDATE_ROLLBACK_COMPLETE", "AWS::CloudFormation::Stack", stack=True)
    mend = (Mend("Go on rolling back?", STUCK), Mending("shop", "UPDATE_ROLLBACK_FAILED"), led_out)
    backend = script(steps=(*mend, Planned(PLAIN_PLAN)))
    async with operating(backend) as person:
        await plan(person)
        await person.sees("Go on rolling back?")
        await person.press("tab", "enter")
        await person.sees("Release 4 of shop")
        await person.press("escape")
        await person.sees("Nothing else was changed: shop was led out of UPDATE_ROLLBACK_FAILED.")


async def test_planning_that_fails_after_the_stack_was_led_out_does_not_claim_that_nothing_changed(
    script: MakeScript,
) -> None:
    mend = (Mend("Go on rolling back?", STUCK), Mending("shop", "UPDATE_ROLLBACK_FAILED"))
    backend = script(steps=(*mend, AwsError("AWS refused to plan.")))
    async with operating(backend) as person:
        await plan(person)
        await person.sees("Go on rolling back?")
        await person.press("tab", "enter")
        assert "Nothing was changed" not in await person.sees("AWS refused to plan.")
