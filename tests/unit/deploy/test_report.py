"""How a deployment is told to people and to scripts, and what Ctrl-C leaves behind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lamed_tui.cli.deploy import _check_first
from lamed_tui.cli.deploy_report import HumanReport, JsonReport
from lamed_tui.cli.following import follow
from lamed_tui.config.files import load
from lamed_tui.deploy import wording
from lamed_tui.deploy.events import (
    Applying,
    Attached,
    Declined,
    Deployed,
    Detached,
    EndpointUrl,
    Mending,
    Planned,
    ResourceChanged,
    SmokeChecked,
    Warned,
)
from lamed_tui.deploy.plan import Change, Consequence, Plan
from lamed_tui.deploy.states import STATES
from lamed_tui.errors import ExitCode
from lamed_tui.preflight.result import CheckResult
from lamed_tui.preflight.subject import Subject
from tests.unit.deploy.stubs import NOON

if TYPE_CHECKING:
    from collections.abc import Generator

    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.preflight.result import State

TRACK = EndpointUrl("/track", "GET", "https://api.example/prod/track", "lamed-track", "lamed.track", False)
CLOSED = EndpointUrl("/experiments", "GET", "https://api.example/prod/experiments", "lamed-all", "lamed.all", True)
PLAN = Plan(
    "lamed",
    False,
    5,
    (
        Change("replace", "Api", "AWS::ApiGateway::RestApi", "a1", ("EndpointConfiguration",)),
        Change("modify", "Role", "AWS::IAM::Role", None, ("Tags",)),
        Change("remove", "TrackVersion0a", "AWS::Lambda::Version", "arn:1", kept=True),
    ),
    (Consequence("The API is replaced: its URL changes.", grave=True), Consequence("Counters are not touched.")),
)
DEPLOYED = Deployed(True, 5, "https://api.example/prod", (TRACK, CLOSED), "k1")


def changed(logical_id: str, status: str, reason: str = "", elapsed: float = 0.0) -> ResourceChanged:
    return ResourceChanged(NOON, logical_id, "AWS::Lambda::Function", status, reason, elapsed)


STORY: tuple[DeployEvent, ...] = (
    Warned("[not] markup"),
    Planned(PLAN),
    Applying(3),
    changed("Role", "UPDATE_COMPLETE"),
    changed("TrackFunction", "UPDATE_IN_PROGRESS"),
    changed("TrackFunction", "UPDATE_COMPLETE", elapsed=2.5),
    changed("AllFunction", "UPDATE_FAILED", "No [such] thing"),
    SmokeChecked("one event is accepted", passed=True),
    SmokeChecked("nothing is left behind", passed=False, detail="counted (1, 1)"),
    DEPLOYED,
)


def told_to_people(capsys: pytest.CaptureFixture[str], *, plan_only: bool = False) -> tuple[str, str]:
    report = HumanReport(plan_is_the_answer=plan_only)
    for event in STORY:
        report.tell(event)
    report.close()
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_people_read_one_line_a_resource_and_the_grave_consequences(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = told_to_people(capsys)
    assert err.splitlines() == [
        "Warning: [not] markup",
        "Release 5 of lamed",
        "  ! replace Api                                    ApiGateway::RestApi  EndpointConfiguration",
        "  - remove  TrackVersion0a                         Lambda::Version  (stays in AWS)",
        "  and the tag with the release's number on 1 more",
        "1 to replace, 1 to remove.",
        "The API is replaced: its URL changes.",
        "Counters are not touched.",
        "  updated            TrackFunction                        Lambda::Function           2.5 s",
        "  update FAILED      AllFunction                          Lambda::Function",
        "    No [such] thing",
        "  ok   one event is accepted",
        "  FAIL nothing is left behind (counted (1, 1))",
        "Release 5 is live after 0 s.",
        "To send events from a page: lamed snippet",
    ]
    assert out.splitlines() == [
        "GET    https://api.example/prod/track",
        "GET    https://api.example/prod/experiments  (needs the API key)",
    ]


def test_a_plan_that_was_asked_for_is_data(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told_to_people(capsys, plan_only=True)
    assert "1 to replace, 1 to remove." in out


def test_a_resource_that_is_touched_twice_by_a_rollback_counts_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes it for a terminal, and draws the progress
    monkeypatch.setenv("TERM", "xterm")
    report = HumanReport(plan_is_the_answer=False)
    report.tell(Applying(2))
    for status in ("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
        for name in ("Role", "TrackFunction"):
            report.tell(changed(name, status))
    report.close()

    assert re.findall(r"\d/\d", capsys.readouterr().err)[-1] == "2/2"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("pass", "None of 2 checks failed."),
        ("fail", "1 of 2 checks failed, which the deployment sees to itself. Stack: It is stuck."),
    ],
)
def test_a_stuck_stack_is_not_said_to_have_passed(
    state: State, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = ExitCode.NEEDS_REPAIR if state == "fail" else ExitCode.OK
    results = [
        CheckResult("config.file", "Configuration", "pass", "It is valid.", "", 0.1, ExitCode.OK),
        CheckResult("aws.stack", "Stack", state, "It is stuck.", "", 0.1, code),
    ]
    monkeypatch.setattr("lamed_tui.preflight.schedule.run_all", lambda _checks: iter(results))

    _check_first(Subject(load(Path("config.json")), {}), HumanReport(plan_is_the_answer=False))

    assert " ".join(capsys.readouterr().err.split()) == told


def test_scripts_read_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    report = JsonReport()
    for event in (*STORY, Attached("lamed", "UPDATE_IN_PROGRESS"), Declined(4, None, ())):
        report.tell(event)
    report.failed(None)
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [document["type"] for document in documents] == [
        "warning",
        "plan",
        *["event"] * 7,
        "result",
        "event",
        "result",
        "result",
    ]
    assert documents[1]["changes"][2] == {
        "action": "remove",
        "logical_id": "TrackVersion0a",
        "resource_type": "AWS::Lambda::Version",
        "physical_id": "arn:1",
        "properties": [],
        "may_be_replaced": False,
        "kept": True,
        "differences": [],
    }
    assert documents[9]["status"] == "deployed"
    assert documents[11] == {"type": "result", "status": "declined", "release": 4, "base_url": None, "endpoints": []}
    assert (documents[12]["status"], documents[12]["error"]) == ("failed", "interrupted")


def test_every_state_is_told_in_an_operators_words() -> None:
    for status in STATES:
        if status is not None:
            words = wording.state_in_words(status)
            assert not re.search("rollback|complete|in progress|review", words, re.IGNORECASE)
            assert len(words) <= 15, "the narrow column's width, and a blank"
            assert ("FAILED" in words) == status.endswith("_FAILED")
    assert wording.state_in_words("UPDATE_ROLLBACK_IN_PROGRESS") == "being put back"
    assert wording.state_in_words("UPDATE_ROLLBACK_COMPLETE") == "put back"
    assert wording.state_in_words("SOMETHING_NEW") == "something new"


BEGUN = ResourceChanged(NOON, "lamed", "AWS::CloudFormation::Stack", "UPDATE_IN_PROGRESS", "", 0.0, is_stack=True)
NOT_BEGUN = "Interrupted. AWS had not been seen to begin, so most likely nothing was changed. lamed status shows it."
DETACHED = "Detached: what AWS has begun it also finishes. lamed deploy follows it, lamed status shows it."
MENDED = "nothing else was changed: lamed was led out of ROLLBACK_COMPLETE."


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        ((), "Interrupted: nothing was changed."),
        ((Planned(PLAN),), "Interrupted: nothing was changed."),
        ((Planned(PLAN), Applying(3)), NOT_BEGUN),
        ((Planned(PLAN), Applying(3), BEGUN), DETACHED),
        ((Mending("lamed", "ROLLBACK_COMPLETE"),), NOT_BEGUN),
        ((Mending("lamed", "ROLLBACK_COMPLETE"), BEGUN), DETACHED),
        ((Mending("lamed", "ROLLBACK_COMPLETE"), BEGUN, Planned(PLAN)), f"Interrupted: {MENDED}"),
        ((Attached("lamed", "UPDATE_IN_PROGRESS"),), DETACHED),
        ((Planned(PLAN), Applying(3), Detached("lamed")), DETACHED),
        (
            (Applying(3), SmokeChecked("one event is accepted", passed=True)),
            "Interrupted: the deployment is live, but its test was not finished.",
        ),
    ],
)
def test_ctrl_c_says_what_it_left_behind(
    capsys: pytest.CaptureFixture[str], happened: tuple[DeployEvent, ...], words: str
) -> None:
    def interrupted() -> Generator[DeployEvent, None, None]:
        yield from happened
        raise KeyboardInterrupt

    assert follow(interrupted(), JsonReport()) is ExitCode.INTERRUPTED
    captured = capsys.readouterr()
    assert captured.err.strip() == words
    assert json.loads(captured.out.splitlines()[-1])["status"] == "failed"


@pytest.mark.parametrize(
    ("before", "words"),
    [((), "Declined: nothing was changed."), ((Mending("lamed", "ROLLBACK_COMPLETE"), BEGUN), f"Declined: {MENDED}")],
)
def test_a_no_says_what_was_changed_all_the_same(
    capsys: pytest.CaptureFixture[str], before: tuple[DeployEvent, ...], words: str
) -> None:
    def declined() -> Generator[DeployEvent, None, None]:
        yield from (*before, Planned(PLAN), Declined(None, None, ()))

    assert follow(declined(), JsonReport()) is ExitCode.DECLINED
    assert capsys.readouterr().err.strip() == words
    assert follow(declined(), JsonReport(), plan_only=True) is ExitCode.OK
    assert capsys.readouterr().err.strip() == ""


def test_a_pipe_gets_each_sentence_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    report = HumanReport(plan_is_the_answer=False)
    sentence = f"{'https://api.example/prod stops answering: pages that send events there keep them unsent. ' * 2}So."
    report.tell(Planned(Plan("lamed", False, 5, (), (Consequence(sentence, grave=True),))))
    report.tell(Warned(sentence))
    report.note(sentence)
    report.close()
    told = capsys.readouterr().err.splitlines()
    assert [line.removeprefix("Warning: ") for line in told if "stops answering" in line] == [sentence] * 3


@pytest.mark.parametrize(("columns", "kind"), [("80", ""), ("100", "Lambda::Version")])
def test_a_resource_takes_one_line_of_a_terminal(
    columns: str, kind: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", columns)
    report = HumanReport(plan_is_the_answer=False)
    report.tell(
        ResourceChanged(
            NOON,
            "DeleteExperimentVersion51ae7176a181",
            "AWS::Lambda::Version",
            "CREATE_COMPLETE",
            "",
            12.5,
            is_stack=False,
        )
    )
    report.close()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.split() == ["created", "DeleteExperimentVersion51ae7176a181", *kind.split(), "12.5", "s"]
    assert len(line) <= int(columns)
