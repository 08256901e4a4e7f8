"""The deployment from end to end: configuration in, a stream of events out, `Deployed` or an error at its end.

Wiring, package and template are pure; the plan is what CloudFormation says of a change set; nothing is changed before
the plan is confirmed; and what CloudFormation begins it also finishes or undoes, whether or not we are there.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lamed_tui import __version__
from lamed_tui.deploy import (
    apply,
    artefacts,
    candidate,
    changeset,
    environment,
    live,
    plan,
    releases,
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
from lamed_tui.deploy.template_functions import PASSWORD
from lamed_tui.errors import DeployError, LamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.candidate import Candidate
    from lamed_tui.deploy.events import DeployEvent, EndpointUrl
    from lamed_tui.deploy.live import Live
    from lamed_tui.deploy.package import Package
    from lamed_tui.deploy.plan import Plan
    from lamed_tui.deploy.releases import Release
    from lamed_tui.deploy.template import Template

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

    Closing the generator before the plan is confirmed takes everything back; afterwards AWS goes on by itself.

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
    run = _Run(config, aws, package or packages.build(), options or Options())
    try:
        yield from run.deploy()
    except LamedError as error:
        # AWS's own words may repeat a value that it refused.
        error.what, error.fix = run.hide(error.what), run.hide(error.fix)
        error.args = (error.what,)
        raise


@dataclass(frozen=True)
class _Run:
    config: Config
    aws: Aws
    package: Package
    options: Options

    def deploy(self) -> Iterator[DeployEvent]:
        routes = wiring.resolve(self.config)
        for warning in (*routes.warnings, *environment.warnings(self.config)):
            yield Warned(warning)
        stack = live.read(self.aws, self.config.name)
        live.refuse_unless_ours(stack, self.aws.region)
        attached = stack.state.situation is Situation.BUSY
        if attached:
            stack = yield from self._attach(stack)
        live.refuse_if_stuck(stack, self.aws.region)
        prepared = candidate.prepare(self.config, routes, self.package, self.aws, stack, self.options.draw)
        if prepared.is_live:
            yield from self._finish(prepared.template, stack, changed=attached)
        else:
            yield from self._change(prepared, stack)

    def hide(self, text: str) -> str:
        """The text without the password."""
        password = self.config.redis.password
        return text.replace(password.get_secret_value(), _MASK) if password else text

    def _attach(self, stack: Live) -> Generator[DeployEvent, None, Live]:
        """Follow the operation that is running and return the stack as it leaves it."""
        yield Attached(stack.name, stack.status or "")
        outcome = yield from apply.attach(self.aws, stack, self.options.clock, self.hide).follow()
        if outcome.cause is not None:
            yield Warned(f"That deployment failed: {outcome.cause.logical_id}: {outcome.cause.reason}")
        return outcome.stack

    def _change(self, prepared: Candidate, stack: Live) -> Iterator[DeployEvent]:
        """Plan, ask, apply; whatever ends this before AWS begins leaves nothing behind."""
        token = self.options.draw()
        release = self._next_release(stack)
        with ExitStack() as undo:
            pending = changeset.create(
                self.aws,
                stack,
                token=token,
                template=self._template_source(prepared.template, undo),
                parameters=self._parameters(prepared.template),
                tags={live.NAME_TAG: self.config.name, live.RELEASE_TAG: str(release)},
            )
            undo.callback(_quietly, lambda: changeset.discard(self.aws, pending))
            change_set = changeset.describe(self.aws, pending, self.options.clock)
            if not change_set.changes:
                yield from self._finish(prepared.template, stack, changed=False)
                return
            made = plan.make(
                self.config.name,
                release,
                change_set.changes,
                creates=change_set.creates,
                live_routes=prepared.live_routes,
                new_routes=prepared.routes,
            )
            yield Planned(made)
            if not self.options.confirm(made):
                yield Declined(stack.release, *self._urls(stack, prepared.live_routes))
                return
            yield Applying(len(made.changes))
            artefacts.ensure(self.aws).put_package(self.package)
            follower = apply.execute(self.aws, change_set, token, self.options.clock, self.hide)
            undo.pop_all()
        outcome = yield from follower.follow()
        if not outcome.stack.state.succeeded:
            raise apply.failure(self.aws, outcome, self.config.name)
        yield from self._finish(prepared.template, outcome.stack, changed=True)

    def _finish(self, rendered: Template, stack: Live, *, changed: bool) -> Iterator[DeployEvent]:
        """Make sure that what is live is recorded and was tried once, and say where it answers."""
        release = stack.release or 0
        record: Release | None = None
        try:
            record = self._record(rendered, stack, release)
        except LamedError as error:
            yield Warned(f"Release {release} is live but could not be recorded: {error}")
        base, endpoints = self._urls(stack, live.endpoints_of(rendered.body))
        key_id = stack.outputs.get(template.API_KEY_ID, "")
        untried = record.tested_at is None if record else changed
        if self.options.smoke_test and untried:
            changed = True
            yield from self._smoke(endpoints, key_id, release)
            if record is not None:
                store = artefacts.ensure(self.aws)
                releases.write(store, replace(record, tested_at=self._now()))
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
                "Remove the cause and deploy again, or go back: restore the configuration that worked and deploy it.",
            )

    def _record(self, rendered: Template, stack: Live, release: int) -> Release:
        """The record of what is live, written now if it is missing, as after a deployment that nobody saw end."""
        store = artefacts.ensure(self.aws)
        known = releases.read(store, stack.name, release)
        if known is not None:
            return known
        record = releases.Release(
            release=release,
            stack=stack.name,
            stack_id=stack.stack_id or "",
            template=rendered.body,
            parameters=rendered.parameters,
            package=store.put_package(self.package),
            deployed_at=self._now(),
            deployed_by=self.aws.identity().arn,
            tool=__version__,
        )
        releases.write(store, record)
        return record

    def _next_release(self, stack: Live) -> int:
        """One more than any release there ever was under this name, also before a destruction."""
        store = artefacts.find(self.aws)
        recorded = releases.numbers(store, self.config.name) if store else []
        return max([*recorded, stack.release or 0]) + 1

    def _template_source(self, rendered: Template, undo: ExitStack) -> TemplateSource:
        """The template itself, or an uploaded copy that goes again when nothing comes of it."""
        text = rendered.text()
        if len(text.encode()) <= changeset.MAX_INLINE_BYTES:
            return TemplateSource(body=text)
        store = artefacts.ensure(self.aws)
        upload = store.put_template(self.config.name, text)
        undo.callback(_quietly, lambda: store.withdraw(upload))
        return TemplateSource(url=upload.url)

    def _parameters(self, rendered: Template) -> dict[str, str]:
        password = self.config.redis.password
        hidden = {PASSWORD: password.get_secret_value()} if rendered.takes_password and password else {}
        return {**rendered.parameters, **hidden}

    def _urls(self, stack: Live, routes: Sequence[Mapping[str, object]]) -> tuple[str | None, tuple[EndpointUrl, ...]]:
        base = urls.base_url(stack.outputs, self.aws.endpoint_url)
        return base, urls.endpoint_urls(base, routes)

    def _now(self) -> str:
        return self.options.clock.now().isoformat(timespec="seconds")


def _quietly(step: Callable[[], None]) -> None:
    """Clean up as far as possible: the reason for being here matters more than what stands in the way."""
    with suppress(LamedError):
        step()
