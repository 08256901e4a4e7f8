"""The whole backend as one CloudFormation template. Pure: configuration and code location in, a document out.

Routes are resources of their own, not an OpenAPI body, so that a plan shows each of them. Nothing in the document is
secret: the Redis password is a parameter that CloudFormation masks, and its `SecretRevision` is a random word.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamed_tui.deploy import environment, secret, template_api, template_functions
from lamed_tui.deploy.template_functions import PASSWORD, SECRET_REVISION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.config.model import Config
    from lamed_tui.deploy.template_functions import Code, Resources
    from lamed_tui.deploy.wiring import Wiring

RUNTIMES = ("python3.11", "python3.12", "python3.13", "python3.14")
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"""
DEFAULT_RUNTIME = "python3.13"

BASE_URL = "BaseUrl"
API_ID = "ApiId"
API_KEY_ID = "ApiKeyId"
ENDPOINTS = "LamedEndpoints"
LEGACY_UNTIL = "LamedLegacyUntil"


@dataclass(frozen=True)
class Template:
    """A document and the parameters that go with it, except for the secret one.

    Attributes:
        body: the document.
        parameters: values that may be shown and recorded.
        takes_password: whether the parameter `RedisPassword` must be given too.
    """

    body: Mapping[str, Any]
    parameters: Mapping[str, str]
    takes_password: bool

    def text(self) -> str:
        """The document as it is sent: equal documents give equal text."""
        return json.dumps(self.body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def runtime(version: tuple[int, int] | None = None) -> str:
    """Lambda's runtime for a Python version (this one's when none is given), or the default where it has none."""
    major, minor = version or sys.version_info[:2]
    name = f"python{major}.{minor}"
    return name if name in RUNTIMES else DEFAULT_RUNTIME


def runtime_of(config: Config) -> str:
    """Lambda's name of the Python that runs the functions of a configuration."""
    return config.functions.runtime or runtime()


def render(
    config: Config,
    wiring: Wiring,
    code: Code,
    *,
    secret_revision: str | None,
    runtime: str,
    legacy_until: int | None = None,
    secret_reference: str | None = None,
) -> Template:
    """The template for a configuration.

    Args:
        config: the settings; of their password only the length counts.
        wiring: the functions and routes.
        code: where the package lies.
        secret_revision: a word that changes when the password changes; None when there is no password.
        runtime: Lambda's name of the Python to run unless the configuration chooses one.
        legacy_until: the epoch second until which 0.4.3's own flags are honoured; None when they never were.
        secret_reference: where CloudFormation finds the password in Secrets Manager; None when it is no secret there.

    Raises:
        ConfigError: the functions' settings do not fit into a Lambda environment.
    """
    variables = environment.variables(config, legacy_until)
    if secret_reference is not None:
        variables[environment.PASSWORD_VARIABLE] = secret_reference
    password = secret.password_parameter(config)
    environment.check_size(variables, password.get_secret_value() if password else None)
    runtime = config.functions.runtime or runtime
    resources: Resources = {template_functions.ROLE: template_functions.role(config)}
    for function in wiring.functions:
        resources |= template_functions.function_resources(config, function, code, runtime, variables, secret_revision)
    aliases = {function.name: template_functions.alias_id(function) for function in wiring.functions}
    resources |= template_api.api_resources(config, wiring.endpoints, aliases)
    body: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"lamed: A/B-testing backend {config.name}",
        # What `lamed status` shows is read from here: what is deployed, not what the configuration says by now.
        "Metadata": {
            ENDPOINTS: [
                {
                    "path": f"/{endpoint.path}",
                    "method": endpoint.method,
                    "function": endpoint.function,
                    "handler": endpoint.handler,
                    "api_key_required": endpoint.api_key_required,
                }
                for endpoint in wiring.endpoints
            ],
            **({} if legacy_until is None else {LEGACY_UNTIL: legacy_until}),
        },
        "Resources": resources,
        "Outputs": _outputs(),
    }
    parameters: dict[str, str] = {}
    if secret_revision is not None:
        body["Parameters"] = {
            PASSWORD: {"Type": "String", "NoEcho": True, "Description": "Password of the Redis user"},
            SECRET_REVISION: {"Type": "String", "Description": "Random; changes when the password changes"},
        }
        parameters[SECRET_REVISION] = secret_revision
    return Template(body, parameters, takes_password=secret_revision is not None)


def _outputs() -> dict[str, Any]:
    url = f"https://${{{template_api.API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{template_api.STAGE_NAME}"
    return {
        BASE_URL: {"Description": "Where the API answers", "Value": {"Fn::Sub": url}},
        API_ID: {"Description": "The API's id", "Value": {"Ref": template_api.API}},
        API_KEY_ID: {
            "Description": "The API key's id; its value is never here",
            "Value": {"Ref": template_api.API_KEY},
        },
    }
