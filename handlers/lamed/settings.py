"""The function's settings, read from environment variables at the first use.

=============================  ================================================================================
variable                       value (absent or empty: the default)
=============================  ================================================================================
LAMED_REDIS_URL                as `endpoint` defines it; no default
LAMED_REDIS_USERNAME           wins over the URL's user
LAMED_REDIS_PASSWORD           wins over the URL's password
LAMED_REDIS_CLUSTER            ``1``: Redis Cluster (database 0 only)
LAMED_REDIS_TIMEOUT            seconds for connecting and for each command (2)
LAMED_UUID_EXPIRY_SECONDS      for how long a uuid is remembered at least (86400)
LAMED_NAMESPACE                the namespace of requests that name none (alephbet)
LAMED_CORS_ORIGINS             ``*``, or origins separated by commas (*)
LAMED_LIMITS                   JSON object: max_namespaces 50, max_experiments 1000 (per namespace), max_counters 500
                               (per experiment), name_bytes 128, namespace_bytes 64, uuid_bytes 128, experiments
                               (null, or the list of the only names allowed)
LAMED_LEGACY_UNTIL             epoch second until which 0.4.3's own flags are honoured too (never; not with a cluster)
=============================  ================================================================================
"""

from __future__ import annotations

import os

from lamed.endpoint import parse_url
from lamed.keys import DEFAULT_NAMESPACE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed.endpoint import Endpoint

_VARIABLES = (
    "LAMED_REDIS_URL",
    "LAMED_REDIS_USERNAME",
    "LAMED_REDIS_PASSWORD",
    "LAMED_REDIS_CLUSTER",
    "LAMED_REDIS_TIMEOUT",
    "LAMED_UUID_EXPIRY_SECONDS",
    "LAMED_NAMESPACE",
    "LAMED_CORS_ORIGINS",
    "LAMED_LIMITS",
    "LAMED_LEGACY_UNTIL",
)


class SettingsError(Exception):
    """A setting is missing or not valid. `variable` names it; its value is never part of the message."""

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"The setting {variable} {problem}.")
        self.variable = variable


class Limits:
    """What the public tracking endpoint may make the store hold; sizes in UTF-8 bytes."""

    __slots__ = (
        "experiments",
        "max_counters",
        "max_experiments",
        "max_namespaces",
        "name_bytes",
        "namespace_bytes",
        "uuid_bytes",
    )

    def __init__(
        self,
        *,
        max_namespaces: int = 50,
        max_experiments: int = 1_000,
        max_counters: int = 500,
        name_bytes: int = 128,
        namespace_bytes: int = 64,
        uuid_bytes: int = 128,
        experiments: frozenset[str] | None = None,
    ) -> None:
        self.max_namespaces = max_namespaces
        self.max_experiments = max_experiments
        self.max_counters = max_counters
        self.name_bytes = name_bytes
        self.namespace_bytes = namespace_bytes
        self.uuid_bytes = uuid_bytes
        self.experiments = experiments


class Settings:
    """Everything the handlers need to know about where they run."""

    __slots__ = (
        "cluster",
        "cors_origins",
        "endpoint",
        "legacy_until",
        "limits",
        "namespace",
        "timeout",
        "uuid_expiry_seconds",
    )

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        cluster: bool = False,
        timeout: float = 2.0,
        uuid_expiry_seconds: int = 86_400,
        namespace: str = DEFAULT_NAMESPACE,
        cors_origins: tuple[str, ...] = ("*",),
        limits: Limits | None = None,
        legacy_until: float = 0.0,
    ) -> None:
        self.endpoint = endpoint
        self.cluster = cluster
        self.timeout = timeout
        self.uuid_expiry_seconds = uuid_expiry_seconds
        self.namespace = namespace
        self.cors_origins = cors_origins
        self.limits = limits or Limits()
        self.legacy_until = legacy_until


def snapshot(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The variables' values as they are now: equal snapshots mean equal settings."""
    return tuple([environment.get(name, "") for name in _VARIABLES])


def parse(values: tuple[str, ...]) -> Settings:
    """The settings in a snapshot.

    Raises:
        SettingsError: a value is missing or not valid.
    """
    url, username, password, cluster, timeout, expiry, namespace, origins, limits, legacy = values
    if cluster not in {"", "0", "1"}:
        raise SettingsError("LAMED_REDIS_CLUSTER", "must be 0 or 1")
    endpoint = _endpoint(url, username, password)
    if cluster == "1" and (endpoint.database or endpoint.path):
        raise SettingsError("LAMED_REDIS_URL", "must name a host and database 0 when LAMED_REDIS_CLUSTER is 1")
    return Settings(
        endpoint,
        cluster=cluster == "1",
        timeout=_number("LAMED_REDIS_TIMEOUT", timeout or "2", lowest=0.001),
        uuid_expiry_seconds=int(_number("LAMED_UUID_EXPIRY_SECONDS", expiry or "86400", lowest=1)),
        namespace=namespace or DEFAULT_NAMESPACE,
        cors_origins=_origins(origins),
        limits=_limits(limits) if limits else Limits(),
        legacy_until=_number("LAMED_LEGACY_UNTIL", legacy or "0", lowest=0),
    )


def _number(variable: str, text: str, *, lowest: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not lowest <= value < 1e11:  # also refuses nan
        raise SettingsError(variable, f"must be a number from {lowest:g} up")
    return value


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple([origin.strip() for origin in text.split(",") if origin.strip()])
    if any(not origin.isascii() or not origin.isprintable() for origin in origins):
        raise SettingsError("LAMED_CORS_ORIGINS", "must be * or origins separated by commas")
    return origins if origins and "*" not in origins else ("*",)


def _limits(text: str) -> Limits:
    import json  # costs 11 ms of CPU, and most functions are deployed with the default limits

    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise SettingsError("LAMED_LIMITS", "must be a JSON object")
    names = given.pop("experiments", None)
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise SettingsError("LAMED_LIMITS", "must have a list of names, or null, as experiments")
    for name, value in given.items():
        if name not in Limits.__slots__:
            raise SettingsError("LAMED_LIMITS", "has a key that is not a limit")
        if type(value) is not int or not 1 <= value <= 1_000_000_000:
            raise SettingsError("LAMED_LIMITS", f"must have a whole number from 1 up as {name}")
    return Limits(**given, experiments=None if names is None else frozenset(names))


def _endpoint(url: str, username: str, password: str) -> Endpoint:
    if not url:
        raise SettingsError("LAMED_REDIS_URL", "is missing")
    try:
        endpoint = parse_url(url)
    except ValueError as error:
        raise SettingsError("LAMED_REDIS_URL", str(error)) from None
    endpoint.username = username or endpoint.username
    endpoint.password = password or endpoint.password
    return endpoint
