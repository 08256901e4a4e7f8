"""Configurations and templates for the tests, made as a person would write them."""

from __future__ import annotations

from typing import Any

from lamed_tui.config.model import Config
from lamed_tui.deploy import template, wiring
from lamed_tui.deploy.template_functions import Code

PASSWORD = "s3cr3t-of-the-store"
SHA256 = "ab" * 32
CODE = Code("lamed-artefacts-123456789012-eu-central-1", f"packages/{SHA256}.zip", SHA256)


def config(**values: Any) -> Config:
    return Config.model_validate(values)


def rendered(
    settings: Config | None = None,
    *,
    code: Code = CODE,
    secret_revision: str | None = None,
    runtime: str = "python3.13",
) -> template.Template:
    chosen = settings or config()
    return template.render(chosen, wiring.resolve(chosen), code, secret_revision=secret_revision, runtime=runtime)


def resources_of(made: template.Template, resource_type: str) -> dict[str, Any]:
    """Logical id to properties, for every resource of one type."""
    return {
        logical_id: resource["Properties"]
        for logical_id, resource in made.body["Resources"].items()
        if resource["Type"] == f"AWS::{resource_type}"
    }
