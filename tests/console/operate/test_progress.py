"""What is known of an operation after each thing that happens."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from lamed_tui.aws.errors import ServiceError
from lamed_tui.console.operate import work_views
from lamed_tui.console.operate.progress import Failed, Happening, Kind, Stage, Work, after, request_ids
from lamed_tui.deploy.events import Applying, Attached, Planned
from lamed_tui.errors import DeployError, ExitCode
from tests.console.operate.shop import FIRST, NEW_PLAN, SMOKE, UPDATE_PLAN, changed, creation, deployed


def known(*happenings: Happening) -> Work:
    """Each happens a second after the one before."""
    moments = enumerate(happenings, start=1)
    return reduce(lambda work, moment: after(work, moment[1], moment[0]), moments, Work(Kind.DEPLOY, 0.0))


def test_a_resource_waits_then_changes_then_has_taken_its_time() -> None:
    work = known(Planned(NEW_PLAN), Applying(13))
    assert (work.stage, work.name, work.done, work.total) == (Stage.WORKING, "shop", 0, 13)
    assert {row.status for row in work.rows} == {""}
    work = after(work, changed("Track", "CREATE_IN_PROGRESS"), 10)
    work = after(work, changed("Track", "CREATE_IN_PROGRESS", reason="Resource creation Initiated"), 12)
    (row,) = [row for row in work.rows if row.logical_id == "Track"]
    assert (row.began, row.is_over) == (10, False), "AWS tells the beginning twice"
    work = after(work, changed("Track", "CREATE_COMPLETE", after=3.5), 14)
    (row,) = [row for row in work.rows if row.logical_id == "Track"]
    assert (row.began, row.seconds, work.done) == (None, 3.5, 1)


def test_a_resource_that_no_plan_named_is_shown_as_well() -> None:
    work = known(Attached("shop", "UPDATE_IN_PROGRESS"), changed("Other", "UPDATE_COMPLETE"))
    assert [row.logical_id for row in work.rows] == ["Other"]
    assert work.joined == "UPDATE_IN_PROGRESS"


def test_resources_of_which_only_a_tag_changes_are_counted_but_neither_listed_nor_logged() -> None:
    work = known(Planned(UPDATE_PLAN), Applying(8), changed("Role", "UPDATE_COMPLETE", "AWS::IAM::Role"))
    assert work.done == 1
    assert work.log == ()
    shown = work_views.rows(work, 5.0, 80).plain
    assert "Role " not in shown
    assert "and 2 tags with the release's number, 1 done" in shown
    failed = after(work, changed("Role", "UPDATE_FAILED", "AWS::IAM::Role", "denied"), 6)
    assert "update FAILED     Role" in work_views.rows(failed, 6.0, 80).plain


def test_the_whole_way_ends_with_the_address() -> None:
    work = known(*FIRST)
    assert (work.stage, work.checks, work.deployed) == (Stage.DONE, SMOKE, deployed(1))
    assert work.done == work.total == 13
    assert work.seconds(1_000.0) == work.seconds(2_000.0), "the time stands still at the end"


def test_an_end_by_cancelling_is_no_failure() -> None:
    asked = DeployError("Cancelled, as was asked for.")
    asked.exit_code = ExitCode.INTERRUPTED
    assert known(Planned(NEW_PLAN), Applying(13), Failed(asked)).stage is Stage.CANCELLED
    assert known(Planned(NEW_PLAN), Applying(13), Failed(DeployError("no"))).stage is Stage.FAILED


def test_request_ids_come_from_the_error_its_cause_and_the_reasons_each_once() -> None:
    refused = ServiceError("AWS answered.", code="X", operation="y", message="z")
    refused.request_id = "11111111-aaaa"
    error = DeployError("It failed (Request ID: 22222222-bbbb).")
    error.__cause__ = refused
    reason = "Limit reached (RequestId: 33333333-cccc, Request ID: 22222222-bbbb)"
    work = known(Planned(NEW_PLAN), Applying(13), changed("Track", "CREATE_FAILED", reason=reason), Failed(error))
    assert request_ids(work) == ["22222222-bbbb", "11111111-aaaa", "33333333-cccc"]
    assert request_ids(known(Planned(NEW_PLAN), Failed(DeployError("no")))) == []


def test_no_line_about_a_resource_is_longer_than_the_screen() -> None:
    long = changed("A" * 200, "CREATE_FAILED", "AWS::ApiGateway::" + "B" * 90, "reason " * 60)
    work = known(Planned(NEW_PLAN), Applying(13), *creation(finished=4), long)
    for width in (24, 36, 50, 76, 90, 150):
        lines = work_views.rows(work, 9.0, width).plain.splitlines()
        assert max(map(len, lines)) <= width


def test_who_leaves_the_test_of_a_live_deployment_is_not_told_that_aws_goes_on_with_it() -> None:
    left = replace(known(Planned(NEW_PLAN), Applying(13), *SMOKE[:1]), stage=Stage.DETACHED)
    assert "its test was not finished" in work_views.done_heading(left).plain
    assert "AWS" not in work_views.done_heading(left).plain + work_views.done_lines(left).plain
    applying = replace(known(Planned(NEW_PLAN), Applying(13)), stage=Stage.DETACHED)
    assert "Left to AWS" in work_views.done_heading(applying).plain
