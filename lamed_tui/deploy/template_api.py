"""The API's half of the CloudFormation template: routes, gateway answers, deployment, stage and key. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lamed_tui.deploy import logical_id
from lamed_tui.deploy.template_functions import log_group_of, log_group_resource
from lamed_tui.deploy.wiring import ACCESS_LOGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lamed_tui.config.model import Config, ThrottlingSettings
    from lamed_tui.deploy.template_functions import Resource, Resources
    from lamed_tui.deploy.wiring import Endpoint

API = "Api"
STAGE = "Stage"
STAGE_NAME = "prod"
API_KEY = "ApiKey"
_USAGE_PLAN = "UsagePlan"
_ACCESS_LOG = logical_id.of(ACCESS_LOGS, "LogGroup")
_ACCESS_LOG_FIELDS = {
    "request_id": "$context.requestId",
    "method": "$context.httpMethod",
    "path": "$context.resourcePath",
    "status": "$context.status",
    "latency": "$context.responseLatency",
}
"""No address and no query: what identifies a visitor is not logged."""

_PREFLIGHT_SECONDS = 600
_ALL_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


def api_resources(config: Config, endpoints: Sequence[Endpoint], aliases: Mapping[str, str]) -> Resources:
    """Everything behind the URL.

    Args:
        endpoints: the routes.
        aliases: the logical id of the alias to call, by the function's name.
    """
    origin = gateway_origin(config.cors_origins)
    surface: Resources = {API: _api(config), **dict(_routes(endpoints, aliases, origin)), **_gateway_answers(origin)}
    # A deployment is a snapshot of the API: only a new one, made after every change, brings the changes to the stage.
    deployment_id = "Deployment" + logical_id.digest(surface)
    return {
        **surface,
        deployment_id: {
            "Type": "AWS::ApiGateway::Deployment",
            "DependsOn": sorted(set(surface) - {API}),
            "Properties": {"RestApiId": {"Ref": API}},
        },
        **_stage(config, deployment_id),
        **_key(config.throttling),
        **dict(_permissions(aliases)),
    }


def gateway_origin(origins: Sequence[str]) -> str:
    """The origin that API Gateway's own answers allow.

    They are fixed texts, so with several origins they can name one of them or all. They hold no data (a preflight's
    answer, an error's code), and naming one would break the others' pages; so they allow all, and the handlers, whose
    answers hold the data, name exactly the page that asked.
    """
    return origins[0] if len(origins) == 1 else "*"


def _api(config: Config) -> Resource:
    return {
        "Type": "AWS::ApiGateway::RestApi",
        "Properties": {
            "Name": config.name,
            "Description": "A/B-testing backend deployed by lamed",
            "ApiKeySourceType": "HEADER",
            "EndpointConfiguration": {"Types": ["REGIONAL"]},
        },
    }


def _routes(endpoints: Sequence[Endpoint], aliases: Mapping[str, str], origin: str) -> Iterator[tuple[str, Resource]]:
    methods: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        methods.setdefault(endpoint.path, []).append(endpoint)
    for path, siblings in methods.items():
        resource_id = logical_id.of(path, "Resource")
        yield (
            resource_id,
            {
                "Type": "AWS::ApiGateway::Resource",
                "Properties": {
                    "RestApiId": {"Ref": API},
                    "ParentId": {"Fn::GetAtt": [API, "RootResourceId"]},
                    "PathPart": path,
                },
            },
        )
        for endpoint in siblings:
            method_id = logical_id.of(path, endpoint.method.capitalize() + "Method")
            yield method_id, _method(endpoint, resource_id, aliases[endpoint.function])
        served = {name for endpoint in siblings for name in _methods_of(endpoint)}
        yield logical_id.of(path, "OptionsMethod"), _preflight(resource_id, sorted(served), origin)


def _methods_of(endpoint: Endpoint) -> Sequence[str]:
    return _ALL_METHODS if endpoint.method == "ANY" else (endpoint.method,)


def _method(endpoint: Endpoint, resource_id: str, alias: str) -> Resource:
    return {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            "RestApiId": {"Ref": API},
            "ResourceId": {"Ref": resource_id},
            "HttpMethod": endpoint.method,
            "AuthorizationType": "NONE",
            "ApiKeyRequired": endpoint.api_key_required,
            "RequestParameters": dict(endpoint.request_parameters),
            "Integration": {
                "Type": "AWS_PROXY",
                "IntegrationHttpMethod": "POST",
                "Uri": {
                    "Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
                    f"${{{alias}}}/invocations"
                },
            },
        },
    }


def _preflight(resource_id: str, methods: Sequence[str], origin: str) -> Resource:
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": ",".join([*methods, "OPTIONS"]),
        "Access-Control-Allow-Headers": "Content-Type,X-Api-Key",
        "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
        "Cache-Control": "no-store",
    }
    return {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            "RestApiId": {"Ref": API},
            "ResourceId": {"Ref": resource_id},
            "HttpMethod": "OPTIONS",
            "AuthorizationType": "NONE",
            "ApiKeyRequired": False,
            "Integration": {
                "Type": "MOCK",
                "RequestTemplates": {"application/json": '{"statusCode": 200}'},
                "IntegrationResponses": [
                    {
                        "StatusCode": "200",
                        "ResponseParameters": {
                            f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()
                        },
                        "ResponseTemplates": {"application/json": ""},
                    }
                ],
            },
            "MethodResponses": [
                {
                    "StatusCode": "200",
                    "ResponseParameters": {f"method.response.header.{name}": False for name in headers},
                }
            ],
        },
    }


def _gateway_answers(origin: str) -> Resources:
    """Errors that API Gateway answers without asking a function, in the form of the handlers' own errors."""

    def answer(response_type: str, status: str | None = None) -> Resource:
        properties: dict[str, Any] = {
            "RestApiId": {"Ref": API},
            "ResponseType": response_type,
            "ResponseParameters": {
                "gatewayresponse.header.Access-Control-Allow-Origin": f"'{origin}'",
                "gatewayresponse.header.Cache-Control": "'no-store'",
            },
            "ResponseTemplates": {
                "application/json": '{"error":"$context.error.responseType","message":$context.error.messageString}'
            },
        }
        if status:
            properties["StatusCode"] = status
        return {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": properties}

    return {
        "ClientErrorAnswer": answer("DEFAULT_4XX"),
        "ServerErrorAnswer": answer("DEFAULT_5XX"),
        # API Gateway answers 403 "Missing Authentication Token" to any unknown path or method; it means: not found.
        "NotFoundAnswer": answer("MISSING_AUTHENTICATION_TOKEN", "404"),
    }


def _stage(config: Config, deployment_id: str) -> Resources:
    access_log: dict[str, Any] = {}
    resources: Resources = {}
    if config.access_logs:
        resources[_ACCESS_LOG] = log_group_resource(config, log_group_of(config.name, ACCESS_LOGS))
        access_log["AccessLogSetting"] = {
            "DestinationArn": {"Fn::GetAtt": [_ACCESS_LOG, "Arn"]},
            "Format": json.dumps(_ACCESS_LOG_FIELDS),
        }
    return {
        **resources,
        STAGE: {
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {
                "RestApiId": {"Ref": API},
                "DeploymentId": {"Ref": deployment_id},
                "StageName": STAGE_NAME,
                "MethodSettings": [
                    {
                        "ResourcePath": "/*",
                        "HttpMethod": "*",
                        "ThrottlingRateLimit": config.throttling.rate,
                        "ThrottlingBurstLimit": config.throttling.burst,
                    }
                ],
                **access_log,
            },
        },
    }


def _key(limits: ThrottlingSettings) -> Resources:
    """A key and the plan that lets it in: a key attached to a stage directly opens nothing.

    The key has no name and no value of ours, so AWS makes both, and no template ever holds the value.
    """
    return {
        API_KEY: {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": True}},
        _USAGE_PLAN: {
            "Type": "AWS::ApiGateway::UsagePlan",
            "Properties": {
                "ApiStages": [{"ApiId": {"Ref": API}, "Stage": {"Ref": STAGE}}],
                "Throttle": {"RateLimit": limits.key_rate, "BurstLimit": limits.key_burst},
            },
        },
        "UsagePlanKey": {
            "Type": "AWS::ApiGateway::UsagePlanKey",
            "Properties": {"KeyId": {"Ref": API_KEY}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": _USAGE_PLAN}},
        },
    }


def _permissions(aliases: Mapping[str, str]) -> Iterator[tuple[str, Resource]]:
    for alias in aliases.values():
        yield (
            alias.removesuffix("Alias") + "Permission",
            {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    "FunctionName": {"Ref": alias},
                    "Action": "lambda:InvokeFunction",
                    "Principal": "apigateway.amazonaws.com",
                    "SourceArn": {
                        "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
                        f"${{{API}}}/{STAGE_NAME}/*"
                    },
                },
            },
        )
