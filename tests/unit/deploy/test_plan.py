"""The plan: what CloudFormation says of a change set, in resources and in words."""

from __future__ import annotations

from typing import Any

from lamed_tui.deploy.plan import Change, Plan, make

TRACK = {"method": "GET", "path": "/track", "api_key_required": False}
RESULTS = {"method": "GET", "path": "/experiments", "api_key_required": True}


def change(action: str, logical_id: str, kind: str = "Lambda::Function", **more: Any) -> dict[str, Any]:
    return {
        "Type": "Resource",
        "ResourceChange": {
            "Action": action,
            "LogicalResourceId": logical_id,
            "ResourceType": f"AWS::{kind}",
            **more,
        },
    }


def modified(*properties: str) -> dict[str, Any]:
    return {"Details": [{"Target": {"Attribute": "Properties", "Name": name}} for name in properties]}


TAGGED: dict[str, Any] = {"Replacement": "False", "Scope": ["Tags"], "Details": [{"Target": {"Attribute": "Tags"}}]}


def planned(
    *described: dict[str, Any],
    creates: bool = False,
    live_routes: tuple[dict[str, Any], ...] = (TRACK, RESULTS),
    new_routes: tuple[dict[str, Any], ...] = (TRACK, RESULTS),
) -> Plan:
    live_body, new_body = ({"Metadata": {"LamedEndpoints": routes}} for routes in (live_routes, new_routes))
    return make("lamed", 5, described, creates=creates, live_body=live_body, new_body=new_body)


def words(plan: Plan) -> list[tuple[str, bool]]:
    return [(consequence.text, consequence.grave) for consequence in plan.consequences]


def test_every_change_is_one_of_four_actions_with_what_changes() -> None:
    plan = planned(
        change("Add", "New"),
        change("Remove", "Old", "Lambda::Version", PolicyAction="Retain", PhysicalResourceId="arn:1"),
        change("Modify", "Track", Replacement="False", **modified("Code", "Timeout", "Code")),
        change("Modify", "Api", "ApiGateway::Resource", Replacement="True", **modified("PathPart")),
        change("Modify", "Stage", "ApiGateway::Stage", Replacement="Conditional", **modified("DeploymentId")),
    )
    assert plan.changes == (
        Change("replace", "Api", "AWS::ApiGateway::Resource", None, ("PathPart",)),
        Change("add", "New", "AWS::Lambda::Function"),
        Change("remove", "Old", "AWS::Lambda::Version", "arn:1", kept=True),
        Change("modify", "Stage", "AWS::ApiGateway::Stage", None, ("DeploymentId",), may_be_replaced=True),
        Change("modify", "Track", "AWS::Lambda::Function", None, ("Code", "Timeout")),
    )


def test_the_release_number_in_the_tags_is_not_counted_as_a_change() -> None:
    plan = planned(change("Modify", "Role", **TAGGED), change("Modify", "Track", **modified("Code")))
    assert plan.changes[0].only_tags
    assert plan.count("modify") == 1


def test_a_new_url_or_key_is_grave_and_comes_first() -> None:
    plan = planned(
        change("Modify", "Api", "ApiGateway::RestApi", Replacement="True"),
        change("Remove", "ApiKey", "ApiGateway::ApiKey"),
        change("Remove", "Logs", "Logs::LogGroup", PhysicalResourceId="/lamed/lamed/lamed-mine"),
    )
    assert words(plan) == [
        ("The API is replaced: its URL changes, and pages must be given the new one.", True),
        ("The API key is replaced: whoever reads results needs the new one.", True),
        ("The logs in /lamed/lamed/lamed-mine are deleted.", False),
        ("Counters in Redis are not touched.", False),
    ]


def test_routes_that_come_go_or_close_are_told_as_a_client_meets_them() -> None:
    opened = {**RESULTS, "api_key_required": False}
    visits = {"method": "GET", "path": "/visits", "api_key_required": False}
    assert words(planned(live_routes=(TRACK, RESULTS), new_routes=(opened, visits))) == [
        ("GET /track stops answering.", True),
        ("GET /experiments no longer needs the API key.", True),
        ("GET /visits is new.", False),
        ("Counters in Redis are not touched.", False),
    ]
    assert words(planned(live_routes=(opened,), new_routes=(RESULTS,)))[0] == (
        "GET /experiments now needs the API key.",
        True,
    )


def test_a_new_stack_has_nothing_to_lose() -> None:
    assert words(planned(change("Add", "Api", "ApiGateway::RestApi"), creates=True, live_routes=())) == []
