"""Where a deployed API answers, on AWS and on anything that AWS_ENDPOINT_URL names. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamed_tui.deploy import template
from lamed_tui.deploy.events import EndpointUrl
from lamed_tui.deploy.template_api import STAGE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
}
"""How the hosts of the partitions' regions end. Source: the partitions of botocore's endpoint data."""


def address(api: str, stage: str, region: str, endpoint_url: str | None) -> str:
    """Where an API answers, without a slash at the end.

    Emulators answer for every API under their own address, by the path that they share with LocalStack.
    """
    if endpoint_url is not None:
        return f"{endpoint_url}/restapis/{api}/{stage}/_user_request_"
    suffix = next((end for start, end in _SUFFIXES.items() if region.startswith(start)), "amazonaws.com")
    return f"https://{api}.execute-api.{region}.{suffix}/{stage}"


def base_url(outputs: Mapping[str, str], region: str, endpoint_url: str | None) -> str | None:
    """The address of a stack's API; None while nothing is deployed."""
    if endpoint_url is None or template.API_ID not in outputs:
        return outputs.get(template.BASE_URL)
    return address(outputs[template.API_ID], STAGE_NAME, region, endpoint_url)


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
