"""The only door to boto3: one account and region, with typed clients whose errors are ours.

AWS's own environment variables win over the configuration, as everywhere else on AWS.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lamed_tui.aws.errors import no_region, translate_errors_of, translated
from lamed_tui.config.fields import is_web_address
from lamed_tui.errors import ConfigError
from lamed_tui.loopback import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    import boto3
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sts import STSClient

    from lamed_tui.config.model import AwsSettings

_CONNECT_SECONDS = 5
_READ_SECONDS = 20
_ATTEMPTS = 4
_LOOPBACK_ATTEMPTS = 2
_CLIENTS = {"cloudwatchlogs": "logs"}
"""The clients that are not called like their service in `AWS_ENDPOINT_URL_<SERVICE>`, among those in use here."""


@dataclass(frozen=True)
class Identity:
    """Who AWS says we are."""

    account: str
    arn: str


class Aws:
    """One account and region.

    Attributes:
        region: such as `eu-central-1`.
        endpoint_url: what `AWS_ENDPOINT_URL` (or the profile) names instead of AWS itself; None on AWS.
        profile: the profile in use, None for the default chain.

    Clients are made at their first use and kept; they may be used from several threads. Every call raises errors of
    `lamed_tui.errors` only.
    """

    def __init__(
        self,
        session: boto3.Session,
        region: str,
        *,
        endpoint_url: str | None = None,
        service_endpoints: Mapping[str, str] | None = None,
        profile: str | None = None,
    ) -> None:
        self._session = session
        self._service_endpoints = service_endpoints or {}
        self._lock = threading.RLock()
        self._identity: Identity | None = None
        self.region = region
        self.endpoint_url = endpoint_url
        self.profile = profile

    def identity(self) -> Identity:
        """The account and the ARN behind the credentials, asked once.

        Raises:
            CredentialsError: there are none, they have expired, or AWS does not accept them.
            AwsError: AWS cannot be reached.
        """
        if self._identity is None:
            answer = self.sts.get_caller_identity()
            self._identity = Identity(answer["Account"], answer["Arn"])
        return self._identity

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        client: CloudFormationClient = self._client("cloudformation")
        return client

    @cached_property
    def s3(self) -> S3Client:
        client: S3Client = self._client("s3")
        return client

    @cached_property
    def functions(self) -> LambdaClient:
        client: LambdaClient = self._client("lambda")
        return client

    @cached_property
    def apigateway(self) -> APIGatewayClient:
        client: APIGatewayClient = self._client("apigateway")
        return client

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        client: CloudWatchLogsClient = self._client("logs")
        return client

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        client: SecretsManagerClient = self._client("secretsmanager")
        return client

    @cached_property
    def sts(self) -> STSClient:
        client: STSClient = self._client("sts")
        return client

    def _client(self, service: Any) -> Any:
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        endpoint = self._service_endpoints.get(service, self.endpoint_url)
        loopback = endpoint is not None and is_loopback(endpoint)
        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            # API Gateway and CloudFormation throttle accounts, not callers: there the client paces itself.
            retries={
                "total_max_attempts": _LOOPBACK_ATTEMPTS if loopback else _ATTEMPTS,
                "mode": "adaptive" if service in {"cloudformation", "apigateway"} and not endpoint else "standard",
            },
            s3={"addressing_style": "path"} if endpoint else {},
            # What listens on this computer is asked directly, whatever proxy is configured.
            proxies={} if loopback else None,
        )
        with self._lock:  # a session may not make two clients at once
            try:
                client = self._session.client(service, region_name=self.region, endpoint_url=endpoint, config=config)
            except BotoCoreError as error:
                raise translated(error, self.profile) from error
        translate_errors_of(client, self.profile)
        return client


def connect(settings: AwsSettings, environment: Mapping[str, str]) -> Aws:
    """Settle region, profile, credentials' source and endpoint; nothing is sent yet.

    Args:
        settings: profile and region where the environment is silent, and the role to take, which no variable names.
        environment: the environment variables that win over it: `AWS_PROFILE`, `AWS_REGION` or `AWS_DEFAULT_REGION`,
            `AWS_ACCESS_KEY_ID` and its companions, `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, and AWS's
            others. Those of the process do not count.

    Raises:
        CredentialsError: the profile does not exist, or no region is set anywhere.
        ConfigError: an endpoint's URL is none, or holds a password, which AWS's libraries would not use and messages
            would show.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    from lamed_tui.aws.surroundings import assumed_role, session_in

    profile = environment.get("AWS_PROFILE") or environment.get("AWS_DEFAULT_PROFILE") or settings.profile
    try:
        core = session_in(environment, profile)
        scoped = core.get_scoped_config()
        region = (
            environment.get("AWS_REGION")
            or environment.get("AWS_DEFAULT_REGION")
            or settings.region
            or core.get_config_variable("region")
        )
        # A profile named outright would outrank keys in the environment, so these are handed over.
        session = boto3.Session(botocore_session=core, **_keys(environment))
    except BotoCoreError as error:
        raise translated(error, profile) from error
    if not region:
        raise no_region()
    endpoint, service_endpoints = _endpoints(environment, scoped)
    aws = Aws(session, region, endpoint_url=endpoint, service_endpoints=service_endpoints, profile=profile)
    if settings.role_arn is None:
        return aws
    assumed = assumed_role(core, settings.role_arn, settings.external_id, lambda: aws.sts)
    session = boto3.Session(botocore_session=assumed)
    return Aws(session, region, endpoint_url=endpoint, service_endpoints=service_endpoints, profile=profile)


def _keys(environment: Mapping[str, str]) -> dict[str, Any]:
    key, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not key or not secret:
        return {}
    return {
        "aws_access_key_id": key,
        "aws_secret_access_key": secret,
        "aws_session_token": environment.get("AWS_SESSION_TOKEN") or None,
    }


def _endpoints(environment: Mapping[str, str], scoped: Mapping[str, Any]) -> tuple[str | None, dict[str, str]]:
    if environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None, {}
    endpoint = environment.get("AWS_ENDPOINT_URL") or scoped.get("endpoint_url") or None
    named = {
        name.removeprefix("AWS_ENDPOINT_URL_").lower().replace("_", ""): url.rstrip("/")
        for name, url in environment.items()
        if name.startswith("AWS_ENDPOINT_URL_") and url
    }
    services = {_CLIENTS.get(service, service): url for service, url in named.items()}
    for url in (str(endpoint or ""), *services.values()):
        if "@" in url.partition("//")[2].partition("/")[0]:
            raise ConfigError(
                "The URL that stands for AWS (AWS_ENDPOINT_URL or the profile's endpoint_url) holds a user name.",
                "Take user name and password out of it: requests to AWS are signed instead.",
            )
        if url and not is_web_address(url):
            raise ConfigError(
                "What stands for AWS (AWS_ENDPOINT_URL or the profile's endpoint_url) is no http or https URL.",
                "Write it like http://127.0.0.1:4566, or unset it for AWS itself.",
            )
    return (str(endpoint).rstrip("/") if endpoint else None), services
