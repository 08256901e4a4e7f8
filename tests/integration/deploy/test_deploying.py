"""Deployments from end to end on the real emulator: made, repeated, changed."""

from __future__ import annotations

import io
import json
import re
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from lamed_tui.config import files
from lamed_tui.deploy import artefacts, live, package, releases, status
from lamed_tui.deploy.events import Applying, Deployed, Planned, ResourceChanged, SmokeChecked, Warned
from lamed_tui.errors import ConfigError
from lamed_tui.experiments.source import RedisSource
from lamed_tui.preflight.checklist import checklist
from lamed_tui.preflight.schedule import run_all
from lamed_tui.preflight.subject import Subject
from lamed_tui.store.connect import open_store
from lamed_tui.store.removal import delete_experiment, reset_experiment
from tests.integration.deploy.http import ask, event
from tests.wiring import entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.artefacts import Artefacts
    from tests.integration.deploy.place import Place

VISITS = {
    "lambda": {"FunctionName": "lamed-track", "Handler": "lamed.track", "MemorySize": 128, "Timeout": 3},
    "api_gateway": {"pathPart": "my_tracking_endpoint", "method": {"httpMethod": "GET", "apiKeyRequired": False}},
}


def live_version(aws: Aws, function: str) -> str:
    return aws.functions.get_alias(FunctionName=function, Name="live")["FunctionVersion"]


def test_a_first_deployment_tells_its_plan_every_resource_and_a_passed_smoke_test(place: Place) -> None:
    events = place.deploy()
    kinds = [type(event) for event in events]
    assert kinds[:2] == [Planned, Applying]
    assert kinds[-1] is Deployed
    plan = events[0]
    assert isinstance(plan, Planned)
    assert plan.plan.creates
    assert {change.action for change in plan.plan.changes} == {"add"}
    made = {
        event.logical_id
        for event in events
        if isinstance(event, ResourceChanged) and event.status == "CREATE_COMPLETE" and not event.is_stack
    }
    assert made == {change.logical_id for change in plan.plan.changes}
    checks = [event for event in events if isinstance(event, SmokeChecked)]
    assert len(checks) == 8
    assert all(check.passed for check in checks)
    assert place.keys() == []  # the smoke test leaves nothing in Redis


@pytest.fixture
def narrow(place: Place) -> Iterator[Config]:
    """As the Redis user that docs/permissions.md describes, in a Redis that others use too."""
    page = (Path(__file__).parents[3] / "docs" / "permissions.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"```text redis\n(.*)\n```", page)
    with redis.Redis.from_url(place.redis_url, decode_responses=True) as client:
        client.execute_command(*line.split())
        client.sadd("alephbet:experiments", "button")
        client.sadd("lamed:namespaces", "alephbet")
        try:
            yield place.config(redis={"url": place.redis_url, "username": "lamed", "password": "PASSWORD"})
        finally:
            client.acl_deluser("lamed")


def test_a_narrow_redis_user_passes_the_smoke_test_and_nobodys_counters_are_touched(
    place: Place, narrow: Config
) -> None:
    assert place.deployed(narrow).changed
    assert place.keys() == ["alephbet:experiments", "lamed:namespaces"]
    with redis.Redis.from_url(place.redis_url, decode_responses=True) as client:
        assert client.smembers("alephbet:experiments") == {"button"}


def test_a_narrow_redis_user_may_do_whatever_is_done_from_here(place: Place, narrow: Config, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"redis": {"url": place.redis_url, "username": "lamed", "password": "PASSWORD"}}))
    subject = Subject(files.load(path), place.environment)
    checks = [check for check in checklist(subject) if check.id.startswith("redis.") and "connections" not in check.id]
    assert [result for result in run_all(checks) if result.state != "pass"] == []
    subject.close()
    address = place.deployed(narrow).base_url + "/track"
    assert ask(address, event("1")).body == {"status": "counted"}
    with closing(RedisSource(open_store(narrow.redis), "alephbet", {})) as source:
        assert [one.visitors for one in source.read().experiments if one.name == "button"] == [1]
        assert set(source.read_histories(["button"])) == {"button"}
    reset_experiment(narrow, "alephbet", "button")
    assert ask(address, event("1")).body == {"status": "counted"}
    delete_experiment(narrow, "alephbet", "button")
    assert place.keys() == []


def test_a_route_for_head_requests_passes_the_smoke_test(place: Place) -> None:
    alive = entry("alive", "lamed-all-experiments", "lamed.all", http_method="HEAD", key=True)
    assert place.deployed(place.config(extra_wiring=[alive])).changed


def test_the_deployed_urls_count_show_and_delete(place: Place) -> None:
    deployed = place.deployed()
    found = status.read(place.aws, place.config(), show_key=True)
    assert (found.stack_status, found.release, found.base_url) == ("CREATE_COMPLETE", 1, deployed.base_url)
    assert found.endpoints == deployed.endpoints
    assert found.api_key
    assert found.api_key not in repr(found)
    urls = {endpoint.path: endpoint.url for endpoint in deployed.endpoints}
    key = {"x-api-key": found.api_key}
    for uuid in ("1", "1", "2"):
        assert ask(urls["/track"], event(uuid)).status == 200
    assert ask(urls["/track"], event("3", event="bought")).status == 200
    results = ask(urls["/experiments"], headers=key)
    assert results.body[1]["goals"][0]["results"] == [{"label": "red", "successes": 1, "trials": 2}]
    assert ask(urls["/delete"], {"experiment": "button"}, method="DELETE", headers=key).status == 200
    assert place.keys() == []


def test_the_gateway_answers_preflights_and_errors_in_the_form_of_the_handlers(place: Place) -> None:
    deployed = place.deployed(place.config(cors_origins=["https://shop.example"]))
    urls = {endpoint.path: endpoint.url for endpoint in deployed.endpoints}
    preflight = ask(urls["/delete"], method="OPTIONS")
    assert preflight.status == 200
    assert preflight.headers["access-control-allow-methods"] == "DELETE,OPTIONS"
    closed = ask(urls["/experiments"])
    assert (closed.status, set(closed.body)) == (403, {"error", "message"})
    unknown = ask(deployed.base_url + "/nowhere")
    assert (unknown.status, set(unknown.body)) == (404, {"error", "message"})
    for answer in (preflight, closed, unknown, ask(urls["/track"])):
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        assert answer.headers["cache-control"] == "no-store"


def test_repeating_a_deployment_changes_nothing_and_says_so(place: Place) -> None:
    first = place.deployed()
    (again,) = place.deploy()
    assert again == Deployed(
        changed=False,
        release=1,
        base_url=first.base_url,
        endpoints=first.endpoints,
        api_key_id=first.api_key_id,
    )
    aws = place.aws
    assert aws.cloudformation.list_change_sets(StackName="shop")["Summaries"] == [] or all(
        summary["ExecutionStatus"] == "EXECUTE_COMPLETE"
        for summary in aws.cloudformation.list_change_sets(StackName="shop")["Summaries"]
    )
    assert releases.numbers(place.artefacts(), "shop") == [1]


def test_one_more_route_keeps_the_url_and_the_key_and_makes_a_second_release(place: Place) -> None:
    first = place.deployed()
    aws = place.aws
    before = live_version(aws, "shop-track"), live_version(aws, "shop-all-experiments")
    events = place.deploy(place.config(extra_wiring=[VISITS]))
    plan, second = next(event.plan for event in events if isinstance(event, Planned)), events[-1]
    assert isinstance(second, Deployed)
    assert [item.text for item in plan.consequences] == [
        "GET /my_tracking_endpoint is new.",
        "Counters in Redis are not touched.",
    ]
    assert events[0] == Warned(
        "extra_wiring.0.lambda overrides the settings of shop-track for all its routes: "
        "MemorySize 128 instead of 256, Timeout 3 instead of 10."
    )
    assert (second.release, second.base_url, second.api_key_id) == (2, first.base_url, first.api_key_id)
    assert ask(second.base_url + "/my_tracking_endpoint", event("1")).body == {"status": "counted"}
    assert ask(second.base_url + "/track", event("1")).body == {"status": "duplicate"}
    after = live_version(aws, "shop-track"), live_version(aws, "shop-all-experiments")
    assert after[0] != before[0]
    assert after[1] == before[1]
    third = place.deployed()
    assert (third.changed, third.release) == (True, 3)
    assert ask(third.base_url + "/my_tracking_endpoint", event("1")).status == 404


def test_a_release_is_recorded_with_everything_needed_to_return_to_it(place: Place) -> None:
    place.deployed()
    aws, store, record = place.aws, place.artefacts(), place.record(1)
    assert record.template == json.loads(json.dumps(live.read_template(aws, live.read(aws, "shop"))))
    assert record.deployed_by == aws.identity().arn
    assert record.tested_at is not None
    content = aws.s3.get_object(Bucket=store.bucket, Key=record.package)["Body"].read()
    assert content == package.build().content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "lamed/__init__.py" in archive.namelist()


def test_the_artefact_bucket_is_private_encrypted_versioned_and_closed_to_plain_http(place: Place) -> None:
    place.deployed()
    aws = place.aws
    name = place.artefacts().bucket
    assert name == f"lamed-artefacts-{aws.identity().account}-{aws.region}"
    block = aws.s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    assert aws.s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    (rule,) = aws.s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (statement,) = json.loads(aws.s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_an_artefact_bucket_that_was_left_half_made_is_completed(place: Place) -> None:
    aws = place.aws
    name = artefacts.bucket_name(aws.identity().account, aws.region)
    artefacts._create(artefacts.Artefacts(aws, name, aws.identity().account))
    artefacts.ensure(aws)
    assert aws.s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert "TlsOnly" in aws.s3.get_bucket_policy(Bucket=name)["Policy"]


def test_everything_carries_the_name_and_the_release(place: Place) -> None:
    place.deployed()
    aws = place.aws
    stack = live.read(aws, "shop")
    assert stack.tags == {"lamed:name": "shop", "lamed:release": "1"}
    arn = aws.functions.get_function_configuration(FunctionName="shop-track")["FunctionArn"]
    tags = aws.functions.list_tags(Resource=arn)["Tags"]
    assert {name: tags.get(name) for name in stack.tags} == stack.tags


def test_two_backends_live_side_by_side(place: Place) -> None:
    first = place.deployed()
    second = place.deployed(place.config(name="blog", namespace="blog"))
    assert first.base_url != second.base_url
    assert ask(second.base_url + "/track", event("1")).body == {"status": "counted"}
    assert ask(first.base_url + "/track", event("1")).body == {"status": "counted"}
    assert (place.deployed().changed, second.release) == (False, 1)


def test_more_routes_than_fit_into_a_request_are_uploaded_first_and_the_copy_goes_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads: list[str] = []
    put = artefacts.Artefacts.put_template

    def noted(store: Artefacts, stack: str, text: str) -> artefacts.Upload:
        uploads.append(text)
        return put(store, stack, text)

    monkeypatch.setattr(artefacts.Artefacts, "put_template", noted)
    wiring = [
        {**VISITS, "api_gateway": {"pathPart": f"route-{number}", "method": {"httpMethod": "GET"}}}
        for number in range(40)
    ]
    deployed = place.deployed(place.config(extra_wiring=wiring))
    assert len(deployed.endpoints) == 43
    assert len(json.dumps(live.read_template(place.aws, live.read(place.aws, "shop")), separators=(",", ":"))) > 51_200
    assert len(uploads) == 1
    assert not any("templates/" in key for key in place.artefacts().keys("stacks/shop/"))


def test_access_logs_wait_for_the_role_that_the_region_writes_them_with(place: Place) -> None:
    """The emulator keeps the role and makes the log group; the stage's own setting it drops, and it writes no line."""
    config = place.config(access_logs=True, functions={"log_retention_days": 7})
    with pytest.raises(ConfigError, match=r"^access_logs is true, but API Gateway may not write logs in eu-test-"):
        place.deploy(config)
    assert live.read(place.aws, "shop").status is None
    role = "arn:aws:iam::000000000000:role/gateway"
    place.aws.apigateway.update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
    )
    assert place.deployed(config).changed
    (group,) = place.aws.logs.describe_log_groups(logGroupNamePrefix="/lamed/shop/access")["logGroups"]
    assert group["retentionInDays"] == 7
    assert not place.deployed(config).changed
