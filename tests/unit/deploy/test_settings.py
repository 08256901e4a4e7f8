"""Every setting of the deployment is in the template, and what is not valid is refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.stub import Stubber
from pydantic import ValidationError

from lamed_tui.aws.session import connect
from lamed_tui.config.model import AwsSettings, Config, SecretSettings
from lamed_tui.deploy import secret, template, wiring
from lamed_tui.errors import ConfigError
from tests.unit.deploy.configs import CODE, PASSWORD, config, rendered, resources_of
from tests.unit.deploy.stubs import NOON, aws_for_stubs
from tests.wiring import entry

SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-1a2b3c"


def functions(made: template.Template) -> list[dict[str, Any]]:
    return list(resources_of(made, "Lambda::Function").values())


def test_processor_runtime_memory_and_concurrency_are_those_of_the_settings() -> None:
    chosen = {"architecture": "x86_64", "runtime": "python3.12", "memory_size": 512, "reserved_concurrency": 7}
    for function in functions(rendered(config(functions=chosen))):
        assert function["Architectures"] == ["x86_64"]
        assert (function["Runtime"], function["MemorySize"]) == ("python3.12", 512)
        assert function["ReservedConcurrentExecutions"] == 7
    for function in functions(rendered()):
        assert "ReservedConcurrentExecutions" not in function


def test_the_memory_of_one_function_is_still_set_by_its_own_entry() -> None:
    own = [entry("visits", "mine", MemorySize=128), entry("more", "others")]
    made = resources_of(rendered(config(functions={"memory_size": 512}, extra_wiring=own)), "Lambda::Function")
    sizes = {name: function["MemorySize"] for name, function in made.items()}
    assert (sizes["MineFunction"], sizes["OthersFunction"], sizes["TrackFunction"]) == (128, 512, 512)


def test_reserved_concurrency_publishes_no_new_version() -> None:
    plain, reserved = rendered(), rendered(config(functions={"reserved_concurrency": 7}))
    assert resources_of(plain, "Lambda::Version").keys() == resources_of(reserved, "Lambda::Version").keys()
    other = rendered(config(functions={"architecture": "x86_64"}))
    assert not resources_of(plain, "Lambda::Version").keys() & resources_of(other, "Lambda::Version").keys()


def test_throttling_is_set_for_everybody_and_for_the_key() -> None:
    made = rendered(config(throttling={"rate": 5, "burst": 6, "key_rate": 7, "key_burst": 8}))
    (method,) = resources_of(made, "ApiGateway::Stage")["Stage"]["MethodSettings"]
    assert (method["ThrottlingRateLimit"], method["ThrottlingBurstLimit"]) == (5, 6)
    assert resources_of(made, "ApiGateway::UsagePlan")["UsagePlan"]["Throttle"] == {"RateLimit": 7, "BurstLimit": 8}


def test_access_logs_are_opt_in_and_hold_nothing_that_identifies_a_visitor() -> None:
    assert "AccessLogSetting" not in resources_of(rendered(), "ApiGateway::Stage")["Stage"]
    made = rendered(config(name="shop", access_logs=True, functions={"log_retention_days": 7}))
    logged = resources_of(made, "ApiGateway::Stage")["Stage"]["AccessLogSetting"]
    assert logged["DestinationArn"] == {"Fn::GetAtt": ["AccessLogGroup", "Arn"]}
    group = resources_of(made, "Logs::LogGroup")["AccessLogGroup"]
    assert group == {"LogGroupName": "/lamed/shop/access", "RetentionInDays": 7}
    assert not any(word in json.dumps(logged) for word in ("identity", "querystring", "Ip"))


def test_the_vpc_and_only_the_vpc_brings_network_rights() -> None:
    made = rendered(config(vpc={"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}))
    assert all(
        function["VpcConfig"] == {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
        for function in functions(made)
    )
    assert "ec2:CreateNetworkInterface" in made.text()
    assert "ec2:" not in rendered().text()


def test_a_password_in_secrets_manager_is_pinned_to_the_version_that_is_current() -> None:
    aws = aws_for_stubs()
    with Stubber(aws.secrets) as stub:
        versions = {"v1" * 16: ["AWSPREVIOUS"], "v2" * 16: ["AWSCURRENT"]}
        stub.add_response("describe_secret", {"ARN": SECRET, "VersionIdsToStages": versions}, {"SecretId": SECRET})
        reference = secret.reference(aws, SecretSettings(arn=SECRET, key="password"))
    assert reference == f"{{{{resolve:secretsmanager:{SECRET}:SecretString:password::{'v2' * 16}}}}}"
    chosen = config(redis={"host": "h", "password": PASSWORD}, redis_secret={"arn": SECRET})
    made = template.render(
        chosen, wiring.resolve(chosen), CODE, secret_revision=None, runtime="python3.13", secret_reference=reference
    )
    for function in functions(made):
        assert function["Environment"]["Variables"]["LAMED_REDIS_PASSWORD"] == reference
    assert not made.takes_password
    assert PASSWORD not in made.text()
    rotated = template.render(
        chosen, wiring.resolve(chosen), CODE, secret_revision=None, runtime="python3.13", secret_reference="another"
    )
    assert not resources_of(made, "Lambda::Version").keys() & resources_of(rotated, "Lambda::Version").keys()


@pytest.mark.parametrize("missing", [True, False])
def test_a_secret_that_is_not_there_or_empty_is_refused_by_name(*, missing: bool) -> None:
    aws = aws_for_stubs()
    with Stubber(aws.secrets) as stub:
        if missing:
            stub.add_client_error("describe_secret", "ResourceNotFoundException")
        else:
            stub.add_response("describe_secret", {"ARN": SECRET})
        with pytest.raises(ConfigError, match=r"^redis_secret\.arn: "):
            secret.reference(aws, SecretSettings(arn=SECRET))


def test_an_assumed_role_signs_with_its_own_credentials() -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIABASE", "AWS_SECRET_ACCESS_KEY": "secret"}
    role = "arn:aws:iam::123456789012:role/deployer"
    aws = connect(AwsSettings(region="eu-central-1", role_arn=role, external_id="shop"), keys)
    base: Any = aws._session._session.get_component("credential_provider").providers[0]
    sts = base.load()._refresh_using.__closure__
    client = next(cell.cell_contents for cell in sts if callable(cell.cell_contents))()
    with Stubber(client) as stub:
        stub.add_response(
            "assume_role",
            {
                "Credentials": {
                    "AccessKeyId": "ASIAASSUMEDROLE1",
                    "SecretAccessKey": "s",
                    "SessionToken": "t",
                    "Expiration": NOON.replace(year=2099),
                }
            },
            {"RoleArn": role, "RoleSessionName": "lamed", "ExternalId": "shop"},
        )
        found: Any = aws._session.get_credentials()
        assert found.get_frozen_credentials().access_key == "ASIAASSUMEDROLE1"


@pytest.mark.parametrize(
    "values",
    [
        {"functions": {"architecture": "mips"}},
        {"functions": {"runtime": "python2.7"}},
        {"functions": {"memory_size": 64}},
        {"functions": {"reserved_concurrency": 0}},
        {"functions": {"log_retention_days": 2}},
        {"throttling": {"rate": 0}},
        {"tags": {"aws:mine": "x"}},
        {"tags": {"lamed:release": "9"}},
        {"tags": {"": "x"}},
        {"redis_secret": {"arn": "redis"}},
        {"aws": {"role_arn": "deployer"}},
        {"access_logs": "perhaps"},
        {"vpc": {"subnet_ids": [], "security_group_ids": ["sg-1"]}},
    ],
)
def test_what_aws_would_refuse_is_refused_at_once(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Config.model_validate(values)
