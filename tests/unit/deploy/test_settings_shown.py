"""No setting is forgotten: each changes the template, or stands in the list of those that belong elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel

from lamed_tui.config.model import Config
from tests.unit.deploy.configs import config, rendered
from tests.wiring import entry

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_THE_TEMPLATE: dict[str, Any] = {
    "name": "shop",
    "namespace": "other",
    "uuid_expiry_seconds": 60,
    "cors_origins": ["https://a.example"],
    "extra_wiring": [entry("visits")],
    "access_logs": True,
    "vpc": {"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]},
    "redis.host": "store.example",
    "redis.port": 6380,
    "redis.db": 2,
    "redis.username": "ann",
    "redis.ssl": True,
    "redis.unix_socket_path": "/run/redis.sock",
    "redis.cluster": True,
    "redis.socket_timeout": 1.5,
    "limits.max_namespaces": 5,
    "limits.max_experiments": 5,
    "limits.max_counters": 5,
    "limits.name_bytes": 5,
    "limits.namespace_bytes": 50,
    "limits.uuid_bytes": 50,
    "limits.experiments": ["button"],
    "functions.memory_size": 512,
    "functions.architecture": "x86_64",
    "functions.runtime": "python3.12",
    "functions.reserved_concurrency": 5,
    "functions.log_retention_days": 7,
    "throttling.rate": 5,
    "throttling.burst": 5,
    "throttling.key_rate": 5,
    "throttling.key_burst": 5,
}
WITH_TLS = {"redis.ssl_cert_reqs": "none"}
"""In the template too, where TLS is on."""
BESIDE_THE_TEMPLATE = {
    "redis.url": "replaces the others",
    "redis.password": "a parameter that nobody can read",
    "redis_secret": "a reference that CloudFormation resolves",
    "redis.ssl_ca_certs": "a file of this computer",
    "redis.socket_connect_timeout": "of this computer's connections",
    "tags": "given to CloudFormation with the stack",
    "aws": "who deploys, and where",
    "watch": "of the console",
    "console": "of the console",
    "experiments": "of the console",
}


def leaves(section: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in section.model_fields.items():
        inner = field.annotation
        if f"{prefix}{name}" in BESIDE_THE_TEMPLATE or not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            yield f"{prefix}{name}"
        else:
            yield from leaves(inner, f"{prefix}{name}.")


def with_value(path: str, value: Any, **more: Any) -> Config:
    section, _, key = path.rpartition(".")
    return config(**({section: {key: value, **more}} if section else {key: value, **more}))


def test_every_setting_is_in_one_of_the_lists() -> None:
    assert sorted(leaves(Config)) == sorted([*IN_THE_TEMPLATE, *WITH_TLS, *BESIDE_THE_TEMPLATE])


@pytest.mark.parametrize("path", IN_THE_TEMPLATE)
def test_a_setting_of_the_deployment_changes_the_template(path: str) -> None:
    assert rendered(with_value(path, IN_THE_TEMPLATE[path])).text() != rendered().text()


def test_whether_certificates_are_verified_is_in_the_template_where_tls_is_on() -> None:
    verified, not_verified = with_value("redis.ssl", value=True), with_value("redis.ssl_cert_reqs", "none", ssl=True)
    assert rendered(verified).text() != rendered(not_verified).text()
