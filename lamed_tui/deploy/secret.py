"""How a changed Redis password gets a new function version without any trace of the password in the template.

A version's logical id must change with the password. A hash of the password would do, but whoever can read the
template could then test guesses against it, salted or not. So the template holds a random word, the revision: it is
kept as long as the password in the live function's environment is the one to deploy, and drawn anew otherwise. Only
who may read the functions' environment, and so the password itself, can tell more.
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

from lamed_tui.aws.errors import ServiceError
from lamed_tui.deploy.environment import PASSWORD_VARIABLE
from lamed_tui.deploy.template_functions import ALIAS, SECRET_REVISION
from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import SecretStr

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config, SecretSettings
    from lamed_tui.deploy.live import Live


def revision(
    password: SecretStr | None, live_password: str | None, live_revision: str | None, draw: Callable[[], str]
) -> str | None:
    """The revision to deploy: None without a password, the live one for the same password, else a new one."""
    if password is None:
        return None
    same = live_password is not None and hmac.compare_digest(
        live_password.encode(), password.get_secret_value().encode()
    )
    return live_revision if same and live_revision else draw()


def password_parameter(config: Config) -> SecretStr | None:
    """The password that CloudFormation is told as a parameter; None when there is none, or it lies in a secret."""
    return config.redis.password if config.redis_secret is None else None


def reference(aws: Aws, settings: SecretSettings) -> str:
    """The dynamic reference by which CloudFormation reads a password from Secrets Manager.

    It names the version that is current now: after a rotation the next deployment names another, and so publishes new
    versions of the functions. A reference without one would go on giving the old password, without a word.

    Raises:
        ConfigError: there is no such secret, or none of its versions is current.
        AwsError: AWS refused or could not be reached.
    """
    try:
        stages = aws.secrets.describe_secret(SecretId=settings.arn).get("VersionIdsToStages", {})
    except ServiceError as error:
        if error.code == "ResourceNotFoundException":
            raise ConfigError(
                f"redis_secret.arn: there is no secret {settings.arn} in {aws.region}.", "Correct it, or remove it."
            ) from error
        raise
    current = next((version for version, names in stages.items() if "AWSCURRENT" in names), None)
    if current is None:
        raise ConfigError(f"redis_secret.arn: {settings.arn} holds no value.", "Give it a value in Secrets Manager.")
    return pinned(settings, current)


def pinned(settings: SecretSettings, version: str) -> str:
    """The dynamic reference to one version, by its id."""
    return f"{{{{resolve:secretsmanager:{settings.arn}:SecretString:{settings.key or ''}::{version}}}}}"


def check_readable(aws: Aws, settings: SecretSettings) -> None:
    """Look up what CloudFormation will look up with our permissions: the password that the secret holds.

    Raises:
        ConfigError: the secret holds no text, or not the key that is configured.
        AwsError: AWS refused or could not be reached.
    """
    value = aws.secrets.get_secret_value(SecretId=settings.arn).get("SecretString")
    if not value:
        raise ConfigError(f"redis_secret.arn: {settings.arn} holds no text.", "Give it a value in Secrets Manager.")
    if settings.key is None:
        return
    try:
        document = json.loads(value)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not document.get(settings.key):
        what = f"has no key {settings.key}" if isinstance(document, dict) else "is no JSON object"
        raise ConfigError(f"redis_secret.key: the value of {settings.arn} {what}.", "Correct the key, or the secret.")


def read_live_password(aws: Aws, stack: Live, function: str) -> str | None:
    """The password that the live version of a function uses; None when there is no such function or password.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    if SECRET_REVISION not in stack.parameters:
        return None
    try:
        answer = aws.functions.get_function_configuration(FunctionName=function, Qualifier=ALIAS)
    except ServiceError as error:
        if error.code == "ResourceNotFoundException":
            return None
        raise
    return answer.get("Environment", {}).get("Variables", {}).get(PASSWORD_VARIABLE)
