"""The functions' half of the CloudFormation template: role, log groups, functions, versions, aliases. Pure."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamed_tui.deploy import environment, logical_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lamed_tui.config.model import Config
    from lamed_tui.deploy.wiring import FunctionSpec

Resource = dict[str, Any]
Resources = dict[str, Resource]

ROLE = "Role"
PASSWORD = "RedisPassword"  # noqa: S105 - the parameter's name
SECRET_REVISION = "SecretRevision"  # noqa: S105 - the parameter's name
ALIAS = "live"
_NETWORK_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions"""


@dataclass(frozen=True)
class Code:
    """Where the package lies: bucket, key, and the package's SHA-256 in hexadecimal."""

    bucket: str
    key: str
    sha256: str


def alias_id(function: FunctionSpec) -> str:
    """The logical id of the alias that the API calls."""
    return logical_id.of(function.role, "Alias")


def log_group_of(stack: str, function: str) -> str:
    """The log group of a function, from its name in AWS and the name of its stack.

    Its prefix is our own, so that it cannot meet one that Lambda made by itself.
    """
    return f"/lamed/{stack}/{function}"


def log_group_resource(config: Config, name: str) -> Resource:
    """A log group that goes with the stack."""
    return {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {"LogGroupName": name, "RetentionInDays": config.functions.log_retention_days},
    }


def role(config: Config) -> Resource:
    """What the functions may do: write their own logs and, in a VPC, have a network interface."""
    logs = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": {
            "Fn::Sub": f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:"
            f"/lamed/{config.name}/*:*"
        },
    }
    policies = [_policy("logs", logs)]
    if config.vpc:
        policies.append(_policy("network", {"Effect": "Allow", "Action": list(_NETWORK_ACTIONS), "Resource": "*"}))
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "Policies": policies,
        },
    }


def function_resources(
    config: Config,
    function: FunctionSpec,
    code: Code,
    runtime: str,
    variables: Mapping[str, str],
    secret_revision: str | None,
) -> Iterator[tuple[str, Resource]]:
    """Log group, function, version and alias of one function, each with its logical id."""
    log_group_id = logical_id.of(function.role, "LogGroup")
    function_id = logical_id.of(function.role, "Function")
    yield log_group_id, log_group_resource(config, log_group_of(config.name, function.name))
    properties = _function_properties(
        config, function, code, runtime, variables, log_group_id, secret=secret_revision is not None
    )
    # How many containers may run is no part of what a version copies.
    reserved = config.functions.reserved_concurrency
    concurrency = {} if reserved is None else {"ReservedConcurrentExecutions": reserved}
    yield function_id, {"Type": "AWS::Lambda::Function", "Properties": {**properties, **concurrency}}
    # A version is a copy made once, so whatever it copies must be in its logical id, or a change never goes live. The
    # reverse holds too: AWS refuses a second version of an unchanged function, so nothing else may be in the id. The
    # secret's revision is random (see `secret.revision`), so the id tells nothing about the secret.
    version_id = logical_id.of(function.role, "Version") + logical_id.digest(properties, secret_revision)
    yield (
        version_id,
        {
            "Type": "AWS::Lambda::Version",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "FunctionName": {"Ref": function_id},
                "CodeSha256": base64.b64encode(bytes.fromhex(code.sha256)).decode(),
            },
        },
    )
    yield (
        alias_id(function),
        {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "Name": ALIAS,
                "FunctionName": {"Ref": function_id},
                "FunctionVersion": {"Fn::GetAtt": [version_id, "Version"]},
            },
        },
    )


def _function_properties(
    config: Config,
    function: FunctionSpec,
    code: Code,
    runtime: str,
    variables: Mapping[str, str],
    log_group_id: str,
    *,
    secret: bool,
) -> dict[str, Any]:
    told: dict[str, Any] = dict(variables)
    description: Any = f"lamed: {function.handler}"
    if secret:
        told[environment.PASSWORD_VARIABLE] = {"Ref": PASSWORD}
        description = {"Fn::Sub": f"{description}, Redis password of revision ${{{SECRET_REVISION}}}"}
    properties = {
        "FunctionName": function.name,
        "Description": description,
        "Runtime": runtime,
        "Architectures": [config.functions.architecture],
        "Handler": function.handler,
        "Code": {"S3Bucket": code.bucket, "S3Key": code.key},
        "Role": {"Fn::GetAtt": [ROLE, "Arn"]},
        "MemorySize": function.memory_size,
        "Timeout": function.timeout,
        "Environment": {"Variables": told},
        # Lambda's own line for every start and end of an invocation would cost more than the handlers' log.
        "LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "WARN", "LogGroup": {"Ref": log_group_id}},
    }
    if config.vpc:
        properties["VpcConfig"] = {
            "SubnetIds": list(config.vpc.subnet_ids),
            "SecurityGroupIds": list(config.vpc.security_group_ids),
        }
    return properties


def _policy(name: str, statement: dict[str, Any]) -> dict[str, Any]:
    return {"PolicyName": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
