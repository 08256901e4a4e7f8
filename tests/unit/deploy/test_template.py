"""The CloudFormation template, by structure: what is in it, what is not, and what cfn-lint says of it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lamed_tui.config.model import Config
from lamed_tui.deploy import template, wiring
from tests.unit.deploy.configs import CODE, PASSWORD, SHA256, config, rendered, resources_of
from tests.wiring import entry

EVERYTHING = {
    "name": "Shop-2",
    "redis": {"url": f"rediss://ann:{PASSWORD}@store.example:6380/2"},
    "cors_origins": ["https://a.example", "https://b.example"],
    "limits": {"experiments": ["Button", "café: 100%"]},
    "vpc": {"subnet_ids": ["subnet-0a1b2c3d", "subnet-0a1b2c3e"], "security_group_ids": ["sg-0a1b2c3d"]},
    "extra_wiring": [
        entry("my_tracking_endpoint", MemorySize=128, Timeout=3),
        entry("one", "one", "lamed.experiment", http_method="ANY", key=True),
        entry("track", "other_tracker", http_method="POST"),
    ],
}


def everything() -> Config:
    return Config.model_validate(EVERYTHING)


def headers_of(properties: dict[str, Any]) -> dict[str, str]:
    """The fixed headers of a preflight's answer, without the quotes of API Gateway's syntax."""
    (answer,) = properties["Integration"]["IntegrationResponses"]
    return {
        name.removeprefix("method.response.header."): value.strip("'")
        for name, value in answer["ResponseParameters"].items()
    }


def preflights(made: template.Template) -> dict[str, dict[str, str]]:
    paths = {logical_id: made["PathPart"] for logical_id, made in resources_of(made, "ApiGateway::Resource").items()}
    return {
        paths[method["ResourceId"]["Ref"]]: headers_of(method)
        for method in resources_of(made, "ApiGateway::Method").values()
        if method["HttpMethod"] == "OPTIONS"
    }


def test_cfn_lint_finds_nothing_to_say(tmp_path: Path) -> None:
    files = []
    chosen = config(
        functions={"architecture": "x86_64", "runtime": "python3.14", "memory_size": 512, "reserved_concurrency": 5},
        throttling={"rate": 5, "burst": 5, "key_rate": 1, "key_burst": 1},
        access_logs=True,
    )
    variants = {
        f"{name}-{revision}": rendered(settings, secret_revision=revision)
        for name, settings in (("default", config()), ("everything", everything()), ("chosen", chosen))
        for revision in (None, "0f" * 16)
    }
    secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-1a2b3c"
    variants["secret"] = template.render(
        config(redis_secret={"arn": secret, "key": "password"}),
        wiring.resolve(config()),
        CODE,
        secret_revision=None,
        runtime="python3.13",
        legacy_until=1_800_000_000,
        secret_reference=f"{{{{resolve:secretsmanager:{secret}:SecretString:password::{'0f' * 16}}}}}",
    )
    for name, made in variants.items():
        file = tmp_path / f"{name}.json"
        file.write_text(made.text(), encoding="utf-8")
        files.append(str(file))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--", *files]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")


def test_each_function_logs_to_a_group_of_its_own_and_answers_through_an_alias() -> None:
    made = rendered(config(name="shop"))
    functions = resources_of(made, "Lambda::Function")
    groups = resources_of(made, "Logs::LogGroup")
    assert {properties["FunctionName"] for properties in functions.values()} == {
        "shop-track",
        "shop-all-experiments",
        "shop-delete-experiment",
    }
    assert {group["LogGroupName"] for group in groups.values()} == {
        "/lamed/shop/shop-track",
        "/lamed/shop/shop-all-experiments",
        "/lamed/shop/shop-delete-experiment",
    }
    assert all(group["RetentionInDays"] for group in groups.values())
    track = functions["TrackFunction"]
    assert track["LoggingConfig"]["LogGroup"] == {"Ref": "TrackLogGroup"}
    assert (track["MemorySize"], track["Timeout"], track["Architectures"]) == (256, 10, ["arm64"])
    assert (track["Handler"], track["Runtime"]) == ("lamed.track", "python3.13")
    assert track["Code"] == {"S3Bucket": CODE.bucket, "S3Key": CODE.key}
    alias = resources_of(made, "Lambda::Alias")["TrackAlias"]
    version_id, attribute = alias["FunctionVersion"]["Fn::GetAtt"]
    assert (alias["Name"], attribute) == ("live", "Version")
    version = made.body["Resources"][version_id]
    assert version["DeletionPolicy"] == version["UpdateReplacePolicy"] == "Retain"
    assert version["Properties"]["CodeSha256"] == base64.b64encode(bytes.fromhex(SHA256)).decode()


def test_the_api_calls_the_alias_and_only_this_api_may() -> None:
    made = rendered()
    method = resources_of(made, "ApiGateway::Method")["TrackGetMethod"]
    assert method["Integration"]["Type"] == "AWS_PROXY"
    assert "${TrackAlias}/invocations" in method["Integration"]["Uri"]["Fn::Sub"]
    permission = resources_of(made, "Lambda::Permission")["TrackPermission"]
    assert permission["FunctionName"] == {"Ref": "TrackAlias"}
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${Api}/prod/*")


def test_the_functions_may_write_their_own_logs_and_nothing_else() -> None:
    (role,) = resources_of(rendered(config(name="shop")), "IAM::Role").values()
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert "RoleName" not in role
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"]["Fn::Sub"].endswith(":log-group:/lamed/shop/*:*")


def test_a_vpc_brings_the_network_and_the_rights_it_takes_and_only_then() -> None:
    made = rendered(everything())
    (role,) = resources_of(made, "IAM::Role").values()
    assert [policy["PolicyName"] for policy in role["Policies"]] == ["logs", "network"]
    for function in resources_of(made, "Lambda::Function").values():
        assert function["VpcConfig"] == {
            "SubnetIds": ["subnet-0a1b2c3d", "subnet-0a1b2c3e"],
            "SecurityGroupIds": ["sg-0a1b2c3d"],
        }
    assert all("VpcConfig" not in function for function in resources_of(rendered(), "Lambda::Function").values())


def test_a_deployment_waits_for_every_method_and_every_gateway_answer() -> None:
    made = rendered(everything())
    ((deployment_id, deployment),) = [
        (logical_id, resource)
        for logical_id, resource in made.body["Resources"].items()
        if resource["Type"] == "AWS::ApiGateway::Deployment"
    ]
    waits = set(deployment["DependsOn"])
    assert waits >= set(resources_of(made, "ApiGateway::Method"))
    assert waits >= set(resources_of(made, "ApiGateway::GatewayResponse"))
    assert "StageName" not in deployment["Properties"]
    (stage,) = resources_of(made, "ApiGateway::Stage").values()
    assert stage["DeploymentId"] == {"Ref": deployment_id}
    assert stage["MethodSettings"][0]["ThrottlingRateLimit"]


def test_the_key_has_neither_a_name_nor_a_value_of_ours_and_opens_through_a_plan() -> None:
    made = rendered()
    assert resources_of(made, "ApiGateway::ApiKey") == {"ApiKey": {"Enabled": True}}
    (plan,) = resources_of(made, "ApiGateway::UsagePlan").values()
    assert plan["ApiStages"] == [{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"}}]
    (link,) = resources_of(made, "ApiGateway::UsagePlanKey").values()
    assert (link["KeyId"], link["UsagePlanId"]) == ({"Ref": "ApiKey"}, {"Ref": "UsagePlan"})


def test_the_api_is_regional_and_takes_its_key_from_the_header() -> None:
    (api,) = resources_of(rendered(), "ApiGateway::RestApi").values()
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert api["ApiKeySourceType"] == "HEADER"
    assert "Body" not in api


def test_a_preflight_allows_the_methods_of_its_own_route() -> None:
    allowed = {
        path: headers["Access-Control-Allow-Methods"] for path, headers in preflights(rendered(everything())).items()
    }
    assert allowed == {
        "track": "GET,POST,OPTIONS",
        "experiments": "GET,OPTIONS",
        "delete": "DELETE,OPTIONS",
        "my_tracking_endpoint": "GET,OPTIONS",
        "one": "DELETE,GET,HEAD,PATCH,POST,PUT,OPTIONS",
    }
    assert all("X-Api-Key" in headers["Access-Control-Allow-Headers"] for headers in preflights(rendered()).values())


@pytest.mark.parametrize(
    ("origins", "allowed"),
    [
        (["*"], "*"),
        (["https://shop.example"], "https://shop.example"),
        # Fixed answers can name one page or all; they hold no data, so they name all (see gateway_origin).
        (["https://a.example", "https://b.example"], "*"),
    ],
)
def test_the_gateways_own_answers_name_the_one_page_that_is_allowed_or_all(origins: list[str], allowed: str) -> None:
    made = rendered(config(cors_origins=origins))
    assert {headers["Access-Control-Allow-Origin"] for headers in preflights(made).values()} == {allowed}
    answers = resources_of(made, "ApiGateway::GatewayResponse").values()
    assert {answer["ResponseType"] for answer in answers} >= {"DEFAULT_4XX", "DEFAULT_5XX"}
    for answer in answers:
        named = answer["ResponseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"]
        assert named == f"'{allowed}'"
    for function in resources_of(made, "Lambda::Function").values():
        assert function["Environment"]["Variables"]["LAMED_CORS_ORIGINS"] == ",".join(origins)


def test_the_gateways_errors_have_the_form_of_the_handlers_errors() -> None:
    for answer in resources_of(rendered(), "ApiGateway::GatewayResponse").values():
        body = answer["ResponseTemplates"]["application/json"]
        filled = body.replace("$context.error.responseType", "THROTTLED").replace(
            "$context.error.messageString", '"Slow down"'
        )
        assert json.loads(filled) == {"error": "THROTTLED", "message": "Slow down"}


def test_a_password_is_a_masked_parameter_and_its_revision_a_plain_one() -> None:
    made = rendered(everything(), secret_revision="0f" * 16)
    assert made.takes_password
    assert made.parameters == {"SecretRevision": "0f" * 16}
    assert made.body["Parameters"]["RedisPassword"]["NoEcho"] is True
    assert "Default" not in made.body["Parameters"]["RedisPassword"]
    variables = resources_of(made, "Lambda::Function")["TrackFunction"]["Environment"]["Variables"]
    assert variables["LAMED_REDIS_PASSWORD"] == {"Ref": "RedisPassword"}
    assert PASSWORD not in made.text()


def test_without_a_password_nothing_asks_for_one() -> None:
    made = rendered()
    assert not made.takes_password
    assert made.parameters == {}
    assert "Parameters" not in made.body
    assert "LAMED_REDIS_PASSWORD" not in made.text()


def test_the_outputs_are_the_address_and_the_id_of_the_key() -> None:
    outputs = rendered().body["Outputs"]
    assert set(outputs) == {"BaseUrl", "ApiId", "ApiKeyId"}
    assert outputs["ApiKeyId"]["Value"] == {"Ref": "ApiKey"}


def test_the_template_lists_its_routes_for_whoever_asks_what_is_deployed() -> None:
    listed = rendered(everything()).body["Metadata"]["LamedEndpoints"]
    assert listed[3] == {
        "path": "/my_tracking_endpoint",
        "method": "GET",
        "function": "Shop-2-track",
        "handler": "lamed.track",
        "api_key_required": False,
    }


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((3, 10), "python3.13"),
        ((3, 11), "python3.11"),
        ((3, 14), "python3.14"),
        ((3, 15), "python3.13"),
    ],
)
def test_lambda_runs_the_local_python_where_aws_has_it(version: tuple[int, int], expected: str) -> None:
    assert template.runtime(version) == expected


def test_the_configured_runtime_decides_what_the_package_is_made_for() -> None:
    assert template.runtime_of(Config.model_validate({"functions": {"runtime": "python3.14"}})) == "python3.14"
    assert template.runtime_of(Config()) == template.runtime()
