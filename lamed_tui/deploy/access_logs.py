"""API Gateway's access logs: written with a role of the account's settings in the region, which are not ours to set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from lamed_tui.aws.session import Aws


def require_role(aws: Aws) -> str:
    """The ARN of the role that API Gateway writes logs with.

    Raises:
        ConfigError: there is none.
        AwsError: AWS refused or could not be reached.
    """
    role = aws.apigateway.get_account().get("cloudwatchRoleArn")
    if not role:
        raise ConfigError(
            f"access_logs is true, but API Gateway may not write logs in {aws.region}: its account settings name no "
            "role.",
            "Set the CloudWatch log role ARN in API Gateway's settings, or: lamed configure --set access_logs=false",
        )
    return role
