"""The policies of docs/permissions.md are enough, and what one takes out of them is named when it is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.aws.session import connect
from lamed_tui.config.model import AwsSettings, Config
from lamed_tui.deploy import artefacts, destroy, engine, live, logs, releases, status
from lamed_tui.deploy.events import Deployed, Destroyed
from lamed_tui.embedded.emulator import running_emulator
from lamed_tui.errors import CredentialsError, ExitCode, LamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lamed_tui.aws.session import Aws

PAGE = Path(__file__).parents[3] / "docs" / "permissions.md"
SETTINGS = AwsSettings(region="eu-central-1")
ROOT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
UNTRIED = engine.Options(smoke_test=False)
FIRST, SECOND = Config(), Config.model_validate({"functions": {"memory_size": 512}})


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The variables that lead to an emulator that evaluates IAM policies."""
    with running_emulator(tmp_path_factory.mktemp("guarded"), {"AUTH": "true"}) as endpoint:
        yield {"AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture(autouse=True)
def _plain_http_to_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bucket refuses plain HTTP to all but the account's root, and the emulator speaks nothing else."""
    tls_only = artefacts._policy

    def open_policy(bucket: str, partition: str) -> dict[str, Any]:
        made = tls_only(bucket, partition)
        made["Statement"][0]["Condition"] = {"StringEquals": {"aws:UserAgent": "nobody"}}
        return made

    monkeypatch.setattr(artefacts, "_policy", open_policy)


def policy(name: str) -> dict[str, Any]:
    """The policy of that name as the page prints it, for the emulator's account."""
    found = re.search(rf"```json {name}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    document: dict[str, Any] = json.loads(
        found.group(1).replace("ACCOUNT", "000000000000").replace("REGION", "eu-central-1")
    )
    return document


def without(document: dict[str, Any], sid: str) -> dict[str, Any]:
    left = [statement for statement in document["Statement"] if statement["Sid"] != sid]
    assert len(left) == len(document["Statement"]) - 1
    return {**document, "Statement": left}


def user_with(environment: Mapping[str, str], name: str, document: dict[str, Any]) -> Aws:
    """A new user who holds this policy and nothing else."""
    iam = connect(SETTINGS, {**environment, **ROOT})._client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    return connect(SETTINGS, {**environment, **own})


def read_everything(aws: Aws) -> None:
    """What status, releases and logs ask."""
    found = status.read(aws, FIRST, show_key=True)
    assert found.api_key
    store = artefacts.find(aws)
    assert store is not None
    assert releases.read_all(store, "lamed")
    logs.Tail(aws, status.log_groups(aws, FIRST), 0).read()


def deploy(aws: Aws) -> None:
    list(engine.deploy(SECOND, aws, options=UNTRIED))


def remove(aws: Aws) -> None:
    list(destroy.destroy(FIRST, aws))


def test_each_policy_is_enough_and_a_missing_statement_is_named(guarded: Mapping[str, str]) -> None:
    deployer = user_with(guarded, "deployer", policy("deploy"))
    assert isinstance(list(engine.deploy(FIRST, deployer, options=UNTRIED))[-1], Deployed)
    reader = user_with(guarded, "reader", policy("read-only"))
    read_everything(reader)
    with pytest.raises(CredentialsError, match="AWS denied cloudformation:CreateChangeSet"):
        deploy(reader)

    cases: list[tuple[str, str, Callable[[Aws], None], str]] = [
        ("read-only", "ReadTheStack", read_everything, "cloudformation:DescribeStacks"),
        ("read-only", "ReadReleases", read_everything, "s3:"),
        ("read-only", "ReadLogs", read_everything, "logs:FilterLogEvents"),
        ("read-only", "ReadTheKey", read_everything, "apigateway:GET"),
        ("deploy", "Stack", deploy, "cloudformation:DescribeStacks"),
        ("deploy", "Artefacts", deploy, "s3:"),
        ("deploy", "Stack", remove, "cloudformation:DescribeStacks"),
    ]
    for number, (name, sid, command, action) in enumerate(cases):
        user = user_with(guarded, f"user-{number}", without(policy(name), sid))
        with pytest.raises(LamedError) as denied:
            command(user)
        assert action in str(denied.value), (sid, str(denied.value))
        if action != "s3:":  # a bucket that may not be looked at could also be somebody else's
            assert denied.value.exit_code == ExitCode.CREDENTIALS

    assert isinstance(list(engine.deploy(SECOND, deployer, options=UNTRIED))[-1], Deployed)
    assert isinstance(list(engine.rollback(FIRST, deployer, 1, options=UNTRIED))[-1], Deployed)
    assert isinstance(list(destroy.destroy(FIRST, deployer, with_artefacts=True))[-1], Destroyed)
    assert live.read(deployer, "lamed").status is None


def test_the_functions_role_may_write_its_logs_and_nothing_else(guarded: Mapping[str, str]) -> None:
    root = connect(SETTINGS, {**guarded, **ROOT})
    config = Config(name="shop")
    list(engine.deploy(config, root, options=UNTRIED))
    role = root.functions.get_function_configuration(FunctionName="shop-track")["Role"].rpartition("/")[2]
    iam = root._client("iam")
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    (statement,) = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"].endswith(":log-group:/lamed/shop/*:*")
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
