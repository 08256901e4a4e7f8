"""Which functions and routes there are: the built-in wiring and `extra_wiring`, resolved. Pure.

The shape of an entry is 0.4.3's, and so is the rule that the last entry naming a function decides its settings; here
that is said, and what 0.4.3 let break silently (two routes in one place, a function with two handlers) is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lamed_tui.config.model import FunctionSettings, WiringEntry
from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

    from lamed_tui.config.model import Config

TRACK, ALL, EXPERIMENT, DELETE = "lamed.track", "lamed.all", "lamed.experiment", "lamed.delete"
HANDLERS = (TRACK, ALL, EXPERIMENT, DELETE)
"""The functions of the handler package that a route may run."""

ACCESS_LOGS = "access"
"""What stands in a function's place in the names of the access logs."""

DEFAULT_MEMORY_MB: int = FunctionSettings().memory_size
DEFAULT_TIMEOUT_SECONDS = 10
_LEGACY_PREFIX = "lamed-"
_MAX_FUNCTION_NAME = 64
_FIX = "Correct it with lamed configure --edit."


def _entry(function: str, handler: str, timeout: int, path: str, method: str, *, key: bool, query: str) -> WiringEntry:
    parameters = {f"method.request.querystring.{name}": False for name in query.split()}
    return WiringEntry.model_validate(
        {
            "lambda": {
                "FunctionName": function,
                "Handler": handler,
                "MemorySize": DEFAULT_MEMORY_MB,
                "Timeout": timeout,
            },
            "api_gateway": {
                "pathPart": path,
                "method": {"httpMethod": method, "apiKeyRequired": key, "requestParameters": parameters},
            },
        }
    )


BUILT_IN = (
    _entry("lamed-track", TRACK, 10, "track", "GET", key=False, query="namespace experiment variant event uuid"),
    _entry("lamed-all-experiments", ALL, 29, "experiments", "GET", key=True, query="namespace scope"),
    _entry("lamed-delete-experiment", DELETE, 29, "delete", "DELETE", key=True, query="namespace experiment"),
)
"""0.4.3's wiring; timeouts stay within API Gateway's 29 seconds."""


@dataclass(frozen=True)
class FunctionSpec:
    """One Lambda function.

    Attributes:
        name: its name in AWS.
        role: what is left of the name without the configuration's prefix, such as `track`.
        handler: the function of the handler package it runs.
        memory_size: in MB.
        timeout: in seconds.
    """

    name: str
    role: str
    handler: str
    memory_size: int
    timeout: int


@dataclass(frozen=True)
class Endpoint:
    """One route: a path segment (without slash), a method, and the AWS name of the function behind it."""

    path: str
    method: str
    function: str
    handler: str
    api_key_required: bool
    request_parameters: Mapping[str, bool]


@dataclass(frozen=True)
class Wiring:
    """Everything that is to be deployed, in the order of the entries, and what a person should know about it."""

    functions: tuple[FunctionSpec, ...]
    endpoints: tuple[Endpoint, ...]
    warnings: tuple[str, ...] = ()


def resolve(config: Config) -> Wiring:
    """The functions and routes that a configuration asks for.

    Raises:
        ConfigError: an entry of `extra_wiring` cannot be deployed; its index and field are named.
    """
    functions: dict[str, FunctionSpec] = {}
    endpoints: dict[tuple[str, str], Endpoint] = {}
    origins: dict[tuple[str, str], str] = {}
    warnings: list[str] = []
    entries = [(f"the built-in route {entry.route.path_part}", entry) for entry in BUILT_IN]
    entries += [(f"extra_wiring.{index}", entry) for index, entry in enumerate(config.extra_wiring)]
    for where, entry in entries:
        warnings += _unused_keys(where, entry)
        function = _function(where, entry, config, functions, warnings)
        functions[function.name] = function
        endpoint = _endpoint(entry, function)
        place = (endpoint.path, endpoint.method)
        if place in endpoints:
            raise ConfigError(
                f"{where}.api_gateway: {endpoint.method} /{endpoint.path} is already taken by {origins[place]}.", _FIX
            )
        endpoints[place], origins[place] = endpoint, where
        if not endpoint.api_key_required and endpoint.handler != TRACK:
            deed = "delete experiments" if endpoint.handler == DELETE else "read every result"
            warnings.append(
                f"{where}.api_gateway.method.apiKeyRequired is false: anyone who finds /{endpoint.path} can {deed}."
            )
    return Wiring(tuple(functions.values()), tuple(endpoints.values()), tuple(warnings))


def function_role(name: str) -> str:
    """What a wiring entry's FunctionName stands for once 0.4.3's prefix is gone: `lamed-track` is `track`."""
    return name.removeprefix(_LEGACY_PREFIX) or name


def _function(
    where: str, entry: WiringEntry, config: Config, known: Mapping[str, FunctionSpec], warnings: list[str]
) -> FunctionSpec:
    wanted = entry.function
    if wanted.handler not in HANDLERS:
        raise ConfigError(
            f"{where}.lambda.Handler: {wanted.handler} is not a handler; it must be one of {', '.join(HANDLERS)}.", _FIX
        )
    role = function_role(wanted.function_name)
    name = f"{config.name}-{role}"
    if len(name) > _MAX_FUNCTION_NAME:
        raise ConfigError(
            f"{where}.lambda.FunctionName: becomes {name}, which has {len(name)} characters; "
            f"AWS allows {_MAX_FUNCTION_NAME}.",
            _FIX,
        )
    if config.access_logs and role == ACCESS_LOGS:
        raise ConfigError(
            f"{where}.lambda.FunctionName: {ACCESS_LOGS} is what the log of access_logs is called.",
            "Give the entry another FunctionName, or set access_logs to false.",
        )
    before = known.get(name)
    default = config.functions.memory_size
    if before is None:
        return FunctionSpec(
            name,
            role,
            wanted.handler,
            default if entry in BUILT_IN else wanted.memory_size or default,
            wanted.timeout or DEFAULT_TIMEOUT_SECONDS,
        )
    if before.handler != wanted.handler:
        raise ConfigError(
            f"{where}.lambda.Handler: {wanted.function_name} already runs {before.handler}, and a function has one "
            f"handler, so it cannot run {wanted.handler} too.",
            "Give the entry a FunctionName of its own.",
        )
    function = replace(
        before,
        memory_size=wanted.memory_size or before.memory_size,
        timeout=wanted.timeout or before.timeout,
    )
    changes = [
        f"{label} {new} instead of {old}"
        for label, new, old in (
            ("MemorySize", function.memory_size, before.memory_size),
            ("Timeout", function.timeout, before.timeout),
        )
        if new != old
    ]
    if changes:
        warnings.append(f"{where}.lambda overrides the settings of {name} for all its routes: {', '.join(changes)}.")
    return function


def _endpoint(entry: WiringEntry, function: FunctionSpec) -> Endpoint:
    method = entry.route.method
    return Endpoint(
        entry.route.path_part,
        method.http_method,
        function.name,
        function.handler,
        method.api_key_required,
        dict(method.request_parameters),
    )


def _unused_keys(where: str, entry: WiringEntry) -> Iterator[str]:
    sections: tuple[tuple[str, BaseModel], ...] = (
        ("", entry),
        (".lambda", entry.function),
        (".api_gateway", entry.route),
        (".api_gateway.method", entry.route.method),
    )
    for suffix, section in sections:
        extra: dict[str, Any] = section.model_extra or {}
        for key in extra:
            yield f"{where}{suffix}.{key} is not used by this version and is ignored."
