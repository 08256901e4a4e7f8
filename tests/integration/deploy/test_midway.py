"""Interrupted in the middle of AWS's work: killed, detached, cancelled; and what the next command makes of it.

The emulator works in a blink, so the template gets a resource more that it waits for until it is told to go on.
"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

from lamed_tui.deploy import live, releases, template
from lamed_tui.deploy.events import Deployed, Warned
from lamed_tui.deploy.following import Wish
from lamed_tui.deploy.options import Options
from tests.integration.deploy.keyboard import at_a_keyboard, wait_for, wait_for_the_question
from tests.integration.deploy.place import UNTRIED, assert_nothing_is_left, assert_works_as_before
from tests.ports import port_of
from tests.proxy import TcpProxy
from tests.waiting import comes_true

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    import pytest

    from tests.integration.deploy.place import Place

HELD = """
from lamed_tui.deploy import template
render = template.render

def held(*args, **options):
    made = render(*args, **options)
    made.body["Resources"] |= {
        "ZWait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "CreationPolicy": {"ResourceSignal": {"Timeout": "PT5M"}},
        },
        "ZZAfter": {"Type": "AWS::CloudFormation::WaitConditionHandle", "DependsOn": "ZWait"},
    }
    return made

template.render = held
"""
DEPLOY = ("deploy", "--no-preflight", "--no-smoke")
QUESTION = "[c]ancel and undo it (f, d, c) [f]: "


def until_aws_waits(place: Place) -> None:
    """Until the emulator is in the middle: everything is made but the resource that it waits for."""

    def it_waits() -> bool:
        found = place.aws.cloudformation.describe_stack_events(StackName=place.name)["StackEvents"]
        newest = next((item for item in found if item.get("LogicalResourceId") == "ZWait"), None)
        return newest is not None and newest.get("ResourceStatus", "").endswith("_IN_PROGRESS")

    assert comes_true(it_waits, seconds=60), "the emulator does not wait"


def begin(process: subprocess.Popen[str], keyboard: int, place: Place) -> None:
    """Say yes to the plan, and wait until AWS is in the middle of it."""
    wait_for(process, "Deploy this? [y/N]: ")
    os.write(keyboard, b"y\n")
    until_aws_waits(place)


def interrupt(process: subprocess.Popen[str], keyboard: int, answer: bytes) -> None:
    """Press Ctrl-C, and answer what is to happen now."""
    process.send_signal(signal.SIGINT)
    wait_for_the_question(process, QUESTION)
    os.write(keyboard, answer)


def go_on(place: Place) -> None:
    place.aws.cloudformation.signal_resource(
        StackName=place.name, LogicalResourceId="ZWait", UniqueId="1", Status="SUCCESS"
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, told = process.communicate(timeout=90)
    return process.returncode, told


def test_a_creation_whose_terminal_was_killed_is_followed_to_its_end_and_recorded(
    place: Place, config_file: Path
) -> None:
    with at_a_keyboard(*DEPLOY, place=place, config_file=config_file, before=HELD) as (process, keyboard):
        begin(process, keyboard, place)
        process.kill()
        process.wait()
    assert live.read(place.aws, "shop").status == "CREATE_IN_PROGRESS"
    with at_a_keyboard(*DEPLOY, place=place, config_file=config_file, before=HELD) as (process, _):
        wait_for(process, "shop is in CREATE_IN_PROGRESS: following the deployment that is running.")
        go_on(place)
        code, told = ended(process)
    assert (code, "Release 1 is live" in told) == (0, True), told
    assert releases.numbers(place.artefacts(), "shop") == [1]


def test_a_cancelled_creation_leaves_nothing(place: Place, config_file: Path) -> None:
    with at_a_keyboard(*DEPLOY, place=place, config_file=config_file, before=HELD) as (process, keyboard):
        begin(process, keyboard, place)
        interrupt(process, keyboard, b"c\n")
        code, told = ended(process)
    assert code == 130
    assert "Cancelled, as was asked for. Everything that had been made was removed again." in told
    assert_nothing_is_left(place)


def test_an_update_that_was_left_to_itself_is_attached_to_again_and_can_still_be_cancelled(
    place: Place, config_file: Path
) -> None:
    first = place.deployed(options=UNTRIED)
    with at_a_keyboard(*DEPLOY, place=place, config_file=config_file, before=HELD) as (process, keyboard):
        begin(process, keyboard, place)
        interrupt(process, keyboard, b"d\n")
        code, told = ended(process)
    assert (code, "Detached: what AWS has begun it also finishes." in told) == (130, True), told
    assert live.read(place.aws, "shop").status == "UPDATE_IN_PROGRESS"

    with at_a_keyboard(*DEPLOY, place=place, config_file=config_file, before=HELD) as (process, keyboard):
        wait_for(process, "shop is in UPDATE_IN_PROGRESS: following the deployment that is running.")
        interrupt(process, keyboard, b"c\n")
        wait_for(process, "Cancelling: AWS undoes what it has done so far.")
        go_on(place)  # what is being made is finished first, as on AWS
        code, told = ended(process)
    assert code == 130
    assert "Cancelled, as was asked for. The stack was rolled back and works as before." in told
    assert_works_as_before(place, first)
    assert not place.deployed(options=UNTRIED).changed


def test_a_network_that_is_gone_for_a_while_does_not_end_a_deployment(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template, "render", template.render)  # put back afterwards
    exec(HELD, {})  # noqa: S102 - what the other tests hand to their processes
    looks = 0

    def cut_and_mend() -> Wish:
        nonlocal looks
        looks += 1
        if looks == 1:
            until_aws_waits(place)
            front.cut = 1.0
        elif looks == 2:
            front.cut = 0.0
            go_on(place)
        return Wish.FOLLOW

    with TcpProxy(port_of(place.environment["AWS_ENDPOINT_URL"])) as front:
        there = replace(place, environment={**place.environment, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{front.port}"})
        events = there.deploy(options=Options(smoke_test=False, wish=cut_and_mend))
    told = [item.message for item in events if isinstance(item, Warned)]
    assert len(told) == 1
    assert told[0].startswith(f"AWS could not be reached at {there.environment['AWS_ENDPOINT_URL']}")
    assert told[0].endswith("AWS goes on with it; asking again.")
    assert isinstance(events[-1], Deployed)
    assert looks >= 2
