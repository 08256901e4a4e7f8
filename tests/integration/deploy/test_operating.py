"""Operating what is deployed: back to an older release, out of stuck states, away altogether; drift and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.deploy import (
    artefacts,
    candidate,
    destroy,
    drift,
    engine,
    live,
    logs,
    package,
    releases,
    retention,
    status,
    wiring,
)
from lamed_tui.deploy.clock import Clock
from lamed_tui.deploy.events import Applying, Declined, Deployed, Destroyed, Mending, Planned, SmokeChecked
from lamed_tui.deploy.options import Options
from lamed_tui.deploy.package import pack
from lamed_tui.errors import DeployError, NeedsRepairError, UsageError
from tests.integration.deploy.http import ask, event
from tests.integration.deploy.place import BROKEN, UNTRIED, a_clash
from tests.wiring import entry

if TYPE_CHECKING:
    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.deploy.plan import Plan
    from tests.integration.deploy.place import Place


def rolled_back(place: Place, release: int | None = None, **options: Any) -> list[DeployEvent]:
    chosen = Options(**{"smoke_test": False, **options})
    return list(engine.rollback(place.config(), place.aws, release, options=chosen))


def plan_of(events: list[DeployEvent]) -> Plan:
    return next(event.plan for event in events if isinstance(event, Planned))


def test_a_broken_release_is_left_by_a_rollback_to_the_last_one_that_passed(place: Place) -> None:
    place.deployed()
    with pytest.raises(DeployError, match="lamed rollback"):
        place.deploy(package=BROKEN)
    events = rolled_back(place, smoke_test=True)
    plan, last = plan_of(events), events[-1]
    assert (plan.restores, plan.release) == (1, 3)
    assert isinstance(last, Deployed)
    assert (last.changed, last.release) == (True, 3)
    assert all(check.passed for check in events if isinstance(check, SmokeChecked))
    assert ask(last.base_url + "/track", event("1")).body == {"status": "counted"}
    record = place.record(3)
    assert (record.restores, record.template) == (1, live.read_template(place.aws, live.read(place.aws, "shop")))
    # The configuration is what it was when release 1 was made, so there is nothing to deploy.
    assert not place.deployed(options=UNTRIED).changed


def test_any_release_can_be_named_and_its_plan_says_what_stops(place: Place) -> None:
    place.deployed(options=UNTRIED)
    place.deployed(place.config(extra_wiring=[entry("visits")]), options=UNTRIED)
    declined = rolled_back(place, 1, confirm=lambda _plan: False)
    assert isinstance(declined[-1], Declined)
    assert plan_of(declined).consequences[0].text == "GET /visits stops answering."
    back = rolled_back(place, 1)[-1]
    assert isinstance(back, Deployed)
    assert ask(back.base_url + "/visits").status == 404
    assert rolled_back(place, 1)[-1] == Deployed(False, 3, back.base_url, back.endpoints, back.api_key_id)
    assert isinstance(rolled_back(place)[-1], Deployed)
    assert ask(back.base_url + "/visits", event("1")).body == {"status": "counted"}


def test_a_rollback_keeps_the_password_that_the_functions_use_now(place: Place) -> None:
    def with_password(password: str) -> Any:
        return place.config(redis={"url": place.redis_url, "password": password}, extra_wiring=extra)

    extra: list[Any] = []
    place.deployed(with_password("one"), options=UNTRIED)
    extra = [entry("visits")]
    place.deployed(with_password("two"), options=UNTRIED)
    assert isinstance(rolled_back(place, 1)[-1], Deployed)
    assert place.variables()["LAMED_REDIS_PASSWORD"] == "two"


def test_a_release_that_never_was_or_lost_its_package_cannot_be_restored(place: Place) -> None:
    with pytest.raises(UsageError, match=r"no record of an earlier release of shop"):
        rolled_back(place)
    place.deployed(options=UNTRIED)
    with pytest.raises(UsageError, match=r"no record of release 7 of shop .*lamed releases"):
        rolled_back(place, 7)
    place.deployed(package=BROKEN, options=UNTRIED)
    place.artefacts().remove(place.record(1).package)
    with pytest.raises(DeployError, match=r"Release 1 of shop cannot be restored: its package packages/\w+\.zip is no"):
        rolled_back(place)
    assert live.read(place.aws, "shop").release == 2


def test_old_records_packages_and_versions_go_and_what_a_way_back_needs_stays(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "KEPT_RELEASES", 2)
    monkeypatch.setattr(retention.removable, "__kwdefaults__", {"keep": 2})
    for number in range(4):
        code = pack({"lamed/__init__.py": f"def track(e, c): return {number}\nall = delete = track\n".encode()})
        place.deployed(package=code, options=UNTRIED)
    store = place.artefacts()
    assert releases.numbers(store, "shop") == [3, 4]
    kept = {record.package for record in releases.read_all(store, "shop")}
    assert set(store.keys("packages/")) == kept
    assert isinstance(rolled_back(place)[-1], Deployed)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"release": 1}'])
def test_a_record_that_somebody_has_spoiled_is_named(place: Place, content: bytes) -> None:
    place.deployed(options=UNTRIED)
    store, key = place.artefacts(), releases.key("shop", 1)
    place.aws.s3.put_object(Bucket=store.bucket, Key=key, Body=content)
    told = rf"{key} in the bucket {store.bucket} is not the record that lamed wrote\. Bring its earlier version back"
    with pytest.raises(DeployError, match=told):
        status.read_releases(place.aws, place.config())
    with pytest.raises(DeployError, match=told):
        rolled_back(place, 1)


def test_destruction_asks_with_what_goes_and_leaves_only_what_it_said(place: Place) -> None:
    deployed = place.deployed()
    place.deployed(package=BROKEN, options=UNTRIED)  # so there are retained versions
    ask(deployed.base_url + "/track", event("1"))
    asked: list[Plan] = []

    def never(plan: Plan) -> bool:
        asked.append(plan)
        return False

    *_, declined = destroy.destroy(place.config(), place.aws, options=Options(confirm=never))
    assert isinstance(declined, Declined)
    assert live.read(place.aws, "shop").status == "UPDATE_COMPLETE"
    assert (asked[0].removes, asked[0].count("remove")) == (True, 34)
    assert any(item.grave and "stops answering" in item.text for item in asked[0].consequences)
    assert any("Counters in Redis stay" in item.text for item in asked[0].consequences)

    kinds = [type(item) for item in (*events_of_destruction(place),)]
    assert kinds[:2] == [Planned, Applying]
    assert kinds[-1] is Destroyed
    aws = place.aws
    assert live.read(aws, "shop").status is None
    assert aws.functions.list_functions(FunctionVersion="ALL")["Functions"] == []
    assert aws.apigateway.get_rest_apis()["items"] == []
    assert aws.apigateway.get_api_keys()["items"] == []
    assert aws.logs.describe_log_groups(logGroupNamePrefix="/lamed/shop")["logGroups"] == []
    assert releases.numbers(place.artefacts(), "shop") == [1, 2]
    (nothing,) = events_of_destruction(place)
    assert isinstance(nothing, Destroyed)
    assert not nothing.changed
    assert place.deployed(options=UNTRIED).release == 3


def events_of_destruction(place: Place, **options: Any) -> list[DeployEvent]:
    return list(destroy.destroy(place.config(), place.aws, **options))


def test_the_artefact_bucket_goes_on_request_and_with_its_last_backend(place: Place) -> None:
    place.deployed(options=UNTRIED)
    place.deployed(place.config(name="blog"), options=UNTRIED)
    events_of_destruction(place, with_artefacts=True)
    assert releases.numbers(place.artefacts(), "shop") == []
    assert isinstance(
        list(engine.rollback(place.config(name="blog"), place.aws, 1))[-1], Deployed
    )  # still has its code
    list(destroy.destroy(place.config(name="blog"), place.aws))
    events_of_destruction(place, with_artefacts=True)
    last = list(destroy.destroy(place.config(name="blog"), place.aws, with_artefacts=True))[-1]
    assert isinstance(last, Destroyed)
    assert last.changed
    assert artefacts.find(place.aws) is None


def test_a_husk_is_deleted_and_deployed_anew_once_agreed_to(place: Place) -> None:
    aws = place.aws
    built = package.build()
    artefacts.ensure(aws).put_package(built)
    routes = wiring.resolve(place.config())
    with a_clash():
        made = candidate.prepare(place.config(), routes, built, aws, live.Live("shop"), lambda: "0" * 32)
    aws.cloudformation.create_stack(
        StackName="shop",
        TemplateBody=made.template.text(),
        Capabilities=["CAPABILITY_IAM"],
        Tags=[{"Key": "lamed:name", "Value": "shop"}],
    )
    assert aws_rests(place) == "ROLLBACK_COMPLETE"
    with pytest.raises(NeedsRepairError):
        place.deploy(options=UNTRIED)
    questions: list[str] = []

    def agreed(question: str) -> bool:
        questions.append(question)
        return True

    events = place.deploy(options=Options(smoke_test=False, mend=agreed))
    assert events[0] == Mending("shop", "ROLLBACK_COMPLETE")
    assert isinstance(events[-1], Deployed)
    assert questions == ["The stack is empty: its creation failed, and nothing of it is live. Delete it and go on?"]


def aws_rests(place: Place) -> str | None:
    clock = Clock()
    while (found := live.read(place.aws, "shop")).status is not None and str(found.status).endswith("IN_PROGRESS"):
        clock.sleep(0.05)
    return found.status


def test_what_was_changed_by_hand_is_told_as_drift(place: Place) -> None:
    place.deployed(options=UNTRIED)
    stack = live.read(place.aws, "shop")
    assert stack.stack_id is not None
    assert drift.detect(place.aws, stack.stack_id, Clock()) == ()
    place.aws.functions.update_function_configuration(FunctionName="shop-track", Timeout=3)
    (found,) = drift.detect(place.aws, stack.stack_id, Clock())
    assert (found.logical_id, found.status) == ("TrackFunction", "MODIFIED")
    assert [(one.path, one.before, one.after) for one in found.differences] == [("Timeout", "10", "3")]


def test_logs_of_all_functions_come_in_the_order_of_time_and_only_once(place: Place) -> None:
    deployed = place.deployed(options=UNTRIED)
    groups = status.log_groups(place.aws, place.config())
    assert groups["shop-track"] == "/lamed/shop/shop-track"
    key = {"x-api-key": status.read_api_key(place.aws, deployed.api_key_id)}
    ask(deployed.base_url + "/track", event("1"))
    ask(deployed.base_url + "/experiments", headers=key)
    ask(deployed.base_url + "/track", {"experiment": "x"})
    tail = logs.Tail(place.aws, groups, 0)
    found = [line for line in tail.read() if line.level != "debug"]
    assert [(line.function, line.level) for line in found] == [
        ("shop-track", "info"),
        ("shop-all-experiments", "info"),
        ("shop-track", "warning"),
    ]
    assert found[0].fields["outcome"] == "counted"
    assert tail.read() == []
    following = tail.follow(Clock(sleep=lambda _seconds: None), print)
    ask(deployed.base_url + "/track", event("1"))
    line = next(line for line in following if line.level != "debug")
    assert line.fields["outcome"] == "duplicate"


def test_a_package_that_somebody_removed_is_put_back_by_the_next_deployment(place: Place) -> None:
    place.deployed(options=UNTRIED)
    store, record = place.artefacts(), place.record(1)
    store.remove(record.package)
    assert not place.deployed(options=UNTRIED).changed
    assert store.holds(record.package)
