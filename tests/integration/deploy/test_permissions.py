"""The policies of docs/permissions.md are enough, and what one takes out of them is named when it is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.aws.errors import AccessDeniedError
from lamed_tui.config.model import Config
from lamed_tui.deploy import artefacts, destroy, engine, live, logs, status
from lamed_tui.deploy.events import Deployed, Destroyed
from lamed_tui.errors import CredentialsError, ExitCode
from tests.integration.deploy.place import UNTRIED

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamed_tui.aws.session import Aws
    from tests.integration.guarded import GuardedAccount

PAGE = Path(__file__).parents[3] / "docs" / "permissions.md"


def with_password(password: str) -> Config:
    return Config.model_validate({"redis": {"password": password}})


FIRST, SECOND = with_password("the first one"), Config.model_validate({"functions": {"memory_size": 512}})


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


def read_everything(aws: Aws) -> None:
    """What status, releases and logs ask."""
    found = status.read(aws, FIRST, show_key=True)
    assert found.api_key
    assert status.read_releases(aws, FIRST).releases
    read_logs(aws)


def read_logs(aws: Aws) -> None:
    logs.Tail(aws, status.log_groups(aws, FIRST), 0).read()


def deploy(aws: Aws) -> None:
    list(engine.deploy(SECOND, aws, options=UNTRIED))


def deploy_and_try(aws: Aws) -> None:
    list(engine.deploy(SECOND, aws))


def deploy_with_a_new_password(aws: Aws) -> None:
    list(engine.deploy(with_password("the second one"), aws, options=UNTRIED))


def roll_back(aws: Aws) -> None:
    list(engine.rollback(FIRST, aws, 1, options=UNTRIED))


def remove(aws: Aws) -> None:
    list(destroy.destroy(FIRST, aws))


ENFORCED: list[tuple[str, str, Callable[[Aws], None], str]] = [
    ("read-only", "ReadTheStack", read_everything, "cloudformation:DescribeStacks"),
    ("read-only", "ReadReleases", read_everything, "s3:ListBucket"),
    ("read-only", "ReadLogs", read_everything, "logs:FilterLogEvents"),
    ("read-only", "ReadTheKey", read_everything, "apigateway:GET"),
    ("deploy", "Stack", deploy, "cloudformation:DescribeStacks"),
    ("deploy", "Stack", roll_back, "cloudformation:DescribeStacks"),
    ("deploy", "Stack", remove, "cloudformation:DescribeStacks"),
    ("deploy", "Artefacts", deploy, "s3:ListBucket"),
    ("deploy", "Artefacts", roll_back, "s3:ListBucket"),
    ("deploy", "Artefacts", remove, "s3:ListBucket"),
    ("deploy", "Functions", deploy_with_a_new_password, "lambda:GetFunctionConfiguration"),
    ("deploy", "Api", deploy_and_try, "apigateway:GET"),
    ("deploy", "Logs", read_logs, "logs:FilterLogEvents"),
]
"""By policy: without this statement, what fails, and the action that it names."""

ONLY_CLOUDFORMATION_NEEDS = {"Role", "PassTheRoleToLambdaOnly", "FindLogs"}
"""Statements of which the emulator checks nothing: it makes resources without a look at the caller's permissions."""


def test_every_statement_is_tried_without() -> None:
    documented = {(name, item["Sid"]) for name in ("read-only", "deploy") for item in policy(name)["Statement"]}
    assert documented == {(name, sid) for name, sid, _, _ in ENFORCED} | {
        ("deploy", sid) for sid in ONLY_CLOUDFORMATION_NEEDS
    }


def test_each_policy_is_enough_and_without_a_statement_its_command_ends_with_the_action_it_lacks(
    guarded: GuardedAccount,
) -> None:
    deployer = guarded.user("deployer", policy("deploy"))
    assert isinstance(list(engine.deploy(FIRST, deployer, options=UNTRIED))[-1], Deployed)
    reader = guarded.user("reader", policy("read-only"))
    read_everything(reader)
    with pytest.raises(CredentialsError, match="AWS denied lambda:GetFunctionConfiguration"):
        deploy(reader)

    for number, (name, sid, command, action) in enumerate(ENFORCED):
        user = guarded.user(f"user-{number}", without(policy(name), sid))
        with pytest.raises(AccessDeniedError) as denied:
            command(user)
        assert (denied.value.action, denied.value.exit_code) == (action, ExitCode.CREDENTIALS), sid
        assert action in denied.value.what

    assert isinstance(list(engine.deploy(SECOND, deployer, options=UNTRIED))[-1], Deployed)
    assert isinstance(list(engine.rollback(FIRST, deployer, 1, options=UNTRIED))[-1], Deployed)
    assert isinstance(list(destroy.destroy(FIRST, deployer, with_artefacts=True))[-1], Destroyed)
    assert live.read(deployer, "lamed").status is None


def test_what_only_cloudformation_needs_the_emulator_does_not_check(guarded: GuardedAccount) -> None:
    """When this fails, the emulator has learned it: then these statements belong to those that are tried without."""
    document = policy("deploy")
    for sid in ONLY_CLOUDFORMATION_NEEDS:
        document = without(document, sid)
    user = guarded.user("unchecked", document)
    assert isinstance(list(engine.deploy(FIRST, user, options=UNTRIED))[-1], Deployed)
    assert isinstance(list(destroy.destroy(FIRST, user, with_artefacts=True))[-1], Destroyed)


def test_the_functions_role_may_write_its_logs_and_nothing_else(guarded: GuardedAccount) -> None:
    root = guarded.root()
    config = Config(name="shop")
    list(engine.deploy(config, root, options=UNTRIED))
    role = root.functions.get_function_configuration(FunctionName="shop-track")["Role"].rpartition("/")[2]
    iam = root._client("iam")
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    (statement,) = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"].endswith(":log-group:/lamed/shop/*:*")
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
