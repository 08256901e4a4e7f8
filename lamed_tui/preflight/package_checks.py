"""Would what is deployed be accepted? Nothing here needs a network."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lamed_tui.deploy import artefacts, environment, secret, template
from lamed_tui.deploy.template_functions import Code
from lamed_tui.preflight.result import failed, passed, warned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lamed_tui.preflight.result import Finding
    from lamed_tui.preflight.subject import Subject

MAX_TEMPLATE_BYTES = 1_000_000
MAX_RESOURCES = 500
"""Source of both: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html

The size is that of an uploaded template: the deployment uploads what is too long to be sent along.
"""

MAX_PACKAGE_BYTES = 50 * 1024 * 1024
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

_ANY_ACCOUNT = "0" * 12
_ANY_VERSION = str(UUID(int=0))


def builds(subject: Subject) -> Finding:
    """The handler package can be packed, and holds every handler's module."""
    package = subject.package
    if len(package.content) > MAX_PACKAGE_BYTES:
        return failed(
            f"The package is {len(package.content)} bytes; Lambda takes {MAX_PACKAGE_BYTES}.", "Reinstall lamed-tui."
        )
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        modules = {name.removesuffix("/__init__.py").removesuffix(".py") for name in archive.namelist()}
    missing = {function.handler.rpartition(".")[0] for function in subject.wiring.functions} - modules
    if missing:
        return failed(f"The package lacks {', '.join(sorted(missing))}.", "Reinstall lamed-tui.")
    return passed(f"{len(package.content)} bytes, sha256 {package.sha256[:12]}…")


def template_valid(subject: Subject) -> Finding:
    """The template is within CloudFormation's limits and refers to nothing that is not there."""
    package = subject.package
    rendered = template.render(
        subject.config,
        subject.wiring,
        # Account, revision and version are stand-ins of the right length: this must work without credentials.
        Code(artefacts.bucket_name(_ANY_ACCOUNT, "eu-central-1"), artefacts.package_key(package), package.sha256),
        secret_revision="0" * 32 if secret.password_parameter(subject.config) else None,
        runtime=template.runtime(),
        secret_reference=secret.pinned(subject.config.redis_secret, _ANY_VERSION)
        if subject.config.redis_secret
        else None,
    )
    size, count = len(rendered.text().encode()), len(rendered.body["Resources"])
    problems = list(problems_of(rendered.body, size))
    if problems:
        return failed(f"The template cannot be deployed: {'; '.join(problems)}.", "Shorten extra_wiring.")
    if told := list(environment.warnings(subject.config)):
        return warned(" ".join(told))
    return passed(f"{count} resources, {size} bytes")


def problems_of(body: Mapping[str, Any], size: int) -> Iterator[str]:
    """What CloudFormation would refuse in a template, as far as the document alone tells."""
    resources, parameters = body["Resources"], body.get("Parameters", {})
    if size > MAX_TEMPLATE_BYTES:
        yield f"it is {size} bytes, and CloudFormation takes {MAX_TEMPLATE_BYTES}"
    if len(resources) > MAX_RESOURCES:
        yield f"it has {len(resources)} resources, and CloudFormation takes {MAX_RESOURCES}"
    for name in sorted(set(_references({"Resources": resources, "Outputs": body.get("Outputs", {})}))):
        if name not in resources and name not in parameters and not name.startswith("AWS::"):
            yield f"it refers to {name}, which is not there"


def _references(value: Any) -> Iterator[str]:
    """The names that Ref, Fn::GetAtt and DependsOn lead to."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            match key, inner:
                case "Ref", str():
                    yield inner
                case "Fn::GetAtt", [str() as name, *_]:
                    yield name
                case "DependsOn", str():
                    yield inner
                case "DependsOn", list():
                    yield from inner
                case _:
                    yield from _references(inner)
