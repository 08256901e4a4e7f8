"""What would be deployed, compared with what is deployed: from a configuration, or from an older release's record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamed_tui.deploy import artefacts, live, secret, template
from lamed_tui.deploy.states import Situation
from lamed_tui.deploy.template import Template
from lamed_tui.deploy.template_functions import PASSWORD, SECRET_REVISION, Code
from lamed_tui.errors import DeployError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.live import Live
    from lamed_tui.deploy.package import Package
    from lamed_tui.deploy.releases import Release
    from lamed_tui.deploy.wiring import Wiring


@dataclass(frozen=True)
class Candidate:
    """What would be deployed.

    Attributes:
        package_key: where in the artefact bucket the code lies, or will.
        package: what is to be uploaded there; None when it was, by an earlier release.
        hidden: the secret parameters; None for one that stays as it is.
        live_body: the template in force, empty when there is none.
        is_live: whether it is deployed already.
        restores: the number of the release that it brings back.
    """

    template: Template
    package_key: str
    package: Package | None
    hidden: Mapping[str, str | None]
    live_body: Mapping[str, Any]
    is_live: bool
    restores: int | None = None

    @property
    def live_routes(self) -> tuple[Mapping[str, Any], ...]:
        """The routes that are deployed now, none when nothing is."""
        return tuple(live.endpoints_of(self.live_body))

    @property
    def parameters(self) -> dict[str, str | None]:
        """Every parameter; None for one that stays as it is."""
        return {**self.template.parameters, **self.hidden}


def prepare(
    config: Config,
    wiring: Wiring,
    package: Package,
    aws: Aws,
    stack: Live,
    draw: Callable[[], str],
    *,
    legacy_until: int | None = None,
) -> Candidate:
    """What a configuration asks for, for a stack as it stands.

    Args:
        draw: gives random words, one of which becomes the secret's revision when the secret changed.
        legacy_until: the epoch second until which 0.4.3's own flags shall be honoured; what is live when None.

    Raises:
        ConfigError: the configuration cannot be deployed.
        AwsError: AWS refused or could not be reached.
    """
    live_body = live.read_template(aws, stack)
    key = artefacts.package_key(package)
    code = Code(artefacts.bucket_name(aws.identity().account, aws.region), key, package.sha256)
    live_routes = live.endpoints_of(live_body)
    live_password = secret.read_live_password(aws, stack, live_routes[0]["function"]) if live_routes else None
    password = secret.password_parameter(config)
    rendered = template.render(
        config,
        wiring,
        code,
        secret_revision=secret.revision(password, live_password, stack.parameters.get(SECRET_REVISION), draw),
        runtime=template.runtime(),
        legacy_until=live_body.get("Metadata", {}).get(template.LEGACY_UNTIL) if legacy_until is None else legacy_until,
        secret_reference=secret.reference(aws, config.redis_secret) if config.redis_secret else None,
    )
    hidden = {PASSWORD: password.get_secret_value()} if rendered.takes_password and password else {}
    others = {name: value for name, value in stack.tags.items() if name not in {live.NAME_TAG, live.RELEASE_TAG}}
    is_live = _is_live(rendered, live_body, stack) and others == config.tags
    return Candidate(rendered, key, package, hidden, live_body, is_live)


def restored(release: Release, config: Config, aws: Aws, stack: Live) -> Candidate:
    """What an older release was, for a stack as it stands.

    Records hold no secret, so the Redis password stays the one that the functions use now.

    Raises:
        DeployError: its package is gone, or it needs a password that is nowhere.
        AwsError: AWS refused or could not be reached.
    """
    store = artefacts.find(aws)
    if store is None or not store.holds(release.package):
        raise DeployError(
            f"Release {release.release} of {stack.name} cannot be restored: its package {release.package} is no longer "
            "in the artefact bucket.",
            "Choose another release (lamed releases), or deploy the configuration as it is: lamed deploy.",
        )
    rendered = Template(release.template, release.parameters, PASSWORD in release.template.get("Parameters", {}))
    live_body = live.read_template(aws, stack)
    hidden: dict[str, str | None] = {}
    if rendered.takes_password and PASSWORD in stack.parameters:
        hidden[PASSWORD] = None
    elif rendered.takes_password and config.redis.password is not None:
        hidden[PASSWORD] = config.redis.password.get_secret_value()
    elif rendered.takes_password:
        raise DeployError(
            f"Release {release.release} of {stack.name} needs a Redis password, and none is configured.",
            "Set it with: lamed configure --set redis.password=…",
        )
    return Candidate(
        rendered,
        release.package,
        None,
        hidden,
        live_body,
        _is_live(rendered, live_body, stack),
        restores=release.release,
    )


def _is_live(rendered: Template, live_body: Mapping[str, Any], stack: Live) -> bool:
    # Parameters need no comparison of their own: what they change is in the logical ids of the versions.
    return stack.state.situation is Situation.READY and json.loads(rendered.text()) == live_body
