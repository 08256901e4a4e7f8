"""The environment of somebody whose AWS is an emulator."""

from __future__ import annotations


def aws_variables(endpoint: str, region: str = "", *, key_id: str = "test", secret: str = "test") -> dict[str, str]:  # noqa: S107 - no secret
    """The variables that lead to the emulator at this URL, in no region or this one; any name will do."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_EC2_METADATA_DISABLED": "true",
        **({"AWS_REGION": region} if region else {}),
    }
