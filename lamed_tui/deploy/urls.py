"""Where a deployed API answers, on AWS and on anything that AWS_ENDPOINT_URL names. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamed_tui.deploy import template
from lamed_tui.deploy.events import EndpointUrl
from lamed_tui.deploy.template_api import STAGE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def base_url(outputs: Mapping[str, str], endpoint_url: str | None) -> str | None:
    """The API's address without a slash at the end, callable as it is; None while nothing is deployed.

    Emulators answer for every API under their own address, by the path that they share with LocalStack.
    """
    if endpoint_url is None or template.API_ID not in outputs:
        return outputs.get(template.BASE_URL)
    return f"{endpoint_url}/restapis/{outputs[template.API_ID]}/{STAGE_NAME}/_user_request_"


def endpoint_urls(base: str | None, routes: Sequence[Mapping[str, Any]]) -> tuple[EndpointUrl, ...]:
    """The routes of a template's metadata with the addresses that clients call; none while nothing is deployed."""
    if base is None:
        return ()
    return tuple(
        EndpointUrl(
            path=route["path"],
            method=route["method"],
            url=base + route["path"],
            function=route["function"],
            handler=route["handler"],
            api_key_required=bool(route["api_key_required"]),
        )
        for route in routes
    )
