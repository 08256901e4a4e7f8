"""What a configuration would deploy, compared with what is deployed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamed_tui.deploy import artefacts, live, secret, template
from lamed_tui.deploy.states import Situation
from lamed_tui.deploy.template_functions import SECRET_REVISION, Code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.live import Live
    from lamed_tui.deploy.package import Package
    from lamed_tui.deploy.template import Template
    from lamed_tui.deploy.wiring import Wiring


@dataclass(frozen=True)
class Candidate:
    """What would be deployed.

    Attributes:
        package: what Lambda would run.
        live_routes: the routes that are deployed now, none when nothing is.
        is_live: whether it is deployed already.
    """

    template: Template
    package: Package
    live_routes: tuple[Mapping[str, Any], ...]
    is_live: bool

    @property
    def routes(self) -> tuple[Mapping[str, Any], ...]:
        """The routes that would be deployed."""
        return tuple(live.endpoints_of(self.template.body))


def prepare(
    config: Config, wiring: Wiring, package: Package, aws: Aws, stack: Live, draw: Callable[[], str]
) -> Candidate:
    """Render the template for a stack as it stands.

    Args:
        draw: gives random words, one of which becomes the secret's revision when the secret changed.

    Raises:
        ConfigError: the configuration cannot be deployed.
        AwsError: AWS refused or could not be reached.
    """
    live_body = live.read_template(aws, stack)
    live_routes = live.endpoints_of(live_body)
    code = Code(
        artefacts.bucket_name(aws.identity().account, aws.region), artefacts.package_key(package), package.sha256
    )
    live_password = secret.read_live_password(aws, stack, live_routes[0]["function"]) if live_routes else None
    revision = secret.revision(config.redis.password, live_password, stack.parameters.get(SECRET_REVISION), draw)
    rendered = template.render(config, wiring, code, secret_revision=revision, runtime=template.runtime())
    # Parameters need no comparison of their own: what they change is in the logical ids of the versions.
    is_live = stack.state.situation is Situation.READY and json.loads(rendered.text()) == live_body
    return Candidate(rendered, package, tuple(live_routes), is_live)
