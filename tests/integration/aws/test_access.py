"""The door to AWS on the real emulator: who we are, and what we may not do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lamed_tui.aws.errors import AccessDeniedError
from lamed_tui.aws.session import connect
from lamed_tui.config.model import AwsSettings, Config
from lamed_tui.deploy import engine, live
from lamed_tui.embedded.emulator import running_emulator
from lamed_tui.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lamed_tui.aws.session import Aws

SETTINGS = AwsSettings(region="eu-central-1")
ROOT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The variables that lead to an emulator that evaluates IAM policies."""
    with running_emulator(tmp_path_factory.mktemp("guarded"), {"AUTH": "true"}) as endpoint:
        yield {"AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true"}


def user_with(environment: Mapping[str, str], name: str, *actions: str) -> Aws:
    """A new user who may do these things and nothing else."""
    iam = connect(SETTINGS, {**environment, **ROOT})._client("iam")
    iam.create_user(UserName=name)
    if actions:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    return connect(SETTINGS, {**environment, **own})


def test_the_identity_is_that_of_the_credentials(guarded: Mapping[str, str]) -> None:
    identity = user_with(guarded, "ann").identity()
    assert identity.account == "000000000000"
    assert identity.arn.endswith(":user/ann")


@pytest.mark.parametrize(
    ("allowed", "missing"),
    [
        ((), "cloudformation:DescribeStacks"),
        (("cloudformation:DescribeStacks",), "cloudformation:CreateChangeSet"),
        (("cloudformation:*", "apigateway:*", "lambda:*"), "s3:CreateBucket"),
    ],
)
def test_a_deployment_without_a_permission_names_it_and_ends_with_its_own_exit_code(
    guarded: Mapping[str, str], allowed: tuple[str, ...], missing: str
) -> None:
    user = user_with(guarded, f"user-{len(allowed)}", *allowed)
    with pytest.raises(AccessDeniedError) as denied:
        list(engine.deploy(Config(), user))
    assert denied.value.action == missing
    assert missing in denied.value.what
    assert denied.value.exit_code == ExitCode.CREDENTIALS
    assert live.read(connect(SETTINGS, {**guarded, **ROOT}), "lamed").status is None
