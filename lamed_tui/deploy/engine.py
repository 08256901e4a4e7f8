"""Deployment and rollback from end to end: a stream of events out, `Deployed` or an error at its end.

Wiring, package and template are pure; the plan is what CloudFormation says of a change set; nothing is changed before
the plan is confirmed; and what CloudFormation begins it also finishes or undoes, whether or not we are there. The steps
stand in `steps`, and which of them follows which in `machine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.deploy import access_logs, artefacts, candidate, environment, releases, template, wiring
from lamed_tui.deploy import package as packages
from lamed_tui.deploy.events import Warned
from lamed_tui.deploy.options import Options
from lamed_tui.deploy.steps import Steps
from lamed_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.candidate import Candidate
    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.deploy.live import Live
    from lamed_tui.deploy.package import Package


def deploy(
    config: Config, aws: Aws, *, package: Package | None = None, options: Options | None = None
) -> Generator[DeployEvent, None, None]:
    """Make the stack what the configuration says, telling each step.

    Closing the generator before the plan is confirmed takes everything back; afterwards AWS goes on by itself.

    Args:
        config: the settings in force.
        aws: the account and region.
        package: what Lambda shall run; the installed handler package when none is given.

    The last event is `Deployed` (also when nothing had to change), `Declined` or `Detached`.

    Raises:
        ConfigError: the configuration cannot be deployed.
        CredentialsError: AWS does not know the caller, or does not let it do something that is needed.
        NeedsRepairError: the stack is in a state that only a deliberate step can leave, and that was not agreed to.
        DeployError: the deployment failed and was undone, or the smoke test failed.
        AwsError: AWS refused something else or could not be reached.
    """
    chosen = options or Options()
    built = package or packages.build(template.runtime_of(config))
    routes = wiring.resolve(config)
    for warning in (*routes.warnings, *environment.warnings(config)):
        yield Warned(warning)

    def prepare(stack: Live) -> Candidate:
        if config.access_logs:
            access_logs.require_role(aws)
        return candidate.prepare(config, routes, built, aws, stack, chosen.draw, legacy_until=chosen.legacy_until)

    yield from Steps(config, aws, chosen, prepare).run()


def rollback(
    config: Config, aws: Aws, release: int | None = None, *, options: Options | None = None
) -> Generator[DeployEvent, None, None]:
    """Make the stack what an older release was, with a plan and progress like any deployment.

    Args:
        release: its number; without one, the latest earlier release whose smoke test passed.

    The last event is that of `deploy`.

    Raises:
        UsageError: there is no such release.
        DeployError: the release cannot be restored, or the deployment failed.
        LamedError: like `deploy`.
    """
    chosen = options or Options()

    def prepare(stack: Live) -> Candidate:
        return candidate.restored(_release(aws, stack, release), config, aws, stack)

    yield from Steps(config, aws, chosen, prepare).run()


def _release(aws: Aws, stack: Live, number: int | None) -> releases.Release:
    """The release that is meant."""
    store = artefacts.find(aws)
    found: releases.Release | None = None
    if store is not None and number is not None:
        found = releases.read(store, stack.name, number)
    elif store is not None and stack.release is not None:
        found = releases.before(releases.read_all(store, stack.name), stack.stack_id, stack.release)
    if found is not None:
        return found
    which = f"release {number}" if number is not None else "an earlier release"
    raise UsageError(
        f"There is no record of {which} of {stack.name} in {aws.region}.", "See what there is: lamed releases"
    )
