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
    from collections.abc import Callable, Mapping

    from botocore.client import BaseClient

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"}
_SKEWED = {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}
_SKEWED_SIGNATURE = re.compile(r"expired|not yet current", re.IGNORECASE)
_UNKNOWN_KEY = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "InvalidToken",
    "AuthFailure",
    "SignatureDoesNotMatch",
}
_NOT_SIGNED_UP = {"OptInRequired", "SubscriptionRequiredException", "NotSignedUp"}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized"}
_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "SlowDown",
    "PriorRequestNotComplete",
}
_ACTION = re.compile(r"not authorized to perform:? ([A-Za-z0-9-]+:[A-Za-z0-9*]+)")
_RESOURCE = re.compile(r"on resource:? (\S+)")
_ACTIONS_BY_OPERATION = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "apigateway:GetApiKey": "apigateway:GET",
}
"""Where the IAM action is not called like the operation that needs it."""


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
            operation = f"{model.service_model.service_name}:{model.name}"
            found = of_answer(parsed.get("Error", {}), http_response.status_code, operation, profile)
            found.request_id = str(parsed.get("ResponseMetadata", {}).get("RequestId") or "")
            raise found

    client.meta.events.register("after-call-error", on_exception)
    client.meta.events.register("after-call", on_answer)


def of_answer(error: Mapping[str, Any], status: int, operation: str, profile: str | None = None) -> AwsError:
    """The error that a service's error answer means.

    Args:
        error: the answer's `Error` member: `Code` and `Message`.
        status: its HTTP status.
        operation: what was asked, as `service:Operation`.
        profile: the profile in use, for the command that signs in again.
    """
    code, message = str(error.get("Code") or status), str(error.get("Message") or "")
    if code in _SKEWED or (code == "SignatureDoesNotMatch" and _SKEWED_SIGNATURE.search(message)):
        found: AwsError = CredentialsError(
            "AWS refused the request because this computer's clock is wrong by more than five minutes.",
            "Set the clock, for example with: sudo timedatectl set-ntp true",
        )
    elif code in _EXPIRED:
        found = CredentialsError(
            "The AWS session has expired.",
            f"Sign in again, for example with: aws sso login{_profile_option(profile)}, then repeat the command.",
        )
    elif code in _UNKNOWN_KEY:
        found = CredentialsError(
            f"AWS does not accept these credentials ({code} from {operation}).",
            "Check the access key and its secret, and that the region is enabled for the account.",
        )
    elif code in _NOT_SIGNED_UP:
        found = CredentialsError(
            f"The account is not signed up for this service in this region ({operation}).",
            "Enable the region in the account's settings, or choose another: lamed configure --set aws.region=…",
        )
    elif code in _DENIED or status == 403:
        found = access_denied(message, operation)
    elif code in _THROTTLED or status == 429 or status >= 500:
        found = TransientError(
            f"AWS asks to slow down or is unavailable ({code} from {operation}).", "Try again in a minute."
        )
    else:
        found = ServiceError(
            f"AWS answered {code} to {operation}" + (f": {message.rstrip('.')}." if message else "."),
            code=code,
            operation=operation,
            message=message,
        )
    return found


def access_denied(message: str, operation: str) -> AccessDeniedError:
    """A refusal, naming the IAM action that AWS's message names, else the one that the operation needs."""
    action = denied_action(message) or _ACTIONS_BY_OPERATION.get(operation, operation)
    resource = _RESOURCE.search(message)
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


def translated(error: Exception, profile: str | None) -> Exception:
    """The error that an exception of botocore means; anything else is returned as it is.

    Args:
        error: what was raised before AWS could answer.
        profile: the profile in use, for the command that signs in again.
    """
    from botocore import exceptions as aws
    from botocore.parsers import ResponseParserError

    kinds: tuple[tuple[tuple[type[Exception], ...], Callable[[Exception, str | None], AwsError]], ...] = (
        ((aws.ProfileNotFound,), _unknown_profile),
        ((aws.NoRegionError,), lambda _error, _profile: no_region()),
        ((aws.SSOError, aws.TokenRetrievalError), _sign_in_needed),
        ((aws.NoCredentialsError,), _no_credentials),
        ((aws.PartialCredentialsError, aws.CredentialRetrievalError, aws.InvalidConfigError), _bad_credentials),
        ((aws.ConfigParseError, aws.ConfigNotFound), _bad_files),
        ((aws.HTTPClientError, aws.ConnectionError), _unreachable),
        ((ResponseParserError,), _not_from_aws),
        (
            (aws.BotoCoreError,),
            lambda error, _profile: AwsError(f"The AWS library refused the request: {_stopped(error)}"),
        ),
    )
    for types, translate in kinds:
        if isinstance(error, types):
            return translate(error, profile)
    return error


def no_region() -> CredentialsError:
    """Nothing says which region is meant."""
    return CredentialsError(
        "No AWS region is set.", "Choose one: lamed configure --set aws.region=eu-central-1, or set AWS_REGION."
    )


def _unknown_profile(_error: Exception, profile: str | None) -> AwsError:
    return CredentialsError(
        f"There is no AWS profile named {profile}.",
        "List the profiles with: aws configure list-profiles, then correct AWS_PROFILE or aws.profile.",
    )


def _sign_in_needed(_error: Exception, profile: str | None) -> AwsError:
    whose = f" of profile {profile}" if profile else ""
    return CredentialsError(
        f"The AWS single sign-on session{whose} has ended or never began.",
        f"Sign in with: aws sso login{_profile_option(profile)}",
    )


def _no_credentials(_error: Exception, profile: str | None) -> AwsError:
    return CredentialsError(
        "No AWS credentials were found.",
        f"Add some with: aws configure{_profile_option(profile)}, or name a profile in AWS_PROFILE.",
    )


def _bad_credentials(error: Exception, profile: str | None) -> AwsError:
    whose = f" of profile {profile}" if profile else ""
    return CredentialsError(
        f"The AWS credentials{whose} are incomplete or cannot be fetched ({type(error).__name__}).",
        f"Check them with: aws sts get-caller-identity{_profile_option(profile)}",
    )


def _bad_files(_error: Exception, _profile: str | None) -> AwsError:
    return CredentialsError(
        "The AWS configuration files cannot be read.", "Check ~/.aws/config and ~/.aws/credentials."
    )


def _unreachable(error: Exception, _profile: str | None) -> AwsError:
    endpoint = str(getattr(error, "kwargs", {}).get("endpoint_url") or "").rstrip("/")
    return TransientError(
        f"AWS could not be reached{f' at {endpoint}' if endpoint else ''} ({type(error).__name__}).",
        "Check the network, the region and AWS_ENDPOINT_URL.",
    )


def _not_from_aws(_error: Exception, _profile: str | None) -> AwsError:
    return TransientError(
        "What came back is no answer of AWS's: something in between has answered instead.",
        "Check the network, a proxy (HTTPS_PROXY) and AWS_ENDPOINT_URL, and try again.",
    )


def _stopped(error: Exception) -> str:
    return f"{str(error).rstrip('.')}."


def _profile_option(profile: str | None) -> str:
    return f" --profile {profile}" if profile else ""
