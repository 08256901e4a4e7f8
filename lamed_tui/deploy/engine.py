"""The deployment from end to end: configuration in, a stream of events out, `Deployed` or an error at its end.

Wiring, package and template are pure; the plan is what CloudFormation says of a change set; nothing is changed before
the plan is confirmed; and what CloudFormation begins it also finishes or undoes, whether or not we are there.
"""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lamed_tui import __version__
from lamed_tui.deploy import (
    apply,
    artefacts,
    changeset,
    environment,
    live,
    plan,
    releases,
    secret,
    smoke,
    status,
    template,
    urls,
    wiring,
)
from lamed_tui.deploy import package as packages
from lamed_tui.deploy.changeset import TemplateSource
from lamed_tui.deploy.clock import Clock
from lamed_tui.deploy.events import Applying, Attached, Declined, Deployed, Planned, SmokeChecked, Warned
from lamed_tui.deploy.states import Situation
from lamed_tui.deploy.template_functions import PASSWORD, SECRET_REVISION, Code
from lamed_tui.errors import DeployError, LamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.events import DeployEvent, EndpointUrl
    from lamed_tui.deploy.live import Live
    from lamed_tui.deploy.package import Package
    from lamed_tui.deploy.plan import Plan
    from lamed_tui.deploy.template import Template
    from lamed_tui.deploy.wiring import Wiring

_FRESH_API_SECONDS = 60.0
_MASK = "**********"


def _always(_plan: Plan) -> bool:
    return True


def _random_word() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Options:
    """How to deploy, and the outside world handed in.

    Attributes:
        confirm: asked once, with the plan, before anything changes.
        smoke_test: whether to try the deployed URL afterwards.
        draw: gives random words of 32 hexadecimal digits.
    """

    confirm: Callable[[Plan], bool] = _always
    smoke_test: bool = True
    clock: Clock = field(default_factory=Clock)
    transport: smoke.Transport = smoke.over_http
    draw: Callable[[], str] = _random_word


def deploy(
    config: Config, aws: Aws, *, package: Package | None = None, options: Options | None = None
) -> Generator[DeployEvent, None, None]:
    """Make the stack what the configuration says, telling each step.

    Args:
        config: the settings in force.
        aws: the account and region.
        package: what Lambda shall run; the installed handler package when none is given.

    The last event is `Deployed` (also when nothing had to change) or `Declined`.

    Raises:
        ConfigError: the configuration cannot be deployed.
        CredentialsError: AWS does not know the caller, or does not let it do something that is needed.
        NeedsRepairError: the stack is in a state that only a deliberate step can leave.
        DeployError: the deployment failed and was undone, or the smoke test failed.
        AwsError: AWS refused something else or could not be reached.
    """
    routes = wiring.resolve(config)
    for warning in (*routes.warnings, *environment.warnings(config)):
        yield Warned(warning)
    run = _Run(config, aws, package or packages.build(), routes, options or Options())
    stack = live.read(aws, config.name)
    live.refuse_unless_ours(stack, aws.region)
    attached = stack.state.situation is Situation.BUSY
    if attached:
        stack = yield from run.attach(stack)
    live.refuse_if_stuck(stack, aws.region)
    candidate = run.candidate(stack)
    if candidate.is_live:
        yield from run.finish(candidate, stack, changed=attached)
    else:
        yield from run.change(candidate, stack)


@dataclass(frozen=True)
class _Candidate:
    """What would be deployed, and what is."""

    template: Template
    live_body: Mapping[str, Any]
    is_live: bool


@dataclass(frozen=True)
class _Run:
    config: Config
    aws: Aws
    package: Package
    routes: Wiring
    options: Options

    def attach(self, stack: Live) -> Generator[DeployEvent, None, Live]:
        """Follow the operation that is running and return the stack as it leaves it."""
        yield Attached(stack.name, stack.status or "")
        outcome = yield from apply.attach(
            self.aws, stack.stack_id or stack.name, self.options.clock, self._hide
        ).follow()
        if outcome.cause is not None:
            yield Warned(f"That deployment failed: {outcome.cause.logical_id}: {outcome.cause.reason}")
        return outcome.stack

    def candidate(self, stack: Live) -> _Candidate:
        """Render the template and compare it with what is live."""
        live_body = live.read_template(self.aws, stack)
        code = Code(
            artefacts.bucket_name(self.aws.identity().account, self.aws.region),
            artefacts.package_key(self.package),
            self.package.sha256,
        )
        rendered = template.render(
            self.config,
            self.routes,
            code,
            secret_revision=self._secret_revision(stack, live_body),
            runtime=template.runtime(),
        )
        shown = {key: value for key, value in stack.parameters.items() if key != PASSWORD}
        same = json.loads(rendered.text()) == live_body and shown == rendered.parameters
        return _Candidate(rendered, live_body, is_live=same and stack.state.situation is Situation.READY)

    def change(self, candidate: _Candidate, stack: Live) -> Iterator[DeployEvent]:
        """Plan, ask, apply."""
        token = self.options.draw()
        release = self._next_release(stack)
        pending = changeset.create(
            self.aws,
            stack,
            token=token,
            template=TemplateSource(body=candidate.template.text()),
            parameters=self._parameters(candidate.template),
            tags={live.NAME_TAG: self.config.name, live.RELEASE_TAG: str(release)},
        )
        executing = False
        try:
            change_set = changeset.describe(self.aws, pending, self.options.clock)
            if not change_set.changes:
                yield from self.finish(candidate, stack, changed=False)
                return
            made = plan.make(
                self.config.name,
                release,
                change_set.changes,
                creates=change_set.creates,
                live_routes=live.endpoints_of(candidate.live_body),
                new_routes=live.endpoints_of(candidate.template.body),
            )
            yield Planned(made)
            if not self.options.confirm(made):
                base, endpoints = self._urls(stack, candidate.live_body)
                yield Declined(stack.release, base, endpoints)
                return
            yield Applying(len(made.changes))
            artefacts.ensure(self.aws).put_package(self.package)
            executing = True
            follower = apply.execute(self.aws, change_set, token, self.options.clock, self._hide)
        finally:
            if not executing:
                with suppress(LamedError):  # the reason for being here matters more
                    changeset.discard(self.aws, pending)
        outcome = yield from follower.follow()
        if not outcome.stack.state.succeeded:
            raise apply.failure(self.aws, outcome, self.config.name)
        yield from self.finish(candidate, outcome.stack, changed=True)

    def finish(self, candidate: _Candidate, stack: Live, *, changed: bool) -> Iterator[DeployEvent]:
        """Make sure that what is live is recorded, try it, and say where it answers."""
        release = stack.release or 0
        try:
            self._record(candidate.template, stack, release)
        except LamedError as error:
            yield Warned(f"Release {release} is live but could not be recorded: {error}")
        base, endpoints = self._urls(stack, candidate.template.body)
        key_id = stack.outputs.get(template.API_KEY_ID, "")
        if changed and self.options.smoke_test:
            yield from self._smoke(endpoints, key_id, release)
        yield Deployed(changed, release, base or "", endpoints, key_id)

    def _smoke(self, endpoints: Sequence[EndpointUrl], key_id: str, release: int) -> Iterator[SmokeChecked]:
        test = smoke.SmokeTest(
            endpoints,
            status.read_api_key(self.aws, key_id),
            smoke.names(self.config.limits, self.options.draw()),
            self.options.clock,
            self.options.transport,
            # An emulator knows at once; AWS may need a while to tell all its servers of a new route or key.
            patience=0.0 if self.aws.endpoint_url else _FRESH_API_SECONDS,
        )
        failed: list[SmokeChecked] = []
        for check in test.run():
            yield check
            failed += [] if check.passed else [check]
        if failed:
            raise DeployError(
                f"Release {release} is live, but it failed its smoke test: {failed[0].title}: {failed[0].detail}.",
                "To go back, restore the configuration that worked and deploy again.",
            )

    def _record(self, rendered: Template, stack: Live, release: int) -> None:
        store = artefacts.find(self.aws)
        if store is not None and releases.read(store, stack.name, release) is not None:
            return
        store = store or artefacts.ensure(self.aws)
        releases.write(
            store,
            releases.Release(
                release=release,
                stack=stack.name,
                stack_id=stack.stack_id or "",
                template=rendered.body,
                parameters=rendered.parameters,
                package=store.put_package(self.package),
                deployed_at=self.options.clock.now().isoformat(timespec="seconds"),
                deployed_by=self.aws.identity().arn,
                tool=__version__,
            ),
        )

    def _next_release(self, stack: Live) -> int:
        """One more than any release there ever was under this name, also before a destruction."""
        store = artefacts.find(self.aws)
        recorded = releases.numbers(store, self.config.name) if store else []
        return max([*recorded, stack.release or 0]) + 1

    def _secret_revision(self, stack: Live, live_body: Mapping[str, Any]) -> str | None:
        routes = live.endpoints_of(live_body)
        known = secret.read_live_password(self.aws, stack, routes[0]["function"]) if routes else None
        return secret.revision(
            self.config.redis.password, known, stack.parameters.get(SECRET_REVISION), self.options.draw
        )

    def _parameters(self, rendered: Template) -> dict[str, str]:
        password = self.config.redis.password
        secrets_too = {PASSWORD: password.get_secret_value()} if rendered.takes_password and password else {}
        return {**rendered.parameters, **secrets_too}

    def _urls(self, stack: Live, body: Mapping[str, Any]) -> tuple[str | None, tuple[EndpointUrl, ...]]:
        base = urls.base_url(stack.outputs, self.aws.endpoint_url)
        return base, urls.endpoint_urls(base, live.endpoints_of(body))

    def _hide(self, text: str) -> str:
        password = self.config.redis.password
        return text.replace(password.get_secret_value(), _MASK) if password else text
