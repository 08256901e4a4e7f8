"""An API that lamed 0.4.3 deployed: where its methods lead, which adopting changes and takes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamed_tui.deploy import live, template, urls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_apigateway.type_defs import RestApiTypeDef

    from lamed_tui.aws.session import Aws
    from lamed_tui.deploy.adoption_records import Adoption
    from lamed_tui.deploy.live import Live

LEGACY_NAME = "lamed"
LEGACY_STAGE = "prod"

_REPEATED = (
    "type",
    "uri",
    "credentials",
    "requestTemplates",
    "passthroughBehavior",
    "contentHandling",
    "cacheKeyParameters",
)
_REPEATED_RESPONSE = ("selectionPattern", "responseParameters", "responseTemplates", "contentHandling")


@dataclass(frozen=True)
class Legacy:
    """An API that 0.4.3 may have made.

    Attributes:
        paths: its routes, such as `GET /track`.
    """

    api: str
    name: str
    created: str
    paths: tuple[str, ...]


def find(aws: Aws, stack: Live) -> list[Legacy]:
    """The APIs that 0.4.3 may have made: those of its name that are not the stack's own.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    own = stack.outputs.get(template.API_ID)
    return [
        Legacy(
            item["id"],
            item.get("name", ""),
            f"{item['createdDate']:%Y-%m-%d}" if "createdDate" in item else "",
            tuple(f"{method['method']} {method['path']}" for method in methods(aws, item["id"])),
        )
        for item in _apis(aws)
        if item.get("name") == LEGACY_NAME and item["id"] != own and live.NAME_TAG not in item.get("tags", {})
    ]


def base_url(aws: Aws, api: str) -> str:
    """Where an API of 0.4.3 answers, without a slash at the end."""
    return urls.address(api, LEGACY_STAGE, aws.region, aws.endpoint_url)


def methods(aws: Aws, api: str) -> Iterator[dict[str, Any]]:
    """Every method but the preflights, with its integration as API Gateway describes it.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    for page in aws.apigateway.get_paginator("get_resources").paginate(restApiId=api, embed=["methods"]):
        for resource in page["items"]:
            for name in sorted(set(resource.get("resourceMethods", {})) - {"OPTIONS"}):
                method = aws.apigateway.get_method(restApiId=api, resourceId=resource["id"], httpMethod=name)
                yield {
                    "resource": resource["id"],
                    "path": resource["path"],
                    "method": name,
                    "api_key_required": bool(method.get("apiKeyRequired")),
                    "integration": dict(method.get("methodIntegration", {})),
                }


def key_ids(aws: Aws) -> tuple[str, ...]:
    """The ids of 0.4.3's API keys.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    return tuple(
        item["id"]
        for page in aws.apigateway.get_paginator("get_api_keys").paginate(nameQuery=LEGACY_NAME)
        for item in page["items"]
        if item.get("name") == LEGACY_NAME
    )


def deployment(aws: Aws, api: str) -> str:
    """The id of the deployment that the API's stage runs.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    return aws.apigateway.get_stage(restApiId=api, stageName=LEGACY_STAGE)["deploymentId"]


def lead(aws: Aws, record: Adoption, method: Mapping[str, Any], function_arn: str) -> None:
    """Point a method at a function; live with the next deployment.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    aws.apigateway.put_integration(
        restApiId=record.api,
        resourceId=method["resource"],
        httpMethod=method["method"],
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:{aws.apigateway.meta.partition}:apigateway:{aws.region}:lambda:path/2015-03-31/functions/"
        f"{function_arn}/invocations",
    )


def deploy(aws: Aws, name: str, record: Adoption) -> str:
    """Make every changed method live, at once, and return the deployment's id.

    Args:
        name: of the stack that adopts it.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    made = aws.apigateway.create_deployment(
        restApiId=record.api, stageName=record.stage, description=_description(name)
    )
    return made["id"]


def restore(aws: Aws, api: str, method: Mapping[str, Any]) -> None:
    """Put a method's integration back as it was recorded.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    was = method["integration"]
    place: Any = {"restApiId": api, "resourceId": method["resource"], "httpMethod": method["method"]}
    known: Any = {name: was[name] for name in _REPEATED if was.get(name)}
    aws.apigateway.put_integration(**place, **known, integrationHttpMethod=was.get("httpMethod", "POST"))
    for code, response in was.get("integrationResponses", {}).items():
        known = {name: response[name] for name in _REPEATED_RESPONSE if name in response}
        aws.apigateway.put_integration_response(**place, statusCode=code, **known)


def return_to(aws: Aws, name: str, record: Adoption) -> None:
    """Let the stage run the recorded deployment again, and remove those that adopting made.

    Args:
        name: of the stack that adopted it.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    aws.apigateway.update_stage(
        restApiId=record.api,
        stageName=record.stage,
        patchOperations=[{"op": "replace", "path": "/deploymentId", "value": record.deployment}],
    )
    pages = aws.apigateway.get_paginator("get_deployments").paginate(restApiId=record.api)
    for made in [item for page in pages for item in page["items"]]:
        if made.get("description") == _description(name) and made["id"] != record.deployment:
            aws.apigateway.delete_deployment(restApiId=record.api, deploymentId=made["id"])


def _apis(aws: Aws) -> Iterator[RestApiTypeDef]:
    for page in aws.apigateway.get_paginator("get_rest_apis").paginate():
        yield from page["items"]


def _description(name: str) -> str:
    return f"adopted by lamed for {name}"
