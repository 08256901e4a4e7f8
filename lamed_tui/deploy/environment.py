"""What the functions are told through environment variables. Pure; no secret passes through here.

The variables are those of `lamed.settings`, where their defaults and formats stand.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from lamed.settings import Limits

from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lamed_tui.config.model import Config, RedisSettings

PASSWORD_VARIABLE = "LAMED_REDIS_PASSWORD"  # noqa: S105 - the variable's name
MAX_ENVIRONMENT_BYTES = 4096
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


def variables(config: Config, legacy_until: int | None = None) -> dict[str, str]:
    """The environment of every function, without the password.

    Args:
        legacy_until: the epoch second until which 0.4.3's own flags are honoured; None when they never were.

    Values that are the handlers' own defaults are left out where reading them would cost a cold start.
    """
    found = {
        "LAMED_REDIS_URL": redis_url(config.redis),
        "LAMED_REDIS_TIMEOUT": f"{config.redis.socket_timeout:g}",
        "LAMED_UUID_EXPIRY_SECONDS": str(config.uuid_expiry_seconds),
        "LAMED_NAMESPACE": config.namespace,
        "LAMED_CORS_ORIGINS": ",".join(config.cors_origins),
    }
    if config.redis.username:
        found["LAMED_REDIS_USERNAME"] = config.redis.username
    if config.redis.cluster:
        found["LAMED_REDIS_CLUSTER"] = "1"
    if legacy_until is not None and not config.redis.cluster:
        found["LAMED_LEGACY_UNTIL"] = str(legacy_until)
    if limits := _limits(config):
        found["LAMED_LIMITS"] = json.dumps(limits, ensure_ascii=False, separators=(",", ":"))
    return found


def check_size(environment: Mapping[str, str], password: str | None) -> None:
    """Refuse what AWS would refuse only in the middle of a deployment.

    Raises:
        ConfigError: the variables together are larger than Lambda allows.
    """
    size = sum(len(name.encode()) + len(value.encode()) for name, value in environment.items())
    size += len(PASSWORD_VARIABLE) + len(password.encode()) if password else 0
    if size > MAX_ENVIRONMENT_BYTES:
        largest = max(environment, key=lambda name: len(environment[name].encode()))
        raise ConfigError(
            f"The settings of a function take {size} bytes as environment variables; AWS allows "
            f"{MAX_ENVIRONMENT_BYTES}. The largest is {largest}.",
            "Shorten limits.experiments or cors_origins.",
        )


def redis_url(settings: RedisSettings) -> str:
    """The store's address for the functions: no user, no password."""
    if settings.unix_socket_path:
        return f"unix://{quote(settings.unix_socket_path)}?db={settings.db}"
    host = f"[{settings.host.strip('[]')}]" if ":" in settings.host else settings.host
    scheme = "rediss" if settings.ssl else "redis"
    verification = "?ssl_cert_reqs=none" if settings.ssl and settings.ssl_cert_reqs == "none" else ""
    return f"{scheme}://{host}:{settings.port}/{settings.db}{verification}"


def warnings(config: Config) -> Iterator[str]:
    """What of the configuration the functions cannot follow, or follow only in part."""
    if config.redis.ssl_ca_certs:
        yield (
            "redis.ssl_ca_certs is a file of this computer; the functions trust the public certificate authorities "
            "only."
        )
    if len(config.cors_origins) > 1:
        yield (
            "cors_origins names several pages: answers with data allow only these, but API Gateway's own answers "
            "(preflight and errors, which hold no data) can name one page or all, so they allow all."
        )


def _limits(config: Config) -> dict[str, object]:
    """The limits that differ from the handlers' defaults, and only those that the handlers know."""
    defaults = Limits()
    chosen = config.limits.model_dump(mode="json")
    return {
        name: chosen[name]
        for name in sorted(Limits.__slots__)
        if name in chosen and chosen[name] != getattr(defaults, name)
    }
