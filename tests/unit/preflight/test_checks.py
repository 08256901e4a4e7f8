"""What each check makes of what it sees, without any server."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.config import files
from lamed_tui.deploy.template import Template
from lamed_tui.errors import ConfigError, StoreError
from lamed_tui.preflight import config_checks, package_checks, redis_checks
from lamed_tui.preflight.checklist import checklist, checklist_without
from lamed_tui.preflight.schedule import run_all
from lamed_tui.preflight.subject import Subject, World
from lamed_tui.store.server import ServerFacts
from tests.wiring import entry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lamed_tui.preflight.result import Finding

FACTS = ServerFacts(
    software="Redis",
    version="7.4.1",
    redis_version="7.4.1",
    mode="standalone",
    role="master",
    maxmemory_policy="noeviction",
    used_memory=1_000_000,
    maxmemory=100_000_000,
    limits_memory=True,
    connected_clients=10,
    maxclients=10_000,
    tls=False,
)
NAMES = {
    "public.example": ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
    "private.example": ["10.1.2.3"],
    "both.example": ["93.184.215.14", "10.1.2.3"],
    "localhost": ["127.0.0.1", "::1"],
    "carrier.example": ["100.64.0.1"],
    "link.example": ["fe80::1%eth0"],
}
VPC = {"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}


def resolve(name: str) -> Sequence[str]:
    if name in NAMES:
        return NAMES[name]
    if name.replace(".", "").isdigit() or ":" in name:
        return [name]
    raise OSError(f"unknown host {name}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


def subject(path: Path, environment: dict[str, str] | None = None, **config: Any) -> Subject:
    path.write_text(json.dumps(config))
    path.chmod(0o600)
    return Subject(files.load(path), {"AWS_REGION": "eu-central-1", **(environment or {})}, World(resolve=resolve))


def with_facts(path: Path, **facts: Any) -> Subject:
    made = subject(path)
    made.facts = replace(FACTS, **facts)
    return made


def test_a_valid_configuration_says_where_it_came_from(path: Path) -> None:
    assert config_checks.valid(subject(path, name="shop")).detail == str(path)


def test_unknown_keys_are_told_with_what_may_have_been_meant(path: Path) -> None:
    finding = config_checks.valid(subject(path, uuid_expiry_second=5, redis={"hots": "h"}))

    assert finding.state == "warn"
    assert "uuid_expiry_second (did you mean uuid_expiry_seconds?)" in finding.detail
    assert "redis.hots (did you mean redis.host?)" in finding.detail


def test_without_a_file_the_defaults_are_no_secret(path: Path) -> None:
    loaded = files.load(path)

    assert config_checks.valid(Subject(loaded, {})).state == "warn"
    loaded = files.load(path, {"LAMED_REDIS_URL": "redis://h"})
    assert config_checks.valid(Subject(loaded, {})).detail == "Defaults and LAMED_REDIS_URL"


@pytest.mark.parametrize(
    ("redis", "mode", "state"),
    [
        ({"password": "hunter2"}, 0o600, "pass"),
        ({"password": "hunter2"}, 0o640, "warn"),
        ({"password": "hunter2"}, 0o604, "warn"),
        ({"url": "redis://:hunter2@h"}, 0o644, "warn"),
        ({"host": "h"}, 0o644, "pass"),
    ],
)
def test_a_file_with_a_secret_is_for_its_owner_only(path: Path, redis: dict[str, str], mode: int, state: str) -> None:
    checked = subject(path, redis=redis)
    path.chmod(mode)

    finding = config_checks.private(checked)

    assert finding.state == state
    assert "hunter2" not in f"{finding}"
    if state == "warn":
        assert finding.fix == f"chmod 600 {path}"


def test_the_advice_can_be_pasted_whatever_the_file_is_called(tmp_path: Path) -> None:
    path = tmp_path / "my config; rm.json"
    checked = subject(path, redis={"password": "hunter2"})
    path.chmod(0o644)
    assert shlex.split(config_checks.private(checked).fix) == ["chmod", "600", str(path)]


@pytest.mark.parametrize("name", ["redis..example", "x" * 64 + ".example"])
def test_what_is_no_host_name_is_told_as_one_that_nobody_knows(path: Path, name: str) -> None:
    path.write_text(json.dumps({"redis": {"host": name}}))
    made = Subject(files.load(path), {"AWS_REGION": "eu-central-1"})
    with pytest.raises(StoreError, match=r"cannot be resolved\."):
        redis_checks.host(made)
    assert redis_checks.encryption(made).state == "warn"


def test_endpoints_are_listed_and_their_warnings_told(path: Path) -> None:
    assert config_checks.endpoints(subject(path)).detail == "GET /track, GET /experiments, DELETE /delete; 3 functions"
    finding = config_checks.endpoints(subject(path, extra_wiring=[entry("t", Timeout=3)]))
    assert finding.state == "warn"
    assert "extra_wiring.0.lambda overrides" in finding.detail


@pytest.mark.parametrize(
    ("facts", "state", "words"),
    [
        ({}, "pass", "Redis 7.4.1, standalone"),
        ({"software": "Valkey", "version": "9.1.2"}, "pass", "Valkey 9.1.2"),
        ({"redis_version": "6.2.0"}, "pass", ""),
        ({"redis_version": "6.0.20"}, "fail", "too old"),
        ({"redis_version": "5.0.14"}, "fail", "too old"),
        ({"redis_version": "10.0"}, "pass", ""),
        ({"redis_version": None}, "warn", "nothing can be said about its version"),
        ({"mode": "sentinel"}, "fail", "Sentinel"),
        ({"mode": "cluster"}, "fail", "node of a cluster"),
        ({"role": "slave"}, "fail", "replica"),
    ],
)
def test_the_server_must_be_a_primary_that_runs_the_script(
    path: Path, facts: dict[str, Any], state: str, words: str
) -> None:
    finding = redis_checks.server(with_facts(path, **facts))

    assert finding.state == state
    assert words in finding.detail


@pytest.mark.parametrize(
    ("facts", "state", "words"),
    [
        ({}, "pass", "noeviction"),
        ({"maxmemory_policy": "allkeys-lru"}, "fail", "would delete counters"),
        ({"maxmemory_policy": "volatile-lru"}, "warn", "count them twice"),
        ({"maxmemory_policy": "volatile-ttl"}, "warn", "count them twice"),
        ({"maxmemory_policy": "allkeys-lru", "limits_memory": False, "maxmemory": None}, "warn", "nothing is evicted"),
        ({"maxmemory_policy": None}, "warn", "does not tell"),
    ],
)
def test_eviction_is_judged_by_what_would_be_lost(path: Path, facts: dict[str, Any], state: str, words: str) -> None:
    finding = redis_checks.eviction(with_facts(path, **facts))

    assert finding.state == state
    assert words in finding.detail
    assert "noeviction" in finding.detail + finding.fix


@pytest.mark.parametrize(
    ("facts", "state", "detail"),
    [
        ({"used_memory": 74_000_000}, "pass", "70.6 MB of 95.4 MB used (74%)."),
        ({"used_memory": 76_000_000}, "warn", "72.5 MB of 95.4 MB used (76%)."),
        ({"used_memory": 96_000_000}, "fail", "91.6 MB of 95.4 MB used (96%)."),
        ({"maxmemory": None, "limits_memory": False}, "pass", "976.6 KB used, without a limit."),
        ({"maxmemory": None, "limits_memory": None}, "warn", "976.6 KB used; the server does not tell its limit."),
        ({"used_memory": None}, "warn", "The server does not tell how much memory it uses."),
        ({"used_memory": 3 * 2**30, "maxmemory": 2**42}, "pass", "3.0 GB of 4096.0 GB used (0%)."),
    ],
)
def test_memory_needs_headroom(path: Path, facts: dict[str, Any], state: str, detail: str) -> None:
    finding = redis_checks.memory(with_facts(path, **facts))

    assert (finding.state, finding.detail) == (state, detail)


@pytest.mark.parametrize(
    ("facts", "containers", "state"),
    [({}, 1000, "pass"), ({"maxclients": 30}, 1000, "warn"), ({"maxclients": None}, 1000, "warn"), ({}, 9990, "pass")],
)
def test_connections_must_suffice_for_every_container(
    path: Path, facts: dict[str, Any], containers: int, state: str
) -> None:
    made = with_facts(path, **facts)
    made.concurrency = containers

    assert redis_checks.connections(made).state == state


HOSTS: list[tuple[dict[str, Any], str, str]] = [
    ({"redis": {"host": "public.example"}}, "pass", "has a public address"),
    ({"redis": {"host": "93.184.215.14"}}, "pass", "has a public address"),
    ({"redis": {"host": "2606:2800:21f:cb07:6820:80da:af6b:8b2c"}}, "pass", "has a public address"),
    ({"redis": {"host": "private.example"}}, "fail", "has a private address (10.1.2.3)"),
    ({"redis": {"host": "both.example"}}, "fail", "has a private address (10.1.2.3)"),
    ({"redis": {"host": "192.168.1.1"}}, "fail", "private"),
    ({"redis": {"host": "carrier.example"}}, "fail", "private"),
    ({"redis": {"host": "link.example"}}, "fail", "private"),
    ({"redis": {"host": "fd00::1"}}, "fail", "private"),
    ({"redis": {"host": "localhost"}}, "fail", "is this computer"),
    ({"redis": {"host": "::1"}}, "fail", "is this computer"),
    ({"redis": {"unix_socket_path": "/run/redis.sock"}}, "fail", "cannot open the socket /run/redis.sock"),
    ({"redis": {"host": "private.example"}, "vpc": VPC}, "pass", "the functions join the VPC"),
    ({"redis": {"host": "public.example"}, "vpc": VPC}, "warn", "NAT gateway"),
    ({"redis": {"host": "localhost"}, "vpc": VPC}, "fail", "is this computer"),
]


@pytest.mark.parametrize(("config", "state", "words"), HOSTS)
def test_lambda_reaches_public_addresses_and_its_own_vpc(
    path: Path, config: dict[str, Any], state: str, words: str
) -> None:
    finding = redis_checks.host(subject(path, **config))

    assert finding.state == state
    assert words in finding.detail


@pytest.mark.parametrize("region", [{}, {"AWS_REGION": ""}])
@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:4566", "http://localhost:4566", "http://[::1]:4566"])
def test_with_an_emulator_on_this_computer_localhost_is_fine(path: Path, endpoint: str, region: dict[str, str]) -> None:
    finding = redis_checks.host(subject(path, {"AWS_ENDPOINT_URL": endpoint, **region}, redis={"host": "localhost"}))

    assert finding.state == "pass"
    assert endpoint in finding.detail


def test_an_emulator_elsewhere_does_not_reach_localhost(path: Path) -> None:
    finding = redis_checks.host(
        subject(path, {"AWS_ENDPOINT_URL": "https://aws.public.example"}, redis={"host": "localhost"})
    )

    assert finding.state == "fail"


def test_an_unknown_host_name_is_named(path: Path) -> None:
    checks = [
        check for check in checklist(subject(path, redis={"host": "nowhere.example"})) if check.id == "redis.host"
    ]

    (result,) = run_all(checks)

    assert result.state == "fail"
    assert "nowhere.example" in result.detail


@pytest.mark.parametrize(
    ("redis", "state"),
    [
        ({"host": "public.example", "ssl": True}, "pass"),
        ({"host": "public.example", "ssl": True, "ssl_cert_reqs": "none"}, "warn"),
        ({"host": "public.example"}, "warn"),
        ({"host": "nowhere.example"}, "warn"),
        ({"host": "private.example"}, "pass"),
        ({"host": "localhost"}, "pass"),
        ({"unix_socket_path": "/run/redis.sock"}, "pass"),
    ],
)
def test_what_leaves_the_own_network_is_encrypted(path: Path, redis: dict[str, Any], state: str) -> None:
    assert redis_checks.encryption(subject(path, redis=redis)).state == state


def test_the_package_holds_every_handler(path: Path) -> None:
    made = subject(path)

    finding = package_checks.builds(made)

    assert finding.state == "pass"
    assert made.package.sha256[:12] in finding.detail


def test_a_package_without_its_handlers_is_refused(path: Path) -> None:
    from lamed_tui.deploy.package import pack

    made = subject(path)
    made.package = pack({"other/__init__.py": b""})

    assert package_checks.builds(made).detail == "The package lacks lamed."


def test_the_template_of_a_configuration_is_sound(path: Path) -> None:
    finding = package_checks.template_valid(subject(path, redis={"host": "h", "password": "hunter2"}))

    assert finding.state == "pass"
    assert "hunter2" not in finding.detail


def test_the_template_is_that_of_a_password_in_a_secret(path: Path) -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-1a2b3c"
    plain = package_checks.template_valid(subject(path, redis={"host": "h"}))
    secret = package_checks.template_valid(
        subject(path, redis={"host": "h", "password": "hunter2"}, redis_secret={"arn": arn})
    )

    longer, size = (int(finding.detail.split()[2]) for finding in (secret, plain))
    assert longer - size >= 3 * len(arn)
    with pytest.raises(ConfigError, match="4096"):  # what the reference adds to the environment counts
        package_checks.template_valid(
            subject(path, limits={"experiments": ["e" * 123 + f"{n:02}" for n in range(30)]}, redis_secret={"arn": arn})
        )


def test_what_the_functions_cannot_follow_is_told(path: Path) -> None:
    finding = package_checks.template_valid(subject(path, redis={"host": "h", "ssl": True, "ssl_ca_certs": "/ca.pem"}))

    assert finding.state == "warn"
    assert "ssl_ca_certs" in finding.detail


def test_a_template_beyond_the_limits_is_refused(path: Path) -> None:
    routes = [entry(f"p{number}", f"lamed-extra-{number}") for number in range(60)]

    finding = package_checks.template_valid(subject(path, extra_wiring=routes))

    assert finding.state == "fail"
    assert "resources, and CloudFormation takes 500" in finding.detail
    assert list(package_checks.problems_of({"Resources": {}}, 1_000_001)) == [
        "it is 1000001 bytes, and CloudFormation takes 1000000"
    ]


def test_a_template_that_is_too_long_to_be_sent_along_passes_because_it_is_uploaded(path: Path) -> None:
    routes = [entry(f"p{number}") for number in range(60)]

    finding = package_checks.template_valid(subject(path, extra_wiring=routes))

    assert finding.state == "pass"
    assert int(finding.detail.split()[2]) > 51_200


def test_settings_too_large_for_lambda_are_refused(path: Path) -> None:
    with pytest.raises(ConfigError, match="4096"):
        package_checks.template_valid(subject(path, limits={"experiments": ["e" * 100 + str(n) for n in range(50)]}))


def test_references_to_nothing_are_found() -> None:
    body = {
        "Parameters": {"Known": {}},
        "Resources": {
            "A": {"DependsOn": ["B", "GoneA"], "Properties": {"X": {"Ref": "Known"}, "Y": {"Ref": "AWS::Region"}}},
            "B": {"DependsOn": "GoneB", "Properties": {"X": [{"Fn::GetAtt": ["GoneC", "Arn"]}, {"Ref": "A"}]}},
        },
        "Outputs": {"O": {"Value": {"Ref": "GoneD"}}},
    }

    text = Template(body, {}, takes_password=False).text()

    assert list(package_checks.problems_of(body, len(text))) == [
        f"it refers to Gone{letter}, which is not there" for letter in "ABCD"
    ]


def test_an_invalid_configuration_fails_once_and_everything_else_is_skipped(path: Path) -> None:
    path.write_text('{"redis": {"port": 0}}')
    with pytest.raises(ConfigError) as caught:
        files.load(path)

    first, *rest = run_all(checklist_without(caught.value))

    assert (first.id, first.state) == ("config.valid", "fail")
    assert "redis.port" in first.detail
    assert {result.detail for result in rest} == {"Skipped: the configuration is not valid."}
    valid = checklist(Subject(files.load(path.with_name("missing.json")), os.environ))
    assert [check.id for check in valid] == ["config.valid", *(result.id for result in rest)]


def test_every_finding_that_is_not_a_pass_says_what_to_do(path: Path) -> None:
    findings: list[Finding] = [
        redis_checks.host(subject(path, **config)) for config, state, _ in HOSTS if state != "pass"
    ]

    assert all(finding.fix for finding in findings)
