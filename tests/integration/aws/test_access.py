"""The door to AWS on the real emulator: who we are, and what we may not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.aws.errors import AccessDeniedError
from lamed_tui.config.model import Config
from lamed_tui.deploy import engine, live
from lamed_tui.errors import ExitCode

if TYPE_CHECKING:
    from tests.integration.guarded import GuardedAccount


def allowing(*actions: str) -> dict[str, Any] | None:
    """A policy of these actions on everything, if there are any."""
    if not actions:
        return None
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


def test_the_identity_is_that_of_the_credentials(guarded: GuardedAccount) -> None:
    identity = guarded.user("ann").identity()
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
    guarded: GuardedAccount, allowed: tuple[str, ...], missing: str
) -> None:
    user = guarded.user(f"user-{len(allowed)}", allowing(*allowed))
    with pytest.raises(AccessDeniedError) as denied:
        list(engine.deploy(Config(), user))
    assert denied.value.action == missing
    assert missing in denied.value.what
    assert denied.value.exit_code == ExitCode.CREDENTIALS
    assert live.read(guarded.root(), "lamed").status is None
