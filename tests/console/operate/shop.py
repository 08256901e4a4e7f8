"""A backend called shop: its plans, releases, log lines and what happens while AWS works on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lamed_tui.deploy.differences import Difference
from lamed_tui.deploy.drift import Drifted
from lamed_tui.deploy.events import (
    Applying,
    Deployed,
    DeployEvent,
    Destroyed,
    EndpointUrl,
    Planned,
    ResourceChanged,
    SmokeChecked,
)
from lamed_tui.deploy.logs import parse
from lamed_tui.deploy.plan import Change, Consequence, Plan
from lamed_tui.deploy.releases import Release
from lamed_tui.deploy.status import Listing, Status

if TYPE_CHECKING:
    from lamed_tui.preflight.result import State


NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)


BASE = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/prod"


STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/shop/0f1e2d3c"


REQUEST = "4c8f1a2e-77aa-4b31-9d1e-0c5a3f2b6e10"
"""AWS's id of the request that failed."""


KEY = "kT9vQ2xLr8yNf3WbZs6HdJ1mEa7PcUo4GiRt5Xqw"


ENDPOINTS = tuple(
    EndpointUrl(path, method, f"{BASE}{path}", f"shop-{name}", f"lamed.{handler}", api_key_required=needs)
    for path, method, name, handler, needs in (
        ("/track", "GET", "track", "track", False),
        ("/experiments", "GET", "all-experiments", "all", True),
        ("/delete", "POST", "delete-experiment", "delete", True),
    )
)


DETAILS: dict[str, tuple[State, str, str]] = {
    "redis.encryption": ("warn", "No TLS: whoever is between here and Redis can read along.", "Set redis.tls."),
    "redis.eviction": (
        "fail",
        "maxmemory-policy is allkeys-lru: Redis throws counters away when memory runs short.",
        "Set it to noeviction: CONFIG SET maxmemory-policy noeviction",
    ),
}


RESOURCES = tuple(
    (name, f"AWS::{kind}")
    for name, kind in (
        ("Role", "IAM::Role"),
        ("TrackLogs", "Logs::LogGroup"),
        ("Track", "Lambda::Function"),
        ("TrackVersion4f1c09", "Lambda::Version"),
        ("TrackAlias", "Lambda::Alias"),
        ("TrackPermission", "Lambda::Permission"),
        ("Api", "ApiGateway::RestApi"),
        ("TrackResource", "ApiGateway::Resource"),
        ("TrackMethod", "ApiGateway::Method"),
        ("Deployment9ab27e", "ApiGateway::Deployment"),
        ("Stage", "ApiGateway::Stage"),
        ("ApiKey", "ApiGateway::ApiKey"),
        ("UsagePlan", "ApiGateway::UsagePlan"),
    )
)


NEW_PLAN = Plan(
    "shop", creates=True, release=1, changes=tuple(Change("add", *one) for one in sorted(RESOURCES)), consequences=()
)


UPDATE_PLAN = Plan(
    "shop",
    creates=False,
    release=4,
    changes=(
        Change("replace", "ApiKey", "AWS::ApiGateway::ApiKey", "k1", ("Value",)),
        Change("add", "BlogMethod", "AWS::ApiGateway::Method"),
        Change("add", "BlogResource", "AWS::ApiGateway::Resource"),
        Change("add", "Deployment77c0de", "AWS::ApiGateway::Deployment"),
        Change("remove", "Deployment9ab27e", "AWS::ApiGateway::Deployment", "d1"),
        Change(
            "modify",
            "Track",
            "AWS::Lambda::Function",
            "shop-track",
            ("MemorySize", "Timeout"),
            may_be_replaced=True,
            differences=(Difference("MemorySize", "128", "256"), Difference("Timeout", None, "10")),
        ),
        *(Change("modify", name, kind, "x", ("Tags",)) for name, kind in RESOURCES[:2]),
    ),
    consequences=(
        Consequence("The API key is replaced: whoever reads results needs the new one.", grave=True),
        Consequence("GET /blog is new."),
        Consequence("Counters in Redis are not touched."),
    ),
)


PLAIN_PLAN = Plan(
    "shop",
    creates=False,
    release=4,
    changes=tuple(change for change in UPDATE_PLAN.changes if change.action != "replace"),
    consequences=UPDATE_PLAN.consequences[1:],
)


BACK_PLAN = Plan("shop", False, 4, PLAIN_PLAN.changes, (Consequence("Counters in Redis are not touched."),), restores=2)


END_PLAN = Plan(
    "shop",
    creates=False,
    release=3,
    changes=tuple(Change("remove", *one, physical_id=f"{one[0].lower()}-1") for one in sorted(RESOURCES)),
    consequences=(
        Consequence(f"{BASE} stops answering: pages that send events there keep them unsent.", grave=True),
        Consequence("The API key, every version of the functions and their logs are deleted.", grave=True),
        Consequence("Counters in Redis stay."),
    ),
    removes=True,
)


SMOKE = tuple(
    SmokeChecked(title, passed=True)
    for title in (
        "One event counts one visitor",
        "The same event again counts nothing",
        "An event without a name gets 400",
    )
)


STATUS = Status("shop", "UPDATE_COMPLETE", 3, "eu-central-1", BASE, ENDPOINTS, None, STACK)


DRIFTED = (
    Drifted("Track", "AWS::Lambda::Function", "MODIFIED", (Difference("MemorySize", "256", "1024"),)),
    Drifted("UsagePlan", "AWS::ApiGateway::UsagePlan", "DELETED", ()),
)


def release(number: int, *, tested: bool = True, restores: int | None = None, by: str = "ada") -> Release:
    at = (NOW - timedelta(days=9 - number)).isoformat(timespec="seconds")
    arn = f"arn:aws:iam::123456789012:user:{by}"
    return Release(number, "shop", STACK, {}, {}, "p", at, arn, "1.0.0", at if tested else None, restores)


LISTING = Listing("shop", "eu-central-1", (release(3, restores=1), release(2, tested=False), release(1)), 3)


LINES = tuple(
    parse(int((NOW + timedelta(seconds=second)).timestamp() * 1000), function, text)
    for second, function, text in (
        (-9, "shop-track", "START RequestId: 6f1d"),
        (-9, "shop-track", '{"handler": "track", "outcome": "counted", "status": 200, "milliseconds": 3}'),
        (-6, "shop-track", '{"handler": "track", "outcome": "repeated", "status": 200, "milliseconds": 2}'),
        (-4, "shop-track", '{"handler": "track", "outcome": "refused", "status": 400, "parameter": "experiment"}'),
        (-2, "shop-all-experiments", '{"handler": "all", "outcome": "store did not answer in time", "status": 503}'),
        (
            -1,
            "shop-track",
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'lamed': No module named 'lamed'",
        ),
    )
)


def changed(
    name: str,
    status: str,
    kind: str = "AWS::Lambda::Function",
    reason: str = "",
    *,
    after: float = 0,
    stack: bool = False,
) -> ResourceChanged:
    at = NOW + timedelta(seconds=after)
    return ResourceChanged(at, name, kind, status, reason, after if "PROGRESS" not in status else 0.0, is_stack=stack)


def creation(*, finished: int, begun: int = 2) -> list[DeployEvent]:
    """A creation in which so many resources are made, and some more are being made."""
    told: list[DeployEvent] = [changed("shop", "CREATE_IN_PROGRESS", "AWS::CloudFormation::Stack", stack=True)]
    for number, (name, kind) in enumerate(RESOURCES[: finished + begun]):
        told.append(changed(name, "CREATE_IN_PROGRESS", kind, after=number))
        if number < finished:
            told.append(changed(name, "CREATE_COMPLETE", kind, after=number + 1.5))
    return told


def deployed(number: int = 4, *, changed: bool = True) -> Deployed:
    return Deployed(changed, number, BASE, ENDPOINTS, "k1")


FIRST = (
    Planned(NEW_PLAN),
    Applying(len(NEW_PLAN.changes)),
    *creation(finished=len(RESOURCES), begun=0),
    *SMOKE,
    deployed(1),
)


GONE = Destroyed("shop", True, ("Counters in Redis stay.", "The artefact bucket lamed-123456789012 stays."))
