"""Taking over what the real lamed 0.4.3 deployed: its URL and its key go on, through the new functions, and back."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import redis

from lamed_tui.aws.errors import ServiceError, TransientError
from lamed_tui.deploy import adopt, adoption_records, destroy, legacy_api, live, smoke, status
from lamed_tui.deploy.adopt import Adopting
from lamed_tui.deploy.clock import Clock
from lamed_tui.deploy.events import Deployed, Planned, SmokeChecked
from lamed_tui.deploy.options import Options
from lamed_tui.errors import DeployError, UsageError
from tests import old_lamed
from tests.integration.deploy.http import ask, event
from tests.integration.deploy.place import UNTRIED
from tests.unit.deploy.smoke_backend import KEY, Backend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from lamed_tui.deploy.legacy_api import Legacy
    from lamed_tui.deploy.smoke import Transport
    from tests.integration.deploy.place import Place


def first(found: Sequence[Legacy]) -> Legacy:
    return found[0]


def always(_question: str) -> bool:
    return True


AGREED = Adopting(first, always, UNTRIED)


@pytest.fixture
def old(place: Place, tmp_path: Path) -> Legacy:
    """What `lamed deploy` of 0.4.3 makes, by its own command line."""
    host, port = urlsplit(place.redis_url).hostname, urlsplit(place.redis_url).port
    variables = {**os.environ, **place.environment}
    old_lamed.deploy(tmp_path, {"host": host, "port": port}, variables, hurried=True)
    (found,) = legacy_api.find(place.aws, live.read(place.aws, place.name))
    return found


def answered_in_memory() -> Transport:
    """What answers for the API where AWS's state is looked at, not the answers: asking for real takes half the time."""
    backend = Backend()

    def ask_backend(method: str, url: str, headers: Mapping[str, str]) -> smoke.Answer:
        path = url.partition("_user_request_")[2]
        return backend.answer(method, f"https://api.example/prod{path}", {"x-api-key": KEY} if headers else {})

    return ask_backend


def agreed_and_answered_in_memory() -> Adopting:
    return replace(AGREED, deployment=replace(UNTRIED, transport=answered_in_memory()))


def old_key(place: Place) -> str:
    (found,) = [key for key in place.aws.apigateway.get_api_keys(includeValues=True)["items"] if key["name"] == "lamed"]
    return found["value"]


def integrations(place: Place, api: str) -> list[Any]:
    return [
        {name: value for name, value in method.items() if name != "ResponseMetadata"}
        for method in legacy_api.methods(place.aws, api)
    ]


def test_the_old_url_counts_through_the_new_functions_and_both_keys_open_both_urls(place: Place, old: Legacy) -> None:
    assert sorted(old.paths) == ["DELETE /delete", "GET /experiments", "GET /track"]
    events = list(adopt.adopt(place.config(), place.aws, AGREED))
    deployed = next(item for item in events if isinstance(item, Deployed))
    checks = [item for item in events if isinstance(item, SmokeChecked)]
    assert len(checks) == 16
    assert all(check.passed for check in checks)
    url = legacy_api.base_url(place.aws, old.api)
    assert ask(url + "/track", event("1")).body == {"status": "counted"}
    assert ask(deployed.base_url + "/track", event("1")).body == {"status": "duplicate"}
    for base in (url, deployed.base_url):
        for key in (old_key(place), status.read_api_key(place.aws, deployed.api_key_id)):
            assert ask(base + "/experiments", headers={"x-api-key": key}).status == 200
        assert ask(base + "/experiments").status == 403


def test_events_that_the_old_functions_counted_are_not_counted_again(place: Place, old: Legacy) -> None:
    list(adopt.adopt(place.config(), place.aws, AGREED))
    with redis.Redis.from_url(place.redis_url) as client:
        flag = hashlib.sha1(b"alephbet:counters:button:participate:red seen", usedforsecurity=False).hexdigest()
        client.set(flag, "1", ex=3600)
    assert ask(legacy_api.base_url(place.aws, old.api) + "/track", event("seen")).body == {"status": "duplicate"}
    until = int(place.variables()["LAMED_LEGACY_UNTIL"])
    assert until >= Clock().now().timestamp() + 86400
    # A later deployment keeps it, and nothing changes because of it.
    assert not place.deployed(options=UNTRIED).changed


def test_undo_restores_every_method_deployment_and_key(place: Place, old: Legacy) -> None:
    before = integrations(place, old.api)
    stage = place.aws.apigateway.get_stage(restApiId=old.api, stageName="prod")["deploymentId"]
    list(adopt.adopt(place.config(), place.aws, AGREED))
    assert integrations(place, old.api) != before
    assert place.aws.apigateway.get_stage(restApiId=old.api, stageName="prod")["deploymentId"] != stage
    list(adopt.undo(place.config(), place.aws, Clock()))
    assert integrations(place, old.api) == before
    assert place.aws.apigateway.get_stage(restApiId=old.api, stageName="prod")["deploymentId"] == stage
    new = place.deployed(options=UNTRIED).base_url
    assert ask(new + "/experiments", headers={"x-api-key": old_key(place)}).status == 403
    assert len(place.aws.apigateway.get_usage_plans()["items"]) == 1
    with pytest.raises(UsageError, match="has adopted no such API"):
        list(adopt.undo(place.config(), place.aws, Clock()))
    list(adopt.adopt(place.config(), place.aws, AGREED))
    assert ask(legacy_api.base_url(place.aws, old.api) + "/track", event("2")).body == {"status": "counted"}


def test_each_step_is_asked_for_and_no_leaves_the_old_api_alone(place: Place, old: Legacy) -> None:
    before, questions = integrations(place, old.api), []

    def no(question: str) -> bool:
        questions.append(question)
        return len(questions) < 2

    list(adopt.adopt(place.config(), place.aws, replace(AGREED, agree=no)))
    assert [question.split()[0] for question in questions] == ["Deploy", "Lead"]
    assert integrations(place, old.api) == before
    record = adoption_records.read(place.artefacts(), "shop", old.api)
    assert record is not None
    assert len(record.methods) == 3


def test_an_api_that_does_not_answer_through_the_new_functions_is_given_back(place: Place, old: Legacy) -> None:
    before = integrations(place, old.api)
    broken = place.config(redis={"url": "redis://127.0.0.1:1/0"})
    with pytest.raises(DeployError, match=r"so 0\.4\.3 has it back"):
        list(adopt.adopt(broken, place.aws, AGREED))
    assert integrations(place, old.api) == before


@pytest.mark.usefixtures("old")
def test_a_name_that_would_overwrite_the_old_functions_is_refused(place: Place) -> None:
    with pytest.raises(DeployError, match=r"The function lamed-track of lamed 0\.4\.3 .* name=lamed-2"):
        list(adopt.adopt(place.config(name="lamed"), place.aws, AGREED))


def test_destroying_warns_that_an_adopted_api_stops_answering(place: Place, old: Legacy) -> None:
    list(adopt.adopt(place.config(), place.aws, AGREED))
    planned, *_ = destroy.destroy(place.config(), place.aws, options=Options(confirm=lambda _plan: False))
    assert isinstance(planned, Planned)
    assert any(old.api in item.text and item.grave for item in planned.plan.consequences)


def test_without_an_old_api_there_is_nothing_to_adopt(place: Place) -> None:
    with pytest.raises(UsageError, match="There is no API named lamed in"):
        list(adopt.adopt(place.config(), place.aws, AGREED))


def test_an_api_without_a_route_that_counts_is_left_as_it_is(place: Place, old: Legacy) -> None:
    resources = place.aws.apigateway.get_resources(restApiId=old.api)["items"]
    (track,) = [item["id"] for item in resources if item["path"] == "/track"]
    place.aws.apigateway.delete_method(restApiId=old.api, resourceId=track, httpMethod="GET")
    before = integrations(place, old.api)
    with pytest.raises(DeployError, match="No route of shop that counts events is like one of the API"):
        list(adopt.adopt(place.config(), place.aws, AGREED))
    assert integrations(place, old.api) == before


def test_a_deployment_that_is_declined_leaves_the_old_api_alone(place: Place, old: Legacy) -> None:
    before = integrations(place, old.api)
    declining = Adopting(first, always, replace(UNTRIED, confirm=lambda _plan: False))
    assert not any(isinstance(event, Deployed) for event in adopt.adopt(place.config(), place.aws, declining))
    assert integrations(place, old.api) == before


def everything(place: Place, api: str) -> dict[str, Any]:
    """All that an adoption may change in AWS, but for the record of it."""
    gateway, functions = place.aws.apigateway, place.aws.functions
    plans = gateway.get_usage_plans()["items"]
    return {
        "methods": integrations(place, api),
        "stage": gateway.get_stage(restApiId=api, stageName="prod")["deploymentId"],
        "deployments": sorted(one["id"] for one in gateway.get_deployments(restApiId=api)["items"]),
        "keys": sorted(one["id"] for one in gateway.get_api_keys()["items"]),
        "plans": {
            plan["id"]: (
                plan.get("name"),
                sorted((stage["apiId"], stage["stage"]) for stage in plan.get("apiStages", [])),
                sorted(key["id"] for key in gateway.get_usage_plan_keys(usagePlanId=plan["id"])["items"]),
            )
            for plan in plans
        },
        "permissions": {
            name: policy_of(place, name)
            for name in sorted(one["FunctionName"] for one in functions.list_functions()["Functions"])
            if name.startswith("shop-")
        },
    }


def policy_of(place: Place, function: str) -> Any:
    try:
        return json.loads(place.aws.functions.get_policy(FunctionName=function, Qualifier="live")["Policy"])
    except ServiceError as error:
        return error.code


@contextmanager
def cut_after(place: Place, deeds: int) -> Iterator[list[str]]:
    """AWS does what it is asked, but the answer to one deed is lost, as when the process is killed there.

    Args:
        deeds: how many are done, the lost one among them.
    """
    done: list[str] = []

    def lose(model: Any, **_: object) -> None:
        if model.http["method"] not in {"GET", "HEAD"}:
            done.append(model.name)
            if len(done) == deeds:
                raise TransientError(f"AWS is gone after {model.name}.")

    clients = (place.aws.s3, place.aws.functions, place.aws.apigateway)
    for client in clients:
        client.meta.events.register("after-call", lose)
    try:
        yield done
    finally:
        for client in clients:
            client.meta.events.unregister("after-call", lose)


def test_wherever_an_adoption_is_cut_off_undoing_it_leaves_everything_as_it_was(place: Place, old: Legacy) -> None:
    agreed = agreed_and_answered_in_memory()
    list(adopt.adopt(place.config(), place.aws, agreed))  # now the stack is as an adoption wants it
    list(adopt.undo(place.config(), place.aws, Clock()))
    before, cut = everything(place, old.api), 1
    while True:
        with cut_after(place, cut) as done, suppress(TransientError):
            list(adopt.adopt(place.config(), place.aws, agreed))
        with suppress(UsageError):  # cut off before there was anything to undo
            list(adopt.undo(place.config(), place.aws, Clock()))
        assert everything(place, old.api) == before, f"cut off after {done}"
        if len(done) < cut:
            break
        cut += 1
    assert {"AddPermission", "CreateUsagePlan", "CreateUsagePlanKey", "PutIntegration", "CreateDeployment"} <= {*done}


def test_wherever_an_adoption_is_cut_off_it_can_be_repeated(place: Place, old: Legacy) -> None:
    agreed = agreed_and_answered_in_memory()
    list(adopt.adopt(place.config(), place.aws, agreed))  # now the stack is as an adoption wants it
    list(adopt.undo(place.config(), place.aws, Clock()))
    with cut_after(place, 0) as counted:
        list(adopt.adopt(place.config(), place.aws, agreed))
    adopted = everything(place, old.api)
    list(adopt.undo(place.config(), place.aws, Clock()))
    for last in ("AddPermission", "CreateUsagePlan", "CreateUsagePlanKey", "PutIntegration", "CreateDeployment"):
        with cut_after(place, counted.index(last) + 1), pytest.raises(TransientError, match="lamed adopt --undo"):
            list(adopt.adopt(place.config(), place.aws, agreed))
        list(adopt.adopt(place.config(), place.aws, agreed))
        again = everything(place, old.api)
        assert again["methods"] == adopted["methods"]
        assert again["permissions"] == adopted["permissions"]
        assert sorted(again["plans"].values()) == sorted(adopted["plans"].values())
        list(adopt.undo(place.config(), place.aws, Clock()))


def test_wherever_undoing_is_cut_off_it_can_be_repeated(place: Place, old: Legacy) -> None:
    agreed = agreed_and_answered_in_memory()
    list(adopt.adopt(place.config(), place.aws, agreed))
    with cut_after(place, 0) as done:
        list(adopt.undo(place.config(), place.aws, Clock()))
    before = everything(place, old.api)
    assert {"PutIntegration", "UpdateStage", "DeleteDeployment", "DeleteUsagePlan", "RemovePermission"} <= {*done}
    for deed in dict.fromkeys(done):
        list(adopt.adopt(place.config(), place.aws, agreed))
        with cut_after(place, done.index(deed) + 1), pytest.raises(TransientError):
            list(adopt.undo(place.config(), place.aws, Clock()))
        with suppress(UsageError):  # cut off when all was done
            list(adopt.undo(place.config(), place.aws, Clock()))
        assert everything(place, old.api) == before, f"cut off after {deed}"
