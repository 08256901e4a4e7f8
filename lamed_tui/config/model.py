"""What may stand in `config.json`, with the meaning, default and bounds of every key.

Files written for lamed 0.4.3 are valid as they are. Keys this version does not know are kept, never refused, except
in the environment. Durations are in seconds, sizes in bytes.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from lamed_tui.config.fields import Name, Origin, Section, Text, WebAddress, matching, positive, refuse, whole_number
from lamed_tui.config.redis_settings import RedisSettings

__all__ = [
    "AwsSettings",
    "Config",
    "ConsoleSettings",
    "ExperimentSettings",
    "FunctionSettings",
    "FunctionWiring",
    "LimitSettings",
    "MethodWiring",
    "RedisSettings",
    "RouteWiring",
    "SecretSettings",
    "ThrottlingSettings",
    "VpcSettings",
    "WatchSettings",
    "WiringEntry",
]

TagKey = Annotated[
    str,
    matching(
        r"(?!aws:|lamed:)[\w .:/=+@-]{1,128}",
        "must be 1–128 letters, digits, spaces or . : / = + - @ _, and not begin with aws: or lamed:",
    ),
]
TagValue = Annotated[
    str, matching(r"[\w .:/=+@-]{0,256}", "must be at most 256 letters, digits, spaces or . : / = + - @ _")
]
"""Source of both: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""

MAX_GATEWAY_TIMEOUT = 29
"""Seconds after which API Gateway gives up on an integration.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""


class LimitSettings(Section):
    """Bounds on what the public `/track` may create; existing counters go on counting past them."""

    max_namespaces: Annotated[int, whole_number(1, 1_000_000)] = Field(50, description="Namespaces")
    max_experiments: Annotated[int, whole_number(1, 1_000_000)] = Field(1000, description="Experiments a namespace")
    max_counters: Annotated[int, whole_number(1, 1_000_000)] = Field(500, description="Counters an experiment")
    name_bytes: Annotated[int, whole_number(1, 1024)] = Field(128, description="UTF-8 bytes of any name")
    namespace_bytes: Annotated[int, whole_number(1, 1024)] = Field(64, description="UTF-8 bytes of a namespace")
    uuid_bytes: Annotated[int, whole_number(1, 1024)] = Field(128, description="UTF-8 bytes of an event's uuid")
    experiments: tuple[Text, ...] | None = Field(
        None, min_length=1, description="When given, only these names may be counted"
    )

    @model_validator(mode="after")
    def _can_be_counted(self) -> Self:
        if any(len(name.encode(errors="replace")) > self.name_bytes for name in self.experiments or ()):
            raise refuse("experiments holds a name of more than name_bytes, so that it would never be counted")
        return self


class AwsSettings(Section):
    """Which account and region; AWS's own environment variables win over these."""

    profile: str | None = Field(None, description="Profile of ~/.aws/config; the default chain when absent")
    region: Annotated[str, matching(r"[a-z]{2}(-[a-z]+)+-[0-9]+", "must be a region such as eu-central-1")] | None = (
        Field(None, description="Region to deploy to")
    )
    role_arn: (
        Annotated[
            str,
            matching(
                r"arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+",
                "must be the ARN of a role, such as arn:aws:iam::123456789012:role/deployer",
            ),
        ]
        | None
    ) = Field(None, description="Role to assume with the profile's credentials")
    external_id: (
        Annotated[str, matching(r"[A-Za-z0-9+=,.@:/_-]{2,1224}", "must be 2–1224 letters, digits or +=,.@:/_-")] | None
    ) = Field(None, description="What the role's owner asks for when it is assumed")


class FunctionSettings(Section):
    """What all Lambda functions have in common; `extra_wiring` may set memory and timeout of one of them."""

    memory_size: Annotated[int, whole_number(128, 10240)] = Field(256, description="MB of the built-in functions")
    architecture: Literal["arm64", "x86_64"] = Field("arm64", description="Processor; arm64 costs less")
    runtime: Literal["python3.11", "python3.12", "python3.13", "python3.14"] | None = Field(
        None, description="Lambda's Python; the one that runs this tool when absent"
    )
    reserved_concurrency: Annotated[int, whole_number(1, 10_000)] | None = Field(
        None, description="Containers that each function has for itself, and no more; fails on fresh accounts"
    )
    log_retention_days: Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] = Field(
        30, description="How long the functions' logs are kept"
    )


class ThrottlingSettings(Section):
    """Requests that API Gateway lets in; more are answered 429, and browsers send them again later."""

    rate: Annotated[int, whole_number(1, 10_000)] = Field(1000, description="A second, everybody together")
    burst: Annotated[int, whole_number(1, 5_000)] = Field(2000, description="At once, everybody together")
    key_rate: Annotated[int, whole_number(1, 10_000)] = Field(50, description="A second with the API key")
    key_burst: Annotated[int, whole_number(1, 5_000)] = Field(100, description="At once with the API key")


class SecretSettings(Section):
    """Where the functions' Redis password lies in AWS Secrets Manager, instead of in the deployment's parameters.

    It is pinned to the version that is current when deploying; after a rotation, deploy again.
    """

    arn: Annotated[
        str,
        matching(
            r"arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+",
            "must be the ARN of a secret, such as arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-1a2b3c",
        ),
    ] = Field(description="The secret's ARN")
    key: Annotated[str, matching(r"[A-Za-z0-9_.-]{1,128}", "must be letters, digits and . _ -")] | None = Field(
        None, description="The key of the password when the secret is a JSON object; all of it when absent"
    )


class VpcSettings(Section):
    """The network the functions join, for a Redis without a public address."""

    subnet_ids: tuple[Annotated[str, matching(r"subnet-[0-9a-f]+", "must be a subnet id such as subnet-0ab1")], ...] = (
        Field(min_length=1, description="Subnets, with a way to Redis")
    )
    security_group_ids: tuple[
        Annotated[str, matching(r"sg-[0-9a-f]+", "must be a security group id such as sg-0ab1")], ...
    ] = Field(min_length=1, description="Security groups, which Redis lets in")


class ExperimentSettings(Section):
    """What the numbers of one experiment mean; nothing here changes how events are counted."""

    control: Text | None = Field(None, description="The variant that the others are compared with")
    weights: dict[str, Annotated[float, positive("must be above 0", 1e6)]] | None = Field(
        None, description="Intended share of each variant; equal when absent"
    )
    primary_goal: Text | None = Field(None, description="The goal that decides")
    non_unique_goals: tuple[Text, ...] = Field((), description="Goals a visitor can reach more than once")
    guardrails: tuple[Text, ...] = Field((), description="Goals that must not get worse")
    minimum_detectable_effect: Annotated[float, positive("must be above 0 and at most 10", 10)] = Field(
        0.1, description="Smallest relative lift worth knowing; 0.1 is 10%"
    )
    tuning_visitors: Annotated[int, whole_number(100, 1_000_000_000)] = Field(
        5000, description="Visitors at which the intervals are tightest (N*); decide it before the start"
    )


class WatchSettings(Section):
    """Where the monitor and `lamed results` read from."""

    source: Literal["redis", "api"] = Field("redis", description="Redis itself, or the deployed API")
    api_url: WebAddress | None = Field(None, description="Address of /experiments; the deployed one when absent")
    api_key: SecretStr | None = Field(None, description="Key of that API; the deployed one's when absent")


class ConsoleSettings(Section):
    """How the console looks and listens."""

    theme: Text | None = Field(None, description="Colours: lamed-dark, lamed-light or one of Textual's themes")
    keys: dict[
        Annotated[str, matching(r"[a-z-]+\.[a-z-]+", "must be the id of an action, such as monitor.sort")], Text
    ] = Field(default_factory=dict, description="Other keys for actions by id, such as monitor.sort: S or ctrl+k")


class FunctionWiring(Section):
    """One Lambda function of a wiring entry, in AWS's own words."""

    function_name: Annotated[
        str, matching(r"[A-Za-z0-9_-]{1,64}", "must be 1–64 letters, digits, hyphens or underscores")
    ] = Field(alias="FunctionName", description="Entries with the same name share one function")
    handler: str = Field(alias="Handler", description="A function of the handler package, such as lamed.track")
    memory_size: Annotated[int, whole_number(128, 10240)] | None = Field(None, alias="MemorySize", description="MB")
    timeout: Annotated[int, whole_number(1, MAX_GATEWAY_TIMEOUT)] | None = Field(
        None, alias="Timeout", description="Seconds"
    )


class MethodWiring(Section):
    """One method of a route, in API Gateway's own words."""

    http_method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "ANY"] = Field(
        "GET", alias="httpMethod", description="What the page or the reader sends"
    )
    api_key_required: bool = Field(default=False, alias="apiKeyRequired", description="Whether it asks for the key")
    request_parameters: dict[str, bool] = Field(
        default_factory=dict,
        alias="requestParameters",
        description="API Gateway's own: what a request has, and needs",
    )


class RouteWiring(Section):
    """One route of the API."""

    path_part: Annotated[
        str,
        matching(r"[A-Za-z0-9._:-]{1,128}", "must be one path segment of letters, digits and . _ : -, no slash"),
    ] = Field(alias="pathPart", description="What follows the base URL; a neutral word escapes ad-blockers")
    method: MethodWiring


class WiringEntry(Section):
    """One more route, in the shape that 0.4.3 defined."""

    function: FunctionWiring = Field(alias="lambda")
    route: RouteWiring = Field(alias="api_gateway")


class Config(Section):
    """Everything a person can set."""

    name: Name = Field("lamed", description="Prefix of every name in AWS, and the name of the stack")
    namespace: Text = Field("alephbet", description="Prefix of the Redis keys when a request names none")
    redis: RedisSettings = Field(default_factory=RedisSettings)
    uuid_expiry_seconds: Annotated[int, whole_number(1, 366 * 86400)] = Field(
        86400, description="How long a repeated event is recognised"
    )
    cors_origins: tuple[Origin, ...] = Field(("*",), min_length=1, description="Pages that may read the answers")
    limits: LimitSettings = Field(default_factory=LimitSettings)
    aws: AwsSettings = Field(default_factory=AwsSettings)
    vpc: VpcSettings | None = None
    functions: FunctionSettings = Field(default_factory=FunctionSettings)
    throttling: ThrottlingSettings = Field(default_factory=ThrottlingSettings)
    redis_secret: SecretSettings | None = None
    tags: dict[TagKey, TagValue] = Field(default_factory=dict, max_length=40, description="Tags of everything in AWS")
    access_logs: bool = Field(
        default=False, description="Log every request; the region's API Gateway account settings need a log role"
    )
    extra_wiring: tuple[WiringEntry, ...] = Field((), description="Additional routes")
    watch: WatchSettings = Field(default_factory=WatchSettings)
    console: ConsoleSettings = Field(default_factory=ConsoleSettings)
    experiments: dict[str, ExperimentSettings] = Field(default_factory=dict)
