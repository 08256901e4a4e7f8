"""Where a deployed backend takes events from pages."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lamed_tui.errors import LamedError, UsageError

if TYPE_CHECKING:
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.events import EndpointUrl


def tracking_endpoints(config: Config) -> list[EndpointUrl]:
    """The deployed endpoints that pages can send events to, at least one, in the order of the wiring.

    Raises:
        UsageError: nothing is deployed.
        AwsError: AWS cannot tell what is deployed.
    """
    from lamed_tui.aws.session import connect
    from lamed_tui.deploy import status

    try:
        found = status.read(connect(config.aws, os.environ), config)
    except LamedError as error:
        error.fix = f"{error.fix} Or name the address with --track-url.".strip()
        raise
    tracking = [endpoint for endpoint in found.endpoints if _is_for_pages(endpoint)]
    if not tracking:
        raise UsageError(
            f"{config.name} is not deployed in {found.region}, so there is no address to send events to.",
            "Deploy it with lamed deploy, or name the address with --track-url.",
        )
    return tracking


def _is_for_pages(endpoint: EndpointUrl) -> bool:
    """Pages send GET requests, and hold no key."""
    from lamed_tui.deploy.wiring import TRACK

    return endpoint.handler == TRACK and endpoint.method in {"GET", "ANY"} and not endpoint.api_key_required
