"""How operating looks, as SVG pictures. What AWS says and the clock are fixed; everything else is the real console.

After a deliberate change, look at the report that a failing run names, then run this file with --snapshot-update.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.console.app import LamedConsole
from lamed_tui.console.workplace import Workplace
from lamed_tui.deploy.differences import Difference
from lamed_tui.deploy.events import Applying, Attached, Planned
from lamed_tui.deploy.logs import parse
from lamed_tui.deploy.plan import Change, Consequence, Plan
from lamed_tui.deploy.status import Listing, Status
from lamed_tui.errors import AwsError, CredentialsError, DeployError
from tests.config_file import CONFIG, write
from tests.console.operate.person import OPERATE
from tests.console.operate.scripted import Script, Tail, Wait
from tests.console.operate.shop import (
    BACK_PLAN,
    BASE,
    DETAILS,
    END_PLAN,
    ENDPOINTS,
    FIRST,
    GONE,
    KEY,
    NEW_PLAN,
    STACK,
    UPDATE_PLAN,
    changed,
    creation,
    release,
)
from tests.console.pictures import SIZES, THEMES, come_to_rest
from tests.console.screens import until
from tests.console.setup.wizard import squeezed, watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

LONG_NAME = "TheFunctionOfAnEndpointWithAVeryLongNameIndeed"
LONG_TEXT = "a sentence that goes on and on without coming to any end, in a language of many words, " * 3
CAUSE = (
    "ApiKey (AWS::ApiGateway::ApiKey) could not be deployed: Resource handler returned message: Limit reached "
    "(Service: ApiGateway, Status Code: 429, Request ID: 4c8f1a2e-77aa-4b31-9d1e-0c5a3f2b6e10). Everything that had "
    "been made was removed again."
)
REFUSED = changed(
    "ApiKey",
    "CREATE_FAILED",
    "AWS::ApiGateway::ApiKey",
    "Resource handler returned message: Limit reached (Service: ApiGateway, Status Code: 429, Request ID: "
    "4c8f1a2e-77aa-4b31-9d1e-0c5a3f2b6e10)",
    after=4,
)
AT_WORK = (Planned(NEW_PLAN), Applying(13), *creation(finished=6), Wait())
FAILED = (Planned(NEW_PLAN), Applying(13), *creation(finished=3), REFUSED, DeployError(CAUSE, "Remove the cause."))


@dataclass(frozen=True)
class Scene:
    """What AWS says, the keys that are pressed, and what is on the screen after each."""

    keys: tuple[tuple[str, str], ...] = ()
    parts: dict[str, Any] = field(default_factory=dict)
    read_only: bool = False


def deploying(*steps: object, then: str, more: tuple[tuple[str, str], ...] = ()) -> Scene:
    """Checks that all pass, a plan, and yes to it."""
    keys = (("d", "Ready to deploy."), ("ctrl+n", "Release"), ("ctrl+n", then), *more)
    return Scene(keys, {"steps": steps})


SCENES = {
    "status": Scene((("u", "UPDATE_COMPLETE"),)),
    "releases": Scene((("r", "not"), ("down", "Roll back"))),
    "logs": Scene((("l", "ImportModuleError"),)),
    "preflight": Scene((("d", "Plan anyway"),), {"checks": DETAILS}),
    "plan": Scene((("d", "Ready to deploy."), ("ctrl+n", "Breaks")), {"steps": (Planned(UPDATE_PLAN),)}),
    "apply": deploying(*AT_WORK, then="6 of 13"),
    "failed": deploying(*FAILED, then="The deployment failed"),
    "done": deploying(*FIRST, then="Release 1 is live"),
}
"""Every page."""

NOTHING = Status("shop", None, None, "eu-central-1", None, ())
BUSY = Status("shop", "UPDATE_IN_PROGRESS", 3, "eu-central-1", BASE, ENDPOINTS, None, STACK)
STUCK = Status("shop", "UPDATE_ROLLBACK_FAILED", 3, "eu-central-1", None, (), None, STACK)
DENIED = CredentialsError("The AWS session has expired.", "Sign in again, for example with: aws sso login")
LONG_PLAN = Plan(
    "shop",
    creates=False,
    release=12,
    changes=(
        Change(
            "modify",
            LONG_NAME,
            "AWS::Lambda::Function",
            "x",
            ("Environment", "Description"),
            differences=(Difference("Environment.Variables.NAMES", LONG_TEXT[:119] + "…", "日本語" * 30),),
        ),
        *(Change("remove", f"{LONG_NAME}{number}", "AWS::ApiGateway::Method", "x") for number in range(20)),
    ),
    consequences=tuple(Consequence(f"GET /{number}/{LONG_NAME} stops answering.", grave=True) for number in range(9)),
)
TO_PLAN = (("d", "Ready to deploy."),)
STATES = {
    "status_loading": Scene((), {"hangs": ("status",)}),
    "status_error": Scene((("u", "has expired"),), {"found": DENIED}),
    "status_empty": Scene((("u", "not deployed"),), {"found": NOTHING}),
    "status_busy": Scene((("u", "at work"),), {"found": BUSY}),
    "status_stuck": Scene((("u", "needs repair"),), {"found": STUCK}),
    "status_drift": Scene((("v", "was deleted"),)),
    "status_key": Scene((("k", KEY),)),
    "status_read_only": Scene((("u", "UPDATE_COMPLETE"),), read_only=True),
    "releases_empty": Scene((("r", "no releases"),), {"listing": Listing("shop", "eu-central-1", (), None)}),
    "releases_error": Scene((("r", "has expired"),), {"listing": DENIED}),
    "releases_long": Scene(
        (("r", "30 releases"), ("end", "1 2026-03-04")),
        {"listing": Listing("shop", "eu-central-1", tuple(release(n, by="x" * 60) for n in range(30, 0, -1)), 30)},
    ),
    "logs_loading": Scene((("l", "Asking AWS for the logs"),), {"hangs": ("logs",)}),
    "logs_empty": Scene((("l", "Nothing was logged"),), {"tail": Tail()}),
    "logs_error": Scene((("l", "has expired"),), {"tail": Tail(error=DENIED)}),
    "logs_filter": Scene((("l", "ImportModuleError"), ("slash", ""), ("z", "No line has"))),
    "logs_long": Scene(
        (("l", "on and on"),), {"tail": Tail([parse(1_773_307_800_000 + n, LONG_NAME, LONG_TEXT) for n in range(9)])}
    ),
    "preflight_running": Scene((("d", "22 of 24 done"),), {"unchecked": ("config.private", "redis.memory")}),
    "preflight_long": Scene(
        (("d", "Plan anyway"),),
        {"checks": {"config.private": ("fail", LONG_TEXT, LONG_TEXT), "aws.stack": ("warn", "日本語" * 40, "")}},
    ),
    "plan_loading": Scene((*TO_PLAN, ("ctrl+n", "Asking AWS what would change")), {"hangs": ("plan",)}),
    "plan_new": Scene((*TO_PLAN, ("ctrl+n", "13 to add"))),
    "plan_error": Scene((*TO_PLAN, ("ctrl+n", "failed")), {"steps": (AwsError(LONG_TEXT, "Look."),)}),
    "plan_long": Scene((*TO_PLAN, ("ctrl+n", "20 to remove")), {"steps": (Planned(LONG_PLAN),)}),
    "plan_destroy": Scene((("u", "UPDATE_COMPLETE"), ("D", "13 to remove")), {"steps": (Planned(END_PLAN),)}),
    "confirm_destroy": Scene(
        (("u", "UPDATE_COMPLETE"), ("D", "13 to remove"), ("ctrl+n", "Type its name")), {"steps": (Planned(END_PLAN),)}
    ),
    "confirm_rollback": Scene(
        (("r", "not passed"), ("down", "Roll back"), ("b", "once more"), ("ctrl+n", "Restore release 2?")),
        {"steps": (Planned(BACK_PLAN),)},
    ),
    "confirm_cancel": deploying(*AT_WORK, then="6 of 13", more=(("C", "Cancel the deployment?"),)),
    "apply_joined": Scene(
        (("u", "at work"), ("f", "Following what is running"), ("", "TrackPermission")),
        {"found": BUSY, "steps": (Attached("shop", "UPDATE_IN_PROGRESS"), *creation(finished=5), Wait())},
    ),
    "apply_detached": deploying(*AT_WORK, then="6 of 13", more=(("t", "Left to AWS"),)),
    "destroyed": Scene(
        (
            ("u", "UPDATE_COMPLETE"),
            ("D", "13 to remove"),
            ("ctrl+n", "Type its name"),
            *((letter, "") for letter in "shop"),
            ("enter", "shop is gone"),
        ),
        {"steps": (Planned(END_PLAN), Applying(13), GONE)},
    ),
}
"""Empty, loading, in trouble, too long, and every question."""


@pytest.fixture
def looks_as_before(snap_compare: Callable[..., bool]) -> Callable[..., bool]:
    """Whether a scene looks as it did when its picture was accepted."""

    def compare(scene: Scene, size: tuple[int, int] = (80, 24), theme: str = THEMES[0]) -> bool:
        write(name="shop")
        script = Script(**scene.parts)
        app = LamedConsole(workplace=Workplace(CONFIG, {}, watch, script, scene.read_only), clock=lambda: 100.0)
        app.theme = theme

        async def prepare(pilot: Pilot[None]) -> None:
            await app.switch_mode(OPERATE)
            await until(pilot, lambda shown: "Asking AWS" in shown or "Release" in shown, what="the first page")
            for key, seen in scene.keys:
                if key:
                    await pilot.press(key)
                await until(pilot, lambda shown, seen=seen: seen in squeezed(shown), what=seen)  # type: ignore[misc]  # bound default
            await come_to_rest(pilot)

        try:
            return snap_compare(app, terminal_size=size, run_before=prepare)
        finally:
            script.close()

    return compare


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("page", SCENES)
def test_every_page(looks_as_before: Callable[..., bool], page: str, size: tuple[int, int], theme: str) -> None:
    assert looks_as_before(SCENES[page], size, theme)


@pytest.mark.parametrize("state", STATES)
def test_every_state(looks_as_before: Callable[..., bool], state: str) -> None:
    assert looks_as_before(STATES[state])


def test_without_colours(looks_as_before: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert looks_as_before(SCENES["plan"])
