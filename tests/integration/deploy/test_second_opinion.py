"""A second emulator, moto, that shares no code with the first: what it makes of our template and of our change sets.

It knows 18 of the 34 resources. What it lacks is taken out of the template first, and named here.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.aws.session import connect
from lamed_tui.config.model import Config
from lamed_tui.deploy import artefacts, destroy, engine, live, template
from lamed_tui.deploy.events import Deployed, Destroyed, Planned
from tests.aws_variables import aws_variables
from tests.integration.deploy.place import UNTRIED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lamed_tui.aws.session import Aws

LACKING_TYPES = {
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Permission",  # known, but not for an alias
}
CONFIG = Config.model_validate({"name": "shop"})


def is_lacking(resource: Any) -> bool:
    """Of a type that moto lacks, or a method without a backend, of which it wants to know the backend's method."""
    return resource["Type"] in LACKING_TYPES or resource["Properties"].get("HttpMethod") == "OPTIONS"


@pytest.fixture
def moto(tmp_path: Path) -> Iterator[Aws]:
    """An account in a moto server of this test's own."""
    log = tmp_path / "moto.log"
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with log.open("w") as written, subprocess.Popen(command, stdout=written, stderr=subprocess.STDOUT) as server:
        try:
            deadline = time.monotonic() + 60
            while (found := re.search(r"http://127\.0\.0\.1:[0-9]+", log.read_text())) is None:
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield connect(CONFIG.aws, aws_variables(found.group(0), "eu-central-1"))
        finally:
            server.terminate()


@pytest.fixture(autouse=True)
def _without_what_moto_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    render, policy = template.render, artefacts._policy

    def reduced(*args: Any, **options: Any) -> template.Template:
        made = render(*args, **options)
        resources: Any = made.body["Resources"]
        gone = {name for name, resource in resources.items() if is_lacking(resource)}
        for name in gone:
            del resources[name]
        for resource in resources.values():
            if "DependsOn" in resource:
                before = resource["DependsOn"]
                names = [before] if isinstance(before, str) else before
                resource["DependsOn"] = [name for name in names if name not in gone]
            if "Integration" in resource["Properties"]:  # to the function itself, as there are no aliases
                uri = resource["Properties"]["Integration"]["Uri"]
                uri["Fn::Sub"] = uri["Fn::Sub"].replace("Alias}", "Function.Arn}")
        made.body["Outputs"].pop("ApiKeyId")
        return made

    def open_to_plain_http(bucket: str, partition: str) -> dict[str, Any]:
        made = policy(bucket, partition)
        made["Statement"][0]["Effect"] = "Allow"  # moto would refuse everybody: it does not look at the condition
        return made

    monkeypatch.setattr(template, "render", reduced)
    monkeypatch.setattr(artefacts, "_policy", open_to_plain_http)


def test_what_moto_knows_of_the_stack_is_made_changed_and_removed(moto: Aws) -> None:
    first = list(engine.deploy(CONFIG, moto, options=UNTRIED))
    assert isinstance(first[0], Planned)
    assert {change.action for change in first[0].plan.changes} == {"add"}
    assert len(first[0].plan.changes) == 18
    assert isinstance(first[-1], Deployed)
    assert live.read(moto, "shop").status == "CREATE_COMPLETE"
    made = {item["FunctionName"]: item for item in moto.functions.list_functions()["Functions"]}
    assert set(made) == {"shop-track", "shop-all-experiments", "shop-delete-experiment"}
    track = made["shop-track"]
    assert (track["MemorySize"], track["Timeout"], track["Handler"]) == (256, 10, "lamed.track")
    assert track["Environment"]["Variables"]["LAMED_NAMESPACE"] == CONFIG.namespace
    (api,) = moto.apigateway.get_rest_apis()["items"]
    paths = {item["path"]: item for item in moto.apigateway.get_resources(restApiId=api["id"])["items"]}
    assert {"GET"} == set(paths["/track"]["resourceMethods"])

    (again,) = engine.deploy(CONFIG, moto, options=UNTRIED)
    assert isinstance(again, Deployed)
    assert not again.changed

    larger = Config.model_validate({"name": "shop", "functions": {"memory_size": 512}})
    changed = list(engine.deploy(larger, moto, options=UNTRIED))[-1]
    assert isinstance(changed, Deployed)
    assert moto.functions.get_function_configuration(FunctionName="shop-track")["MemorySize"] == 512

    assert isinstance(list(destroy.destroy(CONFIG, moto, with_artefacts=True))[-1], Destroyed)
    assert live.read(moto, "shop").status is None
    assert moto.functions.list_functions()["Functions"] == []
    assert artefacts.find(moto) is None
