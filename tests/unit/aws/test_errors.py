"""What a person reads when AWS says no: one sentence, what to do next, and the exit code."""

from __future__ import annotations

import pytest
from botocore import exceptions as aws
from botocore.stub import Stubber

from lamed_tui.aws.errors import AccessDeniedError, ServiceError, TransientError, of_answer, translated
from lamed_tui.aws.session import connect
from lamed_tui.config.model import AwsSettings
from lamed_tui.errors import AwsError, CredentialsError, ExitCode, LamedError
from tests.http_servers import Reply, serving

ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1"}


def sentence(error: Exception) -> tuple[str, str, int]:
    assert isinstance(error, LamedError)
    return error.what, error.fix, int(error.exit_code)


@pytest.mark.parametrize(
    ("code", "message", "status", "what", "fix"),
    [
        (
            "ExpiredToken",
            "The security token included in the request is expired",
            403,
            "The AWS session has expired.",
            "Sign in again, for example with: aws sso login --profile shop, then repeat the command.",
        ),
        (
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
            403,
            "AWS does not accept these credentials (InvalidClientTokenId from sts:GetCallerIdentity).",
            "Check the access key and its secret, and that the region is enabled for the account.",
        ),
        (
            "SignatureDoesNotMatch",
            "Signature expired: 20261122T101010Z is now earlier than 20261122T111010Z",
            403,
            "AWS refused the request because this computer's clock is wrong by more than five minutes.",
            "Set the clock, for example with: sudo timedatectl set-ntp true",
        ),
        (
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            403,
            "AWS refused the request because this computer's clock is wrong by more than five minutes.",
            "Set the clock, for example with: sudo timedatectl set-ntp true",
        ),
        (
            "OptInRequired",
            "",
            403,
            "The account is not signed up for this service in this region (sts:GetCallerIdentity).",
            "Enable the region in the account's settings, or choose another: lamed configure --set aws.region=…",
        ),
    ],
)
def test_an_answer_about_credentials_says_how_to_get_good_ones(
    code: str, message: str, status: int, what: str, fix: str
) -> None:
    error = of_answer({"Code": code, "Message": message}, status, "sts:GetCallerIdentity", "shop")
    assert sentence(error) == (what, fix, ExitCode.CREDENTIALS)


def test_a_refusal_names_the_action_and_the_resource_that_aws_named() -> None:
    message = (
        "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: iam:CreateRole on resource: "
        "arn:aws:iam::123456789012:role/lamed-Role-1 because no identity-based policy allows the iam:CreateRole action"
    )
    error = of_answer({"Code": "AccessDenied", "Message": message}, 403, "cloudformation:CreateChangeSet")
    assert sentence(error) == (
        "AWS denied iam:CreateRole on arn:aws:iam::123456789012:role/lamed-Role-1.",
        "Allow iam:CreateRole for the identity in use (aws sts get-caller-identity shows it), or use another profile.",
        ExitCode.CREDENTIALS,
    )


def test_a_refusal_without_words_names_the_action_that_the_operation_needs() -> None:
    error = of_answer({"Code": "403", "Message": "Forbidden"}, 403, "s3:HeadBucket")
    assert isinstance(error, AccessDeniedError)
    assert error.action == "s3:ListBucket"


@pytest.mark.parametrize(("code", "status"), [("Throttling", 400), ("TooManyRequestsException", 429), ("Oops", 503)])
def test_being_told_to_slow_down_is_told_as_that(code: str, status: int) -> None:
    error = of_answer({"Code": code, "Message": "Rate exceeded"}, status, "cloudformation:DescribeStacks")
    assert isinstance(error, TransientError)
    assert sentence(error) == (
        f"AWS asks to slow down or is unavailable ({code} from cloudformation:DescribeStacks).",
        "Try again in a minute.",
        ExitCode.FAILED,
    )


def test_any_other_answer_keeps_the_words_of_aws() -> None:
    error = of_answer({"Code": "ValidationError", "Message": "No."}, 400, "cloudformation:CreateChangeSet")
    assert sentence(error) == (
        "AWS answered ValidationError to cloudformation:CreateChangeSet: No.",
        "",
        ExitCode.FAILED,
    )


@pytest.mark.parametrize(
    ("raised", "what", "fix", "exit_code"),
    [
        (
            aws.ProfileNotFound(profile="shop"),
            "There is no AWS profile named shop.",
            "List the profiles with: aws configure list-profiles, then correct AWS_PROFILE or aws.profile.",
            ExitCode.CREDENTIALS,
        ),
        (
            aws.NoCredentialsError(),
            "No AWS credentials were found.",
            "Add some with: aws configure --profile shop, or name a profile in AWS_PROFILE.",
            ExitCode.CREDENTIALS,
        ),
        (
            aws.UnauthorizedSSOTokenError(),
            "The AWS single sign-on session of profile shop has ended or never began.",
            "Sign in with: aws sso login --profile shop",
            ExitCode.CREDENTIALS,
        ),
        (
            aws.TokenRetrievalError(provider="sso", error_msg="Token has expired and refresh failed"),
            "The AWS single sign-on session of profile shop has ended or never began.",
            "Sign in with: aws sso login --profile shop",
            ExitCode.CREDENTIALS,
        ),
        (
            aws.NoRegionError(),
            "No AWS region is set.",
            "Choose one: lamed configure --set aws.region=eu-central-1, or set AWS_REGION.",
            ExitCode.CREDENTIALS,
        ),
        (
            aws.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            "The AWS credentials of profile shop are incomplete or cannot be fetched (PartialCredentialsError).",
            "Check them with: aws sts get-caller-identity --profile shop",
            ExitCode.CREDENTIALS,
        ),
        (
            aws.EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
            "AWS could not be reached at http://127.0.0.1:9 (EndpointConnectionError).",
            "Check the network, the region and AWS_ENDPOINT_URL.",
            ExitCode.FAILED,
        ),
    ],
)
def test_what_fails_before_aws_can_answer_says_what_to_do(
    raised: Exception, what: str, fix: str, exit_code: ExitCode
) -> None:
    assert sentence(translated(raised, "shop")) == (what, fix, exit_code)


def test_an_error_of_our_own_passes_through_untouched() -> None:
    error = CredentialsError("mine")
    assert translated(error, None) is error


def test_a_client_raises_our_errors_and_not_those_of_botocore() -> None:
    connected = connect(AwsSettings(), ENVIRONMENT)
    with Stubber(connected.cloudformation) as stub:
        stub.add_client_error("describe_stacks", "ValidationError", "Stack with id lamed does not exist")
        stub.add_client_error("describe_stacks", "ExpiredToken", "", 403)
        with pytest.raises(ServiceError) as refused:
            connected.cloudformation.describe_stacks(StackName="lamed")
        with pytest.raises(CredentialsError, match="has expired"):
            connected.cloudformation.describe_stacks(StackName="lamed")
    assert (refused.value.code, refused.value.operation) == ("ValidationError", "cloudformation:DescribeStacks")


def test_nobody_at_the_endpoint_is_an_error_that_names_it() -> None:
    connected = connect(AwsSettings(), ENVIRONMENT | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    with pytest.raises(AwsError, match=r"AWS could not be reached at http://127\.0\.0\.1:9"):
        connected.identity()


def test_a_page_of_something_in_between_is_no_answer_of_aws() -> None:
    with serving(lambda _: Reply(502, b"<!doctype html><h1>Bad gateway</h1>")) as origin:
        connected = connect(AwsSettings(), ENVIRONMENT | {"AWS_ENDPOINT_URL": origin})
        with pytest.raises(TransientError) as refused:
            connected.cloudformation.describe_stacks(StackName="lamed")
    assert sentence(refused.value) == (
        "What came back is no answer of AWS's: something in between has answered instead.",
        "Check the network, a proxy (HTTPS_PROXY) and AWS_ENDPOINT_URL, and try again.",
        ExitCode.FAILED,
    )
