"""An AWS account in which nobody may do what no policy allows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamed_tui.aws.session import Aws, connect
from lamed_tui.config.model import AwsSettings
from tests.aws_variables import aws_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETTINGS = AwsSettings(region="eu-central-1")


@dataclass(frozen=True)
class GuardedAccount:
    """The account of an emulator that evaluates IAM policies, at this endpoint URL."""

    endpoint: str

    def root(self) -> Aws:
        """The account's owner, who may do everything."""
        return connect(_SETTINGS, aws_variables(self.endpoint))

    def user(self, name: str, policy: Mapping[str, Any] | None = None) -> Aws:
        """A new user who holds this policy and nothing else."""
        iam = self.root()._client("iam")
        iam.create_user(UserName=name)
        if policy is not None:
            iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        own = aws_variables(self.endpoint, key_id=key["AccessKeyId"], secret=key["SecretAccessKey"])
        return connect(_SETTINGS, own)
