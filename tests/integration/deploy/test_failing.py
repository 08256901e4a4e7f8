"""Deployments that fail, are declined or are abandoned: nothing half-made stays, and the cause is the first one."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.deploy import artefacts, engine, live
from lamed_tui.deploy.events import Applying, Attached, Declined, Deployed, Planned, SmokeChecked
from lamed_tui.deploy.options import Options
from lamed_tui.deploy.package import pack
from lamed_tui.errors import DeployError
from tests.integration.deploy.place import BROKEN, a_clash, assert_nothing_is_left, assert_works_as_before
from tests.wiring import entry

if TYPE_CHECKING:
    from lamed_tui.deploy.plan import Plan
    from tests.integration.deploy.place import Place

NOT_LAMED = b"def track(event, context):\n    return {'statusCode': 200, 'body': '{}'}\n\nall = delete = track\n"


def never(_plan: Plan) -> bool:
    return False


def failure(place: Place, **values: Any) -> str:
    with a_clash(), pytest.raises(DeployError) as failed:
        place.deploy(place.config(**values))
    return failed.value.what


def test_a_failed_creation_is_cleaned_up_and_told_by_its_first_cause(place: Place) -> None:
    assert failure(place) == (
        "ZClash (AWS::Lambda::Alias) could not be deployed: AWS::Lambda::Alias: shop-track:live already exists. "
        "Everything that had been made was removed again."
    )
    assert_nothing_is_left(place)
    assert place.deployed().release == 1


def test_a_failed_update_is_rolled_back_and_told_by_its_first_cause(place: Place) -> None:
    first = place.deployed()
    assert failure(place, uuid_expiry_seconds=60) == (
        "ZClash (AWS::Lambda::Alias) could not be deployed: AWS::Lambda::Alias: shop-track:live already exists. "
        "The stack was rolled back and works as before."
    )
    assert_works_as_before(place, first)
    assert not place.deployed().changed
    repaired = place.deployed(place.config(uuid_expiry_seconds=60))
    assert (repaired.changed, repaired.release) == (True, 2)


def test_a_declined_first_deployment_leaves_nothing_at_all(place: Place) -> None:
    events = place.deploy(options=Options(confirm=never))
    assert events[-1] == Declined(None, None, ())
    assert live.read(place.aws, "shop").status is None
    stacks = place.aws.cloudformation.list_stacks()["StackSummaries"]
    assert {summary["StackStatus"] for summary in stacks} <= {"DELETE_COMPLETE"}
    assert artefacts.find(place.aws) is None


def test_a_declined_deployment_too_long_for_a_request_leaves_nothing_either(place: Place) -> None:
    wiring = [entry(f"route-{number}") for number in range(40)]
    place.deploy(place.config(extra_wiring=wiring), options=Options(confirm=never))
    assert live.read(place.aws, "shop").status is None
    assert artefacts.find(place.aws) is None


def test_a_declined_update_leaves_the_release_that_is_live(place: Place) -> None:
    first = place.deployed()
    before = place.aws.cloudformation.list_change_sets(StackName="shop")["Summaries"]
    events = place.deploy(place.config(uuid_expiry_seconds=60), options=Options(confirm=never))
    assert events[-1] == Declined(1, first.base_url, first.endpoints)
    assert place.aws.cloudformation.list_change_sets(StackName="shop")["Summaries"] == before
    assert not place.deployed().changed


def test_a_terminal_that_closes_at_the_question_leaves_nothing(place: Place) -> None:
    with closing(engine.deploy(place.config(), place.aws)) as events:
        assert isinstance(next(events), Planned)
    assert live.read(place.aws, "shop").status is None


def test_a_deployment_that_nobody_saw_end_is_found_recorded_and_tried_by_the_next(place: Place) -> None:
    with closing(engine.deploy(place.config(), place.aws)) as events:
        for happened in events:
            if isinstance(happened, Applying):
                next(events)  # AWS has begun
                break
    resumed = place.deploy()
    assert isinstance(resumed[-1], Deployed)
    assert (resumed[-1].changed, resumed[-1].release) == (True, 1)
    assert any(isinstance(item, SmokeChecked) for item in resumed)
    assert not any(isinstance(item, Planned) for item in resumed)
    assert place.record(1).tested_at is not None


def test_a_handler_that_does_not_count_fails_the_smoke_test_until_it_does(place: Place) -> None:
    broken = pack({"lamed/__init__.py": NOT_LAMED})
    for _ in range(2):  # the second time there is nothing to change, and it is no better
        with pytest.raises(DeployError) as failed:
            place.deploy(package=broken)
        assert failed.value.what.startswith("Release 1 is live, but it failed its smoke test: a missing parameter")
    repaired = place.deployed()
    assert (repaired.changed, repaired.release) == (True, 2)


def test_a_handler_that_cannot_be_loaded_fails_the_smoke_test(place: Place) -> None:
    with pytest.raises(DeployError, match=r"^Release 1 is live, but it failed its smoke test: one event is accepted"):
        place.deploy(package=BROKEN)


def test_a_deployment_that_another_terminal_started_is_followed_and_then_compared(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.deployed()
    reads = 0
    read = live.read

    def seen_while_running(aws: Any, name: str) -> live.Live:
        nonlocal reads
        reads += 1
        stack = read(aws, name)
        if reads > 2:
            return stack
        return live.Live(stack.name, stack.stack_id, "UPDATE_IN_PROGRESS", tags=stack.tags)

    monkeypatch.setattr(live, "read", seen_while_running)
    events = place.deploy()
    assert events[0] == Attached("shop", "UPDATE_IN_PROGRESS")
    assert isinstance(events[-1], Deployed)
