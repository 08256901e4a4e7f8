"""What may stand in `config.json`, with the meaning, default and bounds of every key.

Files written for lamed 0.4.3 are valid as they are. Keys this version does not know are kept, never refused, except
in the environment. Durations are in seconds, sizes in bytes.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

MAX_GATEWAY_TIMEOUT = 29
"""Seconds after which API Gateway gives up on an integration.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""


def _refuse(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("lamed", sentence.replace("{", "{{").replace("}", "}}"))


def _whole_number(low: int, high: int) -> Any:
    """A whole number from `low` to `high`; digits in quotes count, as they did in 0.4.3."""
    sentence = f"must be {low}–{high}"

    def check(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _refuse(sentence)
        return value

    return BeforeValidator(check)


def _positive(sentence: str, high: float) -> Any:
    def check(value: object) -> float:
        try:
            number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else -1.0
        except ValueError:
            number = -1.0
        if not 0 < number <= high:
            raise _refuse(sentence)
        return number

    return BeforeValidator(check)


def _matching(pattern: str, sentence: str) -> Any:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise _refuse(sentence)
        return value

    return AfterValidator(check)


Port = Annotated[int, _whole_number(1, 65535)]
Seconds = Annotated[float, _positive("must be a number of seconds above 0 and up to 60", 60)]
Name = Annotated[
    str, _matching(r"[A-Za-z][A-Za-z0-9-]{0,29}", "must be 1–30 letters, digits or hyphens, starting with a letter")
]
Host = Annotated[str, _matching(r"[A-Za-z0-9_.:\[\]%-]{1,253}", "must be a host name or an IP address")]
Text = Annotated[str, _matching(r"(?s)[^\x00-\x1f\x7f]{1,}", "must not be empty or hold control characters")]
Origin = Annotated[
    str, _matching(r"\*|https?://[^\s/?#,]+", 'must be "*" or an origin such as https://shop.example, without a path')
]


class _Section(BaseModel):
    """Frozen, and tolerant of keys that a later or an older version knows."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True, hide_input_in_errors=True)


class RedisSettings(_Section):
    """Where the counters live. Either `url`, or `host` and its companions."""

    url: SecretStr | None = Field(None, description="redis://, rediss:// or unix:// URL; replaces the keys below")
    host: Host = Field("localhost", description="Host name or address")
    port: Port = Field(6379, description="TCP port")
    db: Annotated[int, _whole_number(0, 65535)] = Field(0, description="Database number; 0 in a cluster")
    username: str | None = Field(None, description="ACL user; the default user when absent")
    password: SecretStr | None = Field(None, description="Password of that user")
    ssl: bool = Field(default=False, description="Connect with TLS")
    ssl_ca_certs: str | None = Field(None, description="File of certificates to trust instead of the system's")
    ssl_cert_reqs: Literal["required", "none"] = Field("required", description="Whether to verify the certificate")
    unix_socket_path: str | None = Field(None, description="Unix socket to use instead of host and port")
    cluster: bool = Field(default=False, description="Redis Cluster protocol")
    socket_connect_timeout: Seconds = Field(2.0, description="Seconds to wait for a connection")
    socket_timeout: Seconds = Field(2.0, description="Seconds to wait for an answer")

    @model_validator(mode="before")
    @classmethod
    def _spread_url(cls, values: Any) -> Any:
        """Let `url` fill the keys it names, so that everything downstream reads one set of fields."""
        if not isinstance(values, dict) or not values.get("url"):
            return values
        try:
            parts = parse_redis_url(_revealed(values["url"]))
        except PydanticCustomError:
            return values  # the field's own validator says it, under the field's name
        # A password beside the URL wins: it may come from another place than the address, as on Lambda.
        return {**values, **{key: part for key, part in parts.items() if not (key == "password" and values.get(key))}}

    @field_validator("url")
    @classmethod
    def _url_is_understood(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_redis_url(_revealed(value))
        return value

    @field_validator("url", "username", "password", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        return None if _revealed(value) == "" else value

    @property
    def location(self) -> str:
        """Where this is, for people: no user, no password."""
        return self.unix_socket_path or f"{self.host}:{self.port}"


def _revealed(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def parse_redis_url(url: str) -> dict[str, Any]:
    """Split a Redis URL into the fields of `RedisSettings`.

    Raises:
        PydanticCustomError: the URL has another scheme, or no usable port or database; the message holds no secret.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refuse("must be a URL with a valid host and port") from None
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise _refuse("must start with redis://, rediss:// or unix://")
    query = dict(parse_qsl(parts.query))
    found: dict[str, Any] = {
        key: query[key] for key in ("ssl_ca_certs", "ssl_cert_reqs", "socket_timeout") if key in query
    }
    if parts.scheme == "unix":
        found |= {"unix_socket_path": unquote(parts.path), "db": query.get("db", "0")}
    else:
        path = parts.path.strip("/")
        found |= {"host": parts.hostname or "localhost", "port": port or 6379, "ssl": parts.scheme == "rediss"}
        found["db"] = path or query.get("db", "0")
    if parts.username:
        found["username"] = unquote(parts.username)
    if parts.password:
        found["password"] = SecretStr(unquote(parts.password))
    return found


class LimitSettings(_Section):
    """Bounds on what the public `/track` may create; existing counters go on counting past them."""

    max_experiments: Annotated[int, _whole_number(1, 1_000_000)] = Field(1000, description="Experiments a namespace")
    max_counters: Annotated[int, _whole_number(1, 1_000_000)] = Field(500, description="Counters an experiment")
    name_bytes: Annotated[int, _whole_number(1, 1024)] = Field(128, description="UTF-8 bytes of any name")
    namespace_bytes: Annotated[int, _whole_number(1, 1024)] = Field(64, description="UTF-8 bytes of a namespace")
    uuid_bytes: Annotated[int, _whole_number(1, 1024)] = Field(128, description="UTF-8 bytes of an event's uuid")
    experiments: tuple[Text, ...] | None = Field(None, description="When given, only these names may be counted")


class AwsSettings(_Section):
    """Which account and region; AWS's own environment variables win over these."""

    profile: str | None = Field(None, description="Profile of ~/.aws/config; the default chain when absent")
    region: Annotated[str, _matching(r"[a-z]{2}(-[a-z]+)+-[0-9]+", "must be a region such as eu-central-1")] | None = (
        Field(None, description="Region to deploy to")
    )


class VpcSettings(_Section):
    """The network the functions join, for a Redis without a public address."""

    subnet_ids: tuple[Annotated[str, _matching(r"subnet-[0-9a-f]+", "must be a subnet id such as subnet-0ab1")], ...]
    security_group_ids: tuple[
        Annotated[str, _matching(r"sg-[0-9a-f]+", "must be a security group id such as sg-0ab1")], ...
    ]


class ExperimentSettings(_Section):
    """What the numbers of one experiment mean; nothing here changes how events are counted."""

    control: Text | None = Field(None, description="The variant that the others are compared with")
    weights: dict[str, Annotated[float, _positive("must be above 0", 1e6)]] | None = Field(
        None, description="Intended share of each variant; equal when absent"
    )
    primary_goal: Text | None = Field(None, description="The goal that decides")
    non_unique_goals: tuple[Text, ...] = Field((), description="Goals a visitor can reach more than once")
    guardrails: tuple[Text, ...] = Field((), description="Goals that must not get worse")
    minimum_detectable_effect: Annotated[float, _positive("must be above 0 and at most 10", 10)] = Field(
        0.1, description="Smallest relative lift worth knowing; 0.1 is 10%"
    )


class FunctionWiring(_Section):
    """One Lambda function of a wiring entry, in AWS's own words."""

    function_name: Annotated[
        str, _matching(r"[A-Za-z0-9_-]{1,64}", "must be 1–64 letters, digits, hyphens or underscores")
    ] = Field(alias="FunctionName", description="Entries with the same name share one function")
    handler: str = Field(alias="Handler", description="A function of the handler package, such as lamed.track")
    memory_size: Annotated[int, _whole_number(128, 10240)] | None = Field(None, alias="MemorySize", description="MB")
    timeout: Annotated[int, _whole_number(1, MAX_GATEWAY_TIMEOUT)] | None = Field(
        None, alias="Timeout", description="Seconds"
    )


class MethodWiring(_Section):
    """One method of a route, in API Gateway's own words."""

    http_method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "ANY"] = Field("GET", alias="httpMethod")
    api_key_required: bool = Field(default=False, alias="apiKeyRequired")
    request_parameters: dict[str, bool] = Field(default_factory=dict, alias="requestParameters")


class RouteWiring(_Section):
    """One route of the API."""

    path_part: Annotated[
        str,
        _matching(r"[A-Za-z0-9._~:-]{1,128}", "must be one path segment of letters, digits and . _ ~ : -, no slash"),
    ] = Field(alias="pathPart")
    method: MethodWiring


class WiringEntry(_Section):
    """One more route, in the shape that 0.4.3 defined."""

    function: FunctionWiring = Field(alias="lambda")
    route: RouteWiring = Field(alias="api_gateway")


class Config(_Section):
    """Everything a person can set."""

    name: Name = Field("lamed", description="Prefix of every name in AWS, and the name of the stack")
    namespace: Text = Field("alephbet", description="Prefix of the Redis keys when a request names none")
    redis: RedisSettings = Field(default_factory=RedisSettings)
    uuid_expiry_seconds: Annotated[int, _whole_number(1, 366 * 86400)] = Field(
        86400, description="How long a repeated event is recognised"
    )
    cors_origins: tuple[Origin, ...] = Field(("*",), min_length=1, description="Pages that may read the answers")
    limits: LimitSettings = Field(default_factory=LimitSettings)
    aws: AwsSettings = Field(default_factory=AwsSettings)
    vpc: VpcSettings | None = None
    extra_wiring: tuple[WiringEntry, ...] = Field((), description="Additional routes")
    experiments: dict[str, ExperimentSettings] = Field(default_factory=dict)
