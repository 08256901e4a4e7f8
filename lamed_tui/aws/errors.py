"""Every error of botocore becomes, once and here, a sentence a person can act on.

Clients made by `lamed_tui.aws.session` translate by themselves (see `translate_errors_of`), so nothing outside this
package ever meets a botocore exception. Code that must tell one answer of a service from another reads
`ServiceError.code`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lamed_tui.errors import AwsError, CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.client import BaseClient

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"}
_SKEWED = {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}
_UNKNOWN_KEY = {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"}
_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "NotAuthorized",
    "403",
}
_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "SlowDown",
    "LimitExceededException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "InternalFailure",
    "InternalError",
    "503",
    "500",
}
_ACTION = re.compile(r"not authorized to perform:? ([A-Za-z0-9-]+:[A-Za-z0-9*]+)")
_RESOURCE = re.compile(r"on resource:? (\S+)")


class ServiceError(AwsError):
    """A service answered an error that has no narrower type.

    Attributes:
        code: the service's own name for it, such as `ValidationError`.
        operation: what was asked, as `service:Operation`.
        message: the service's words.
    """

    def __init__(self, what: str, fix: str = "", *, code: str, operation: str, message: str) -> None:
        super().__init__(what, fix)
        self.code = code
        self.operation = operation
        self.message = message


class AccessDeniedError(CredentialsError):
    """The caller is known but may not do this; `action` is the IAM action that is missing."""

    def __init__(self, what: str, fix: str = "", *, action: str) -> None:
        super().__init__(what, fix)
        self.action = action


class TransientError(AwsError):
    """AWS did not answer, or asked to come back later: the same question may be answered in a while."""


def translate_errors_of(client: BaseClient, profile: str | None) -> None:
    """Make every call of `client` raise errors of `lamed_tui.errors` only.

    botocore announces each outcome as an event before it raises on its own account, also when a Stubber answers.
    """

    def on_exception(exception: Exception, **_: Any) -> None:
        raise translated(exception, profile) from exception

    def on_answer(http_response: Any, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        if http_response.status_code >= 300:
            raise of_answer(
                parsed.get("Error", {}), http_response.status_code, f"{model.service_model.service_name}:{model.name}"
            )

    client.meta.events.register("after-call-error", on_exception)
    client.meta.events.register("after-call", on_answer)


def of_answer(error: Mapping[str, Any], status: int, operation: str) -> AwsError:
    """The error that a service's error answer means.

    Args:
        error: the answer's `Error` member: `Code` and `Message`.
        status: its HTTP status.
        operation: what was asked, as `service:Operation`.
    """
    code, message = str(error.get("Code") or status), str(error.get("Message") or "")
    if code in _SKEWED or (code == "SignatureDoesNotMatch" and re.search(r"expired|not yet current", message, re.IGNORECASE)):
        return CredentialsError(
            "AWS refused the request because this computer's clock is wrong by more than five minutes.",
            "Set the clock, for example with: sudo timedatectl set-ntp true",
        )
    if code in _EXPIRED:
        return CredentialsError(
            "The AWS session has expired.", "Sign in again, for example with: aws sso login, then repeat the command."
        )
    if code in _UNKNOWN_KEY or code == "SignatureDoesNotMatch":
        return CredentialsError(
            f"AWS does not accept these credentials ({code} from {operation}).",
            "Check the access key and its secret, and that the region is enabled for the account.",
        )
    if code == "OptInRequired" or code == "SubscriptionRequiredException":
        return CredentialsError(
            f"The account is not signed up for this service in this region ({operation}).",
            "Enable the region in the account's settings, or choose another one: lamed configure --set aws.region=…",
        )
    if code in _DENIED or (status == 403 and "not authorized" in message):
        return access_denied(message, operation)
    if code in _THROTTLED or status == 429 or status >= 500:
        return TransientError(
            f"AWS asks to slow down or is unavailable ({code} from {operation}).", "Try again in a minute."
        )
    return ServiceError(
        f"AWS answered {code} to {operation}" + (f": {message.rstrip('.')}." if message else "."),
        code=code,
        operation=operation,
        message=message,
    )


def access_denied(message: str, operation: str) -> AccessDeniedError:
    """A refusal, naming the IAM action that AWS's message names, else the operation's own."""
    named = _ACTION.search(message)
    resource = _RESOURCE.search(message)
    action = named.group(1) if named else _iam_action(operation)
    where = f" on {resource.group(1).rstrip('.')}" if resource else ""
    return AccessDeniedError(
        f"AWS denied {action}{where}.",
        f"Allow {action} for the identity in use (aws sts get-caller-identity shows it), or use another profile.",
        action=action,
    )


def denied_action(message: str) -> str | None:
    """The IAM action that a message such as a stack event's reason says is missing."""
    found = _ACTION.search(message)
    return found.group(1) if found else None


def _iam_action(operation: str) -> str:
    return {"s3:HeadBucket": "s3:ListBucket", "s3:HeadObject": "s3:GetObject"}.get(operation, operation)


def translated(error: Exception, profile: str | None) -> Exception:
    """The error that an exception of botocore means; anything else is returned as it is.

    Args:
        error: what was raised before AWS could answer.
        profile: the profile in use, for the command that signs in again.
    """
    from botocore import exceptions as aws

    option = f" --profile {profile}" if profile else ""
    if isinstance(error, aws.ProfileNotFound):
        return CredentialsError(
            f"There is no AWS profile named {profile}.",
            "List the profiles with: aws configure list-profiles, or unset AWS_PROFILE and aws.profile.",
        )
    if isinstance(error, aws.NoRegionError):
        return CredentialsError(
            "No AWS region is set.", "Choose one: lamed configure --set aws.region=eu-central-1, or set AWS_REGION."
        )
    if isinstance(error, aws.SSOError | aws.TokenRetrievalError):
        return CredentialsError(
            f"The AWS single sign-on session{f' of profile {profile}' if profile else ''} has ended or never began.",
            f"Sign in with: aws sso login{option}",
        )
    if isinstance(error, aws.NoCredentialsError):
        return CredentialsError(
            "No AWS credentials were found.", f"Add some with: aws configure{option}, or set AWS_PROFILE."
        )
    if isinstance(error, aws.PartialCredentialsError | aws.CredentialRetrievalError | aws.InvalidConfigError):
        return CredentialsError(
            f"The AWS credentials{f' of profile {profile}' if profile else ''} are incomplete or cannot be fetched "
            f"({type(error).__name__}).",
            f"Check them with: aws sts get-caller-identity{option}",
        )
    if isinstance(error, aws.ConfigParseError | aws.ConfigNotFound):
        return CredentialsError("The AWS configuration files cannot be read.", "Check ~/.aws/config.")
    if isinstance(error, aws.HTTPClientError):
        endpoint = getattr(error, "kwargs", {}).get("endpoint_url")
        return TransientError(
            f"AWS could not be reached{f' at {endpoint}' if endpoint else ''} ({type(error).__name__}).",
            "Check the network, the region and AWS_ENDPOINT_URL.",
        )
    if isinstance(error, aws.BotoCoreError):
        return AwsError(f"The AWS library refused the request: {error}.")
    return error
