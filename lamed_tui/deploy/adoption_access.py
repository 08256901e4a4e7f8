"""Whom adopting an API of 0.4.3 lets in, and taking it back: its calls to the functions, and every key at both URLs.

What is added is recorded before it is, or is found again by a name that only adopting gives: so it can be taken back
wherever adopting was cut off.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from lamed_tui.aws.errors import ServiceError
from lamed_tui.deploy import template
from lamed_tui.deploy.template_functions import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mypy_boto3_apigateway.type_defs import PatchOperationTypeDef, UsagePlanTypeDef

    from lamed_tui.aws.session import Aws
    from lamed_tui.deploy.adoption_records import Adoption
    from lamed_tui.deploy.live import Live

_GONE = frozenset({"NotFoundException", "ResourceNotFoundException"})
_THERE = frozenset({"ConflictException", "ResourceConflictException"})


def intended(aws: Aws, stack: Live, record: Adoption, functions: Iterable[str], *, with_keys: bool) -> Adoption:
    """The record with all that `let_in` is going to add; what is there already, by whomever, is left out.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    wanted = [(function, _statement(record.api)) for function in functions]
    missing = [pair for pair in _pairs(aws, stack, record) if _is_missing(aws, *pair)] if with_keys else []
    return replace(
        record,
        permissions=tuple(dict.fromkeys([*record.permissions, *wanted])),
        plan_keys=tuple(dict.fromkeys([*record.plan_keys, *missing])),
    )


def let_in(aws: Aws, stack: Live, record: Adoption, arns: Mapping[str, str], *, with_keys: bool) -> None:
    """Let the old API call the functions, 0.4.3's keys in at the new URL, and the new key at the old one.

    Args:
        record: as `intended` gave it, and kept by now.
        arns: of each function's alias.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    for function, arn in arns.items():
        _permit(aws, function, arn, record)
    if not with_keys:
        return
    if _plan_of(aws, record.api) is None:
        aws.apigateway.create_usage_plan(
            name=_plan_name(stack.name, record.api), apiStages=[{"apiId": record.api, "stage": record.stage}]
        )
    for plan, key in _pairs(aws, stack, record):
        if _is_missing(aws, plan, key):
            with _unless(_THERE):
                aws.apigateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")


def take_back(aws: Aws, name: str, record: Adoption) -> None:
    """Undo what `let_in` did or would have done.

    Args:
        name: of the stack.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    for plan, key in record.plan_keys:
        with _unless(_GONE):
            aws.apigateway.delete_usage_plan_key(usagePlanId=plan, keyId=key)
    for made in list(_plans(aws)):
        if made.get("name") == _plan_name(name, record.api):
            with _unless(_GONE):
                _remove_plan(aws, made)
    for function, statement in record.permissions:
        with _unless(_GONE):
            aws.functions.remove_permission(FunctionName=function, StatementId=statement, Qualifier=ALIAS)


def _pairs(aws: Aws, stack: Live, record: Adoption) -> list[tuple[str, str]]:
    """Plan and key of everything that shall be let in, for the plans that there are."""
    old_plan, new_plan = _plan_of(aws, record.api), _plan_of(aws, stack.outputs[template.API_ID])
    pairs = [(old_plan, key) for key in (*record.keys, stack.outputs[template.API_KEY_ID]) if old_plan]
    return pairs + [(new_plan, key) for key in record.keys if new_plan]


def _is_missing(aws: Aws, plan: str, key: str) -> bool:
    try:
        aws.apigateway.get_usage_plan_key(usagePlanId=plan, keyId=key)
    except ServiceError as error:
        if error.code not in _GONE:
            raise
        return True
    return False


def _permit(aws: Aws, function: str, arn: str, record: Adoption) -> None:
    partition, account = arn.split(":")[1], arn.split(":")[4]
    with _unless(_THERE):
        aws.functions.add_permission(
            FunctionName=function,
            Qualifier=ALIAS,
            StatementId=_statement(record.api),
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:{partition}:execute-api:{aws.region}:{account}:{record.api}/{record.stage}/*",
        )


def _remove_plan(aws: Aws, plan: UsagePlanTypeDef) -> None:
    """Remove a usage plan; API Gateway wants it without keys and stages first."""
    for page in aws.apigateway.get_paginator("get_usage_plan_keys").paginate(usagePlanId=plan["id"]):
        for key in page["items"]:
            aws.apigateway.delete_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"])
    stages: list[PatchOperationTypeDef] = [
        {"op": "remove", "path": "/apiStages", "value": f"{stage.get('apiId')}:{stage.get('stage')}"}
        for stage in plan.get("apiStages", [])
    ]
    if stages:
        aws.apigateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=stages)
    aws.apigateway.delete_usage_plan(usagePlanId=plan["id"])


def _plan_of(aws: Aws, api: str) -> str | None:
    for plan in _plans(aws):
        if any(stage.get("apiId") == api for stage in plan.get("apiStages", [])):
            return plan["id"]
    return None


def _plans(aws: Aws) -> Iterator[UsagePlanTypeDef]:
    for page in aws.apigateway.get_paginator("get_usage_plans").paginate():
        yield from page["items"]


def _plan_name(name: str, api: str) -> str:
    return f"{name}-adopted-{api}"


def _statement(api: str) -> str:
    return f"lamed-adopt-{api}"


@contextmanager
def _unless(expected: frozenset[str]) -> Iterator[None]:
    """Let pass that it is as it should be already."""
    try:
        yield
    except ServiceError as error:
        if error.code not in expected:
            raise
