"""Taking over an API that lamed 0.4.3 deployed, so that pages keep their URL; and giving it back.

The old API's methods are pointed at the new functions and deployed once; nothing of 0.4.3's is deleted. What was there
is recorded first, so that giving it back restores every method, its key and the stage's deployment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from lamed_tui.aws.errors import ServiceError
from lamed_tui.deploy import adoption_records, artefacts, engine, live, smoke, status, template, wiring
from lamed_tui.deploy.adoption_records import Adoption
from lamed_tui.deploy.events import EndpointUrl, SmokeChecked, Warned
from lamed_tui.deploy.template_functions import ALIAS
from lamed_tui.errors import DeployError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from mypy_boto3_apigateway.type_defs import PatchOperationTypeDef, RestApiTypeDef

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.clock import Clock
    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.deploy.live import Live

LEGACY_NAME = "lamed"
LEGACY_STAGE = "prod"
_PREPARATION_SECONDS = 3600
"""For the time between the deployment and the moment when the pages' URL leads to it."""

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
class Stepped:
    """A step is done."""

    text: str


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


@dataclass(frozen=True)
class Adopting:
    """How to adopt.

    Attributes:
        choose: picks one of several APIs.
        agree: asked before each step, with what it does.
        deployment: how to deploy the new stack, and the outside world.
    """

    choose: Callable[[Sequence[Legacy]], Legacy]
    agree: Callable[[str], bool]
    deployment: engine.Options


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
            tuple(f"{method['method']} {method['path']}" for method in _methods(aws, item["id"])),
        )
        for item in _apis(aws)
        if item.get("name") == LEGACY_NAME and item["id"] != own and "lamed:name" not in item.get("tags", {})
    ]


def adopt(
    config: Config, aws: Aws, chosen: Adopting, api: str | None = None
) -> Generator[DeployEvent | Stepped, None, bool]:
    """Deploy the new stack beside the old one and lead the old API to it; whether it was done.

    Args:
        api: the id of the API; asked for when there are several.

    Raises:
        UsageError: there is no such API.
        DeployError: the new functions would take the old ones' names, or do not answer at the old URL, which then is
            what it was before.
        LamedError: like `engine.deploy`.
    """
    stack = live.read(aws, config.name)
    legacy = _chosen(find(aws, stack), api, chosen.choose, aws.region)
    _refuse_clashes(config, aws, stack)
    clock = chosen.deployment.clock
    until = int(clock.now().timestamp()) + config.uuid_expiry_seconds
    known = live.read_template(aws, stack).get("Metadata", {}).get(template.LEGACY_UNTIL)
    if not isinstance(known, int) or known < until:
        known = until + _PREPARATION_SECONDS
    if not chosen.agree(f"Deploy {config.name} beside the API {legacy.api} (nothing of 0.4.3's changes)?"):
        return False
    yield from engine.deploy(config, aws, options=replace(chosen.deployment, legacy_until=known))
    stack = live.read(aws, config.name)
    if stack.release is None:
        return False
    record = yield from _record(aws, config.name, legacy, clock.now().isoformat(timespec="seconds"))
    routes = {(route["path"], route["method"]): route for route in live.endpoints_of(live.read_template(aws, stack))}
    moving = [method for method in record.methods if (method["path"], method["method"]) in routes]
    for method in record.methods:
        if method not in moving:
            yield Warned(f"{method['method']} {method['path']} stays with 0.4.3: no route here is like it.")
    if not chosen.agree(
        f"Lead {len(moving)} routes of the API {legacy.api} to the new functions, and let both keys in?"
    ):
        return False
    yield from _lead(aws, config.name, stack, record, moving, routes)
    passed = yield from _verify(config, aws, chosen, stack, record, moving, routes)
    if not passed:
        yield from undo(config, aws, clock, legacy.api)
        raise DeployError(
            f"The API {legacy.api} did not answer as it should through the new functions, so 0.4.3 has it back.",
            "Remove the cause (lamed logs) and adopt it again.",
        )
    return True


def undo(config: Config, aws: Aws, clock: Clock, api: str | None = None) -> Generator[Stepped, None, None]:
    """Give an adopted API back to 0.4.3: its methods, its deployment, its keys. The new stack stays.

    Raises:
        UsageError: no such API is adopted.
        AwsError: AWS refused or could not be reached; repeating it goes on where it stopped.
    """
    store = artefacts.find(aws)
    adopted = adoption_records.api_ids(store, config.name) if store else []
    meant = api or (adopted[0] if len(adopted) == 1 else None)
    record = adoption_records.read(store, config.name, meant) if store and meant in adopted and meant else None
    if store is None or record is None:
        raise UsageError(
            f"{config.name} has adopted {'several APIs' if len(adopted) > 1 else 'no such API'} in {aws.region}.",
            f"Name one with --api: {', '.join(adopted)}." if adopted else "",
        )
    for method in record.methods:
        _restore(aws, record.api, method)
    aws.apigateway.update_stage(
        restApiId=record.api,
        stageName=record.stage,
        patchOperations=[{"op": "replace", "path": "/deploymentId", "value": record.deployment}],
    )
    yield Stepped(f"The API {record.api} runs 0.4.3's functions again, by its deployment {record.deployment}.")
    _close(aws, record)
    yield Stepped("The keys open again only what they opened before.")
    adoption_records.write(store, config.name, replace(record, undone_at=clock.now().isoformat(timespec="seconds")))


def _close(aws: Aws, record: Adoption) -> None:
    """Take back whom adopting let in."""
    api, functions = aws.apigateway, aws.functions
    for plan, key in record.plan_keys:
        _unless_gone(partial(api.delete_usage_plan_key, usagePlanId=plan, keyId=key))
    if record.usage_plan:
        stage: PatchOperationTypeDef = {"op": "remove", "path": "/apiStages", "value": f"{record.api}:{record.stage}"}
        _unless_gone(partial(api.update_usage_plan, usagePlanId=record.usage_plan, patchOperations=[stage]))
        _unless_gone(partial(api.delete_usage_plan, usagePlanId=record.usage_plan))
    for function, statement in record.permissions:
        _unless_gone(
            partial(functions.remove_permission, FunctionName=function, StatementId=statement, Qualifier=ALIAS)
        )


def _chosen(
    found: Sequence[Legacy], api: str | None, choose: Callable[[Sequence[Legacy]], Legacy], region: str
) -> Legacy:
    matching = [legacy for legacy in found if api in {None, legacy.api}]
    if not matching:
        which = f"with the id {api} " if api else ""
        raise UsageError(
            f"There is no API named {LEGACY_NAME} {which}in {region} that lamed 0.4.3 could have made.",
            "Check the region: lamed configure --set aws.region=…",
        )
    return matching[0] if len(matching) == 1 else choose(matching)


def _refuse_clashes(config: Config, aws: Aws, stack: Live) -> None:
    """0.4.3's functions must stay as they are, for the way back."""
    own = {route["function"] for route in live.endpoints_of(live.read_template(aws, stack))}
    for function in wiring.resolve(config).functions:
        if function.name not in own and _function_exists(aws, function.name):
            raise DeployError(
                f"The function {function.name} of lamed 0.4.3 is in {aws.region}, and the new one would have its name.",
                "Choose another name for the new backend: lamed configure --set name=lamed-2, then lamed adopt again.",
            )


def _function_exists(aws: Aws, name: str) -> bool:
    try:
        aws.functions.get_function_configuration(FunctionName=name)
    except ServiceError as error:
        if error.code == "ResourceNotFoundException":
            return False
        raise
    return True


def _record(aws: Aws, name: str, legacy: Legacy, now: str) -> Generator[Stepped, None, Adoption]:
    """What is there, kept before anything changes; the first record when this is a repetition."""
    store = artefacts.ensure(aws)
    known = adoption_records.read(store, name, legacy.api)
    if known is not None:
        yield Stepped(f"What the API {legacy.api} was like is recorded already.")
        return known
    record = Adoption(
        api=legacy.api,
        stage=LEGACY_STAGE,
        deployment=aws.apigateway.get_stage(restApiId=legacy.api, stageName=LEGACY_STAGE)["deploymentId"],
        methods=tuple(_methods(aws, legacy.api)),
        keys=tuple(
            item["id"]
            for page in aws.apigateway.get_paginator("get_api_keys").paginate(nameQuery=LEGACY_NAME)
            for item in page["items"]
            if item.get("name") == LEGACY_NAME
        ),
        adopted_at=now,
    )
    adoption_records.write(store, name, record)
    yield Stepped(
        f"What the API {legacy.api} is like is recorded: {len(record.methods)} methods, deployment {record.deployment}."
    )
    return record


def _lead(
    aws: Aws,
    name: str,
    stack: Live,
    record: Adoption,
    moving: Sequence[Mapping[str, Any]],
    routes: Mapping[tuple[str, str], Mapping[str, Any]],
) -> Iterator[Stepped]:
    """Point the methods at the new functions, deploy once, and let both keys in at both URLs."""
    store = artefacts.ensure(aws)
    arns: dict[str, str] = {}
    permissions = dict(record.permissions)
    for method in moving:
        function = routes[method["path"], method["method"]]["function"]
        if function not in arns:
            arns[function] = aws.functions.get_alias(FunctionName=function, Name=ALIAS)["AliasArn"]
            permissions[function] = _permit(aws, function, arns[function], record.api)
    plan_keys = [*record.plan_keys]
    usage_plan = record.usage_plan
    if any(method["api_key_required"] for method in moving):
        usage_plan = _open(aws, name, stack, record, plan_keys)
    # Recorded before the methods change: whatever happens now, all of it can be taken back.
    record = replace(record, permissions=tuple(permissions.items()), plan_keys=tuple(plan_keys), usage_plan=usage_plan)
    adoption_records.write(store, name, record)
    for method in moving:
        arn = arns[routes[method["path"], method["method"]]["function"]]
        aws.apigateway.put_integration(
            restApiId=record.api,
            resourceId=method["resource"],
            httpMethod=method["method"],
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:{aws.apigateway.meta.partition}:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}"
            "/invocations",
        )
    deployed = aws.apigateway.create_deployment(
        restApiId=record.api, stageName=record.stage, description=f"adopted by lamed for {name}"
    )
    yield Stepped(f"{len(moving)} routes lead to the new functions, by deployment {deployed['id']}.")


def _permit(aws: Aws, function: str, arn: str, api: str) -> str:
    partition, account = arn.split(":")[1], arn.split(":")[4]
    statement = f"lamed-adopt-{api}"
    try:
        aws.functions.add_permission(
            FunctionName=function,
            Qualifier=ALIAS,
            StatementId=statement,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:{partition}:execute-api:{aws.region}:{account}:{api}/{LEGACY_STAGE}/*",
        )
    except ServiceError as error:
        if error.code != "ResourceConflictException":  # it is there already
            raise
    return statement


def _open(aws: Aws, name: str, stack: Live, record: Adoption, plan_keys: list[tuple[str, str]]) -> str | None:
    """Let 0.4.3's keys in at the new URL and the new key at the old one; return the id of the plan that was made."""
    new_key, new_api = stack.outputs[template.API_KEY_ID], stack.outputs[template.API_ID]
    made = record.usage_plan
    old_plan = _plan_of(aws, record.api)
    if old_plan is None:
        made = old_plan = aws.apigateway.create_usage_plan(
            name=f"{name}-adopted-{record.api}", apiStages=[{"apiId": record.api, "stage": record.stage}]
        )["id"]
    pairs = [(old_plan, key) for key in (*record.keys, new_key)]
    if (new_plan := _plan_of(aws, new_api)) is not None:
        pairs += [(new_plan, key) for key in record.keys]
    for plan, key in pairs:
        try:
            aws.apigateway.get_usage_plan_key(usagePlanId=plan, keyId=key)
        except ServiceError as error:
            if error.code != "NotFoundException":
                raise
            aws.apigateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
            plan_keys.append((plan, key))
    return made


def _plan_of(aws: Aws, api: str) -> str | None:
    for page in aws.apigateway.get_paginator("get_usage_plans").paginate():
        for plan in page["items"]:
            if any(stage.get("apiId") == api for stage in plan.get("apiStages", [])):
                return plan["id"]
    return None


def _verify(
    config: Config,
    aws: Aws,
    chosen: Adopting,
    stack: Live,
    record: Adoption,
    moving: Sequence[Mapping[str, Any]],
    routes: Mapping[tuple[str, str], Mapping[str, Any]],
) -> Generator[SmokeChecked, None, bool]:
    """The smoke test at the old URL with each key; whether all of it passed."""
    passed = True
    endpoints = [
        EndpointUrl(
            method["path"],
            method["method"],
            base_url(aws, record.api) + method["path"],
            routes[method["path"], method["method"]]["function"],
            routes[method["path"], method["method"]]["handler"],
            bool(method["api_key_required"]),
        )
        for method in moving
    ]
    for key in (stack.outputs[template.API_KEY_ID], *record.keys):
        test = smoke.SmokeTest(
            endpoints,
            status.read_api_key(aws, key),
            smoke.names(config.limits, chosen.deployment.draw()),
            chosen.deployment.clock,
            chosen.deployment.transport,
            patience=0.0 if aws.endpoint_url else 60.0,
        )
        for check in test.run():
            yield check
            passed = passed and check.passed
    return passed


def base_url(aws: Aws, api: str) -> str:
    """Where an API of 0.4.3 answers, without a slash at the end."""
    if aws.endpoint_url:
        return f"{aws.endpoint_url}/restapis/{api}/{LEGACY_STAGE}/_user_request_"
    return f"https://{api}.execute-api.{aws.region}.amazonaws.com/{LEGACY_STAGE}"


def _apis(aws: Aws) -> Iterator[RestApiTypeDef]:
    for page in aws.apigateway.get_paginator("get_rest_apis").paginate():
        yield from page["items"]


def _methods(aws: Aws, api: str) -> Iterator[dict[str, Any]]:
    """Every method but the preflights, with its integration as API Gateway describes it."""
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


def _restore(aws: Aws, api: str, method: Mapping[str, Any]) -> None:
    """Put a method's integration back as it was recorded."""
    was = method["integration"]
    place: Any = {"restApiId": api, "resourceId": method["resource"], "httpMethod": method["method"]}
    known: Any = {name: was[name] for name in _REPEATED if was.get(name)}
    aws.apigateway.put_integration(**place, **known, integrationHttpMethod=was.get("httpMethod", "POST"))
    for code, response in was.get("integrationResponses", {}).items():
        known = {name: response[name] for name in _REPEATED_RESPONSE if name in response}
        aws.apigateway.put_integration_response(**place, statusCode=code, **known)


def _unless_gone(step: Callable[[], object]) -> None:
    try:
        step()
    except ServiceError as error:
        if error.code not in {"NotFoundException", "ResourceNotFoundException"}:
            raise
