"""Will AWS let us deploy, and is the place free?"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from lamed_tui.aws.errors import AccessDeniedError
from lamed_tui.deploy import access_logs, artefacts, live, releases, secret
from lamed_tui.deploy.states import Situation
from lamed_tui.errors import AwsError
from lamed_tui.preflight.result import failed, passed, warned

if TYPE_CHECKING:
    from lamed_tui.preflight.result import Finding
    from lamed_tui.preflight.subject import Subject

_SKEW_SECONDS = 60
_REFUSED_SKEW_SECONDS = 300
"""AWS refuses requests that are signed further from its own time.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""

_FEW_CONTAINERS = 100


def session(subject: Subject) -> Finding:
    """Profile and region are settled; nothing has been sent yet."""
    aws = subject.aws
    place = f" at {aws.endpoint_url}" if aws.endpoint_url else ""
    profile = f", profile {aws.profile}" if aws.profile else ""
    return passed(f"{aws.region}{place}{profile}")


def credentials(subject: Subject) -> Finding:
    """AWS knows who we are."""
    identity = subject.aws.identity()
    return passed(f"{identity.arn} in account {identity.account}")


def clock(subject: Subject) -> Finding:
    """This computer's clock agrees with AWS's."""
    answer = subject.aws.sts.get_caller_identity()
    now = subject.world.now()
    try:
        theirs = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    except (KeyError, ValueError):
        return warned("The answer tells no time to compare with.")
    skew = abs((now - theirs).total_seconds())
    if skew <= _SKEW_SECONDS:
        return passed("Within a minute of the time in AWS.")
    detail = f"This computer's clock is {skew:.0f} s off the time in AWS."
    fix = "Set the clock, for example with: sudo timedatectl set-ntp true"
    return failed(detail, fix) if skew > _REFUSED_SKEW_SECONDS else warned(detail, fix)


def stack(subject: Subject) -> Finding:
    """The stack, if there is one, is ours and can be changed."""
    found, region = subject.stack, subject.aws.region
    live.refuse_unless_ours(found, region)
    live.refuse_unless_planned_by_us(subject.aws, found)
    live.refuse_if_stuck(found, region)
    if found.state.situation is Situation.ABSENT:
        return passed(f"No stack {found.name} in {region} yet.")
    if found.state.situation is Situation.BUSY:
        return warned(
            f"{found.name} is in {found.status}: a deployment is running.", "lamed deploy follows it before its own."
        )
    release = f"release {found.release}, " if found.release else ""
    return passed(f"{found.name}: {release}{found.status}")


def names(subject: Subject) -> Finding:
    """No function that something else made, such as lamed 0.4.3, has a name that we need."""
    wanted = {function.name for function in subject.wiring.functions}
    try:
        taken = [
            name
            for name in sorted(wanted - _functions_of_the_stack(subject))
            if live.function_exists(subject.aws, name)
        ]
    except AccessDeniedError as error:
        return warned(f"Unknown: {error.what}", error.fix)
    if not taken:
        return passed(f"The names of {len(wanted)} functions are free or ours.")
    return failed(
        f"{', '.join(taken)} in {subject.aws.region} is not of this stack; lamed 0.4.3 used such names.",
        "Choose another name, and the old functions stay as they are: lamed configure --set name=…",
    )


def concurrency(subject: Subject) -> Finding:
    """New accounts may run few containers at once."""
    try:
        containers = subject.concurrency
    except AwsError as error:  # advice only: a deployment does not need to know
        return warned(f"Unknown: {error.what}", error.fix)
    detail = f"AWS may run up to {containers} containers at once for this account."
    if containers < _FEW_CONTAINERS:
        return warned(
            f"{detail} More visitors at the same moment are turned away, and their events sent again later.",
            "Ask for more: Service Quotas, AWS Lambda, Concurrent executions.",
        )
    return passed(detail)


def bucket(subject: Subject) -> Finding:
    """The artefact bucket is ours and gives its release records, or can be made."""
    found = artefacts.find(subject.aws)
    if found is None:
        name = artefacts.bucket_name(subject.aws.identity().account, subject.aws.region)
        return passed(f"{name} will be made by the first deployment.")
    if recorded := releases.numbers(found, subject.config.name):
        releases.read(found, subject.config.name, recorded[-1])
    return passed(f"{found.bucket} can be read.")


def redis_secret(subject: Subject) -> Finding:
    """The secret that holds the functions' password is there, and whoever deploys may read it."""
    settings = subject.config.redis_secret
    if settings is None:
        return passed("Not in use.")
    secret.reference(subject.aws, settings)
    secret.check_readable(subject.aws, settings)
    return passed(f"{settings.arn} can be read.")


def access_log_role(subject: Subject) -> Finding:
    """API Gateway may write the access logs, where they are wanted."""
    if not subject.config.access_logs:
        return passed("Not in use.")
    return passed(f"API Gateway writes them with {access_logs.require_role(subject.aws)}.")


def _functions_of_the_stack(subject: Subject) -> set[str]:
    if subject.stack.stack_id is None:
        return set()
    pages = subject.aws.cloudformation.get_paginator("list_stack_resources").paginate(StackName=subject.stack.stack_id)
    return {
        resource.get("PhysicalResourceId", "")
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::Lambda::Function"
    }
