"""The whole path on real servers, by keys alone: check, plan, apply, look, go back, destroy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamed_tui.console.operate.preflight_pane import PreflightPane
from lamed_tui.deploy import live
from tests.config_file import write
from tests.console.operate.person import operating, screen_of
from tests.console.screens import until
from tests.console.setup.wizard import setting_up
from tests.integration.deploy.http import ask, event

if TYPE_CHECKING:
    from tests.console.setup.wizard import Wizard
    from tests.integration.deploy.place import Place

LONG = 60.0
"""Seconds for what AWS does; the machine may be busy."""


def configure(place: Place, **more: Any) -> None:
    write(name=place.name, redis={"url": place.redis_url}, aws={"region": place.environment["AWS_REGION"]}, **more)


async def check(person: Wizard) -> None:
    """Go to the checks, and on to the plan once all are over."""
    await person.press("d")
    pane = screen_of(person).query_one(PreflightPane)
    await until(person.pilot, lambda _: pane.is_over, what="every check is over", seconds=LONG)
    await person.sees("Ready to deploy.")
    await person.press("ctrl+n")


async def test_from_the_checks_to_a_live_backend_and_back_to_nothing(place: Place) -> None:
    configure(place)
    async with operating(environment=place.environment, size=(100, 40)) as person:
        await person.sees("not deployed")
        await check(person)
        await person.sees("Release 1 of shop (a new stack)", seconds=LONG)
        await person.sees("34 to add.")
        assert live.read(place.aws, "shop").release is None, "nothing changes before somebody agrees"
        await person.press("ctrl+n")
        await person.sees("Release 1 is live", seconds=LONG)
        await person.sees("Smoke test passed")
        key = place.aws.apigateway.get_api_keys(includeValues=True)["items"][0]["value"]
        assert key not in person.screen
        await person.press("k")
        await person.sees(key)
        await person.press("k")
        await person.sees("hidden, k shows it")

        configure(place, functions={"memory_size": 512})
        await check(person)
        await person.sees("Release 2 of shop", seconds=LONG)
        await person.sees("MemorySize: 256 → 512")
        await person.press("ctrl+n")
        await person.sees("Release 2 is live", seconds=LONG)

        await person.press("r")
        await person.sees("2 releases of shop, release 2 is live", seconds=LONG)
        await person.press("down", "b")
        await person.sees("Release 3 of shop: release 1 once more", seconds=LONG)
        await person.sees("MemorySize: 512 → 256")
        await person.press("ctrl+n")
        await person.sees("Restore release 1?")
        await person.press("right", "enter")
        await person.sees("Release 3 is live", seconds=LONG)
        assert place.record(3).restores == 1

        await person.press("s")
        await person.sees("UPDATE_COMPLETE", seconds=LONG)
        await person.sees("Release 3")
        shown = await person.sees("GET /track")
        base = next(word for word in shown.split() if word.startswith("http"))
        assert ask(f"{base}/track", event("1")).body == {"status": "counted"}

        await person.press("l")
        await person.sees("track counted", seconds=LONG)

        await person.press("s", "D")
        await person.sees("Destroying shop", seconds=LONG)
        await person.sees("stops answering")
        await person.press("ctrl+n")
        await person.sees("Type its name to destroy it: shop")
        await person.type("sho")
        await person.press("enter")
        await person.type("p")
        await person.press("enter")
        await person.sees("shop is gone", seconds=LONG)
        assert live.read(place.aws, "shop").status in {None, "DELETE_COMPLETE"}
        assert place.keys() != [], "counters stay"


async def test_the_wizard_leads_on_to_the_checks(place: Place) -> None:
    async with setting_up(place.environment, size=(100, 40)) as person:
        await person.press("enter", "ctrl+n", "ctrl+n", "ctrl+n")
        await person.sees("will be created")
        await person.press("s")
        await person.sees("Deploy now")
        await person.press("enter")
        await person.sees("Deploy: ▸ 1 Preflight")
        await person.sees("Configuration")
