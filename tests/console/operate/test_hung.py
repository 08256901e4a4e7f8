"""An AWS that accepts every connection and never answers: keys stay alive, and quitting is quick."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from lamed_tui.console.app import LamedConsole
from tests.aws_variables import aws_variables
from tests.config_file import write
from tests.console.loop_probe import LONGEST_WAIT, probed
from tests.console.operate.person import operating, plan
from tests.console.screens import until
from tests.network import a_silent_server

if TYPE_CHECKING:
    from tests.console.operate.scripted import MakeScript
    from tests.console.setup.wizard import Wizard

SLOWEST_KEY, SLOWEST_END = 4.0, 3.0
"""Seconds. A tenth and one are what is promised; a busy machine is allowed more here.
A console that waited for AWS would take twenty."""


async def answers_at_once(person: Wizard, key: str, text: str) -> None:
    began = time.monotonic()
    await person.press(key)
    await person.sees(text)
    assert time.monotonic() - began < SLOWEST_KEY, key


async def sees_time_pass(person: Wizard, text: str) -> None:
    """The seconds behind it are counted: a busy machine may never show a certain one."""
    waited = re.compile(rf"{text} …\s+[1-9]\d* s")
    await until(person.pilot, lambda shown: bool(waited.search(shown)), what=f"{text} for seconds")


async def ends_at_once(person: Wizard) -> str:
    """What is said about what is left behind."""
    app = person.pilot.app
    assert isinstance(app, LamedConsole)
    began = time.monotonic()
    await person.press("q")
    await app._shutdown()
    left = app.farewell(0.7)
    assert time.monotonic() - began < SLOWEST_END
    return left


async def test_every_page_waits_aloud_and_none_of_them_holds_up_a_key_or_the_end(valkey: str) -> None:
    write(name="shop", redis={"url": valkey})
    with a_silent_server() as port:
        environment = aws_variables(f"http://127.0.0.1:{port}", "eu-west-1")
        async with operating(environment=environment, size=(100, 50)) as person:
            with probed() as held_up:
                await sees_time_pass(person, "Asking AWS what is deployed")
                await answers_at_once(person, "r", "Asking AWS for the releases")
                await answers_at_once(person, "l", "Asking AWS for the logs")
                await answers_at_once(person, "d", "▸ 1 Preflight")
                await person.sees("running AWS credentials")
                await person.sees("pass Configuration")
                await answers_at_once(person, "question_mark", "Help: Operate: Preflight")
                await person.press("escape")
                await answers_at_once(person, "escape", "▸ Status")
            assert len(held_up.waited) > 100
            assert max(held_up.waited) < LONGEST_WAIT
            assert await ends_at_once(person) == ""


async def test_planning_that_hangs_can_be_left_and_what_it_left_is_told(script: MakeScript) -> None:
    backend = script(hangs=("plan",))
    async with operating(backend) as person:
        await plan(person)
        await sees_time_pass(person, "Asking AWS what would change")
        await answers_at_once(person, "escape", "Nothing was changed.")
        await plan(person)
        await person.sees("Asking AWS what would change")
        left = await ends_at_once(person)
        assert left.startswith("AWS did not answer in time to take the plan back.")


@pytest.mark.parametrize(
    ("answers", "told"), [(True, ""), (False, "AWS did not answer in time to take the plan back.")]
)
async def test_quitting_right_after_a_plan_was_left_waits_until_it_is_taken_back(
    script: MakeScript, *, answers: bool, told: str
) -> None:
    backend = script(hangs=("plan",))
    async with operating(backend) as person:
        await plan(person)
        await person.sees("Asking AWS what would change")
        await answers_at_once(person, "escape", "Nothing was changed.")
        if answers:
            backend.over.set()
        left = await ends_at_once(person)
        assert left.startswith(told) if told else left == ""
