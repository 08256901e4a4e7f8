"""Where the counters live: the `redis` section, and the URLs that may stand for it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from lamed.endpoint import parse_url
from pydantic import BeforeValidator, Field, Secret, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from lamed_tui.config.fields import Host, Port, Seconds, Section, refuse, whole_number


def _text_of_number(value: object) -> object:
    """0.4.3 took a password of digits without quotes."""
    inner = value.get_secret_value() if isinstance(value, Secret) else value
    return SecretStr(str(inner)) if isinstance(inner, int | float) and not isinstance(inner, bool) else value


class RedisSettings(Section):
    """Where the counters live. Either `url`, or `host` and its companions."""

    url: SecretStr | None = Field(None, description="redis://, rediss:// or unix:// URL; replaces the keys below")
    host: Host = Field("localhost", description="Host name or address")
    port: Port = Field(6379, description="TCP port")
    db: Annotated[int, whole_number(0, 65535)] = Field(0, description="Database number; 0 in a cluster")
    username: str | None = Field(None, description="ACL user; the default user when absent")
    password: Annotated[SecretStr | None, BeforeValidator(_text_of_number)] = Field(
        None, description="Password of that user"
    )
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
        for key in parts.keys() - {"username", "password"}:
            if values.get(key) is not None and str(values[key]).lower() != str(parts[key]).lower():
                # Ignoring either could send a password to another server, or unencrypted.
                raise refuse(f"{key} says something else than url; remove one of the two")
        # A user or password beside the URL wins, as in the handlers: it may come from another place than the address.
        return values | {key: part for key, part in parts.items() if not values.get(key)}

    @field_validator("url")
    @classmethod
    def _url_is_understood(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_redis_url(_revealed(value))
        return value

    @field_validator("url", "username", "password", "ssl_ca_certs", "unix_socket_path", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        return None if _revealed(value) == "" else value

    @model_validator(mode="after")
    def _fits_a_cluster(self) -> Self:
        if self.cluster and self.unix_socket_path:
            raise refuse("a cluster is reached by host and port, not by unix_socket_path")
        if self.cluster and self.db:
            raise refuse("db must be 0 in a cluster, which has no other database")
        return self

    @property
    def location(self) -> str:
        """Where this is, for people: no user, no password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.unix_socket_path or f"{host}:{self.port}"


def _revealed(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def parse_redis_url(url: str) -> dict[str, Any]:
    """Split a Redis URL into the fields of `RedisSettings` that it names, by the handlers' own grammar.

    Raises:
        PydanticCustomError: it is no Redis URL that the handlers understand; the message holds no part of it.
    """
    try:
        endpoint = parse_url(url)
    except UnicodeError:
        raise refuse("must be valid Unicode text") from None
    except ValueError as error:
        raise refuse(str(error)) from None
    found: dict[str, Any] = {"db": endpoint.database}
    if endpoint.path:
        found["unix_socket_path"] = endpoint.path
    else:
        found |= {"host": endpoint.host, "port": endpoint.port, "ssl": endpoint.tls is not None}
    if endpoint.username:
        found["username"] = endpoint.username
    if endpoint.password:
        found["password"] = SecretStr(endpoint.password)
    if endpoint.tls is not None:
        if endpoint.tls.verify and not endpoint.tls.check_host_name:
            raise refuse("must not switch off the check of the host name alone; ssl_cert_reqs=none trusts any server")
        if not endpoint.tls.verify:
            found["ssl_cert_reqs"] = "none"
        if endpoint.tls.authorities:
            found["ssl_ca_certs"] = endpoint.tls.authorities
    return found
