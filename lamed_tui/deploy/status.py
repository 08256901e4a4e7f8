"""What is deployed, for people and scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lamed_tui.deploy import artefacts, live, releases, template, urls
from lamed_tui.deploy.template_functions import log_group_of

if TYPE_CHECKING:
    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.events import EndpointUrl
    from lamed_tui.deploy.releases import Release


@dataclass(frozen=True)
class Status:
    """A backend as it stands.

    Attributes:
        stack_status: CloudFormation's word; None when nothing is deployed.
        release: the live release's number; None when nothing is deployed.
        base_url: where the API answers, without a slash at the end.
        api_key: the key's value, when it was asked for.
    """

    name: str
    stack_status: str | None
    release: int | None
    region: str
    base_url: str | None
    endpoints: tuple[EndpointUrl, ...]
    api_key: str | None = field(default=None, repr=False)
    stack_id: str | None = None


@dataclass(frozen=True)
class Listing:
    """What was deployed, the newest first, and which of it is live; none is when nothing is deployed."""

    name: str
    region: str
    releases: tuple[Release, ...]
    live: int | None


def read(aws: Aws, config: Config, *, show_key: bool = False) -> Status:
    """Ask AWS what is deployed under the configuration's name.

    Raises:
        AwsError: something else made a stack of that name, or AWS refused or could not be reached.
    """
    stack = live.read(aws, config.name)
    live.refuse_unless_ours(stack, aws.region)
    base = urls.base_url(stack.outputs, aws.region, aws.endpoint_url)
    routes = live.endpoints_of(live.read_template(aws, stack))
    key_id = stack.outputs.get(template.API_KEY_ID)
    return Status(
        config.name,
        stack.status,
        stack.release,
        aws.region,
        base,
        urls.endpoint_urls(base, routes),
        read_api_key(aws, key_id) if show_key and key_id else None,
        stack.stack_id,
    )


def read_releases(aws: Aws, config: Config) -> Listing:
    """Ask AWS for every recorded release of the configuration's name.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    stack = live.read(aws, config.name)
    store = artefacts.find(aws)
    found = releases.read_all(store, config.name)[::-1] if store else []
    return Listing(config.name, aws.region, tuple(found), stack.release)


def log_groups(aws: Aws, config: Config) -> dict[str, str]:
    """The log group of each deployed function, by the function's name; none when nothing is deployed.

    Raises:
        AwsError: something else made a stack of that name, or AWS refused or could not be reached.
    """
    stack = live.read(aws, config.name)
    live.refuse_unless_ours(stack, aws.region)
    functions = {route["function"] for route in live.endpoints_of(live.read_template(aws, stack))}
    return {function: log_group_of(config.name, function) for function in sorted(functions)}


def read_api_key(aws: Aws, key_id: str) -> str:
    """The value of the API key.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    return aws.apigateway.get_api_key(apiKey=key_id, includeValue=True)["value"]
