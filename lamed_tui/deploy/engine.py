"""Deployment and rollback from end to end: a stream of events out, `Deployed` or an error at its end.

Wiring, package and template are pure; the plan is what CloudFormation says of a change set; nothing is changed before
the plan is confirmed; and what CloudFormation begins it also finishes or undoes, whether or not we are there. Which
step follows which stands in `machine`.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lamed_tui.deploy import (
    apply,
    artefacts,
    candidate,
    changeset,
    environment,
    live,
    machine,
    plan,
    releases,
    settling,
    smoke,
    template,
    wiring,
)
from lamed_tui.deploy import package as packages
from lamed_tui.deploy.changeset import TemplateSource
from lamed_tui.deploy.clock import Clock
from lamed_tui.deploy.events import Applying, Attached, Declined, Detached, Mending, Planned, Warned
from lamed_tui.deploy.following import Wish, always_follow
from lamed_tui.deploy.machine import Phase, Signal
from lamed_tui.errors import ConfigError, LamedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.candidate import Candidate
    from lamed_tui.deploy.changeset import ChangeSet
    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.deploy.live import Live
    from lamed_tui.deploy.package import Package
    from lamed_tui.deploy.plan import Plan
    from lamed_tui.deploy.template import Template

    Step = Generator[DeployEvent, None, Signal]

_MASK = "**********"


def _always(_plan: Plan) -> bool:
    return True


def _never(_question: str) -> bool:
    return False


def _random_word() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Options:
    """How to deploy, and the outside world handed in.

    Attributes:
        confirm: asked once, with the plan, before anything changes.
        mend: asked whether to take the step that leads out of a stuck state; without it such a state is an error.
        wish: asked while AWS works whether to go on following, to cancel or to detach.
        smoke_test: whether to try the deployed URL afterwards.
        draw: gives random words of 32 hexadecimal digits.
        legacy_until: the epoch second until which 0.4.3's own flags shall be honoured; what is live when None.
    """

    confirm: Callable[[Plan], bool] = _always
    mend: Callable[[str], bool] = _never
    wish: Callable[[], Wish] = always_follow
    smoke_test: bool = True
    clock: Clock = field(default_factory=Clock)
    transport: smoke.Transport = smoke.over_http
    draw: Callable[[], str] = _random_word
    legacy_until: int | None = None


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
    built = package or packages.build(template.runtime())
    routes = wiring.resolve(config)
    for warning in (*routes.warnings, *environment.warnings(config)):
        yield Warned(warning)

    def prepare(stack: Live) -> Candidate:
        return candidate.prepare(config, routes, built, aws, stack, chosen.draw, legacy_until=chosen.legacy_until)

    yield from _Run(config, aws, chosen, prepare).run()


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

    yield from _Run(config, aws, chosen, prepare).run()


def _refuse_without_log_role(aws: Aws) -> None:
    """API Gateway writes access logs with a role of the whole region's, which is not ours to set."""
    if not aws.apigateway.get_account().get("cloudwatchRoleArn"):
        raise ConfigError(
            f"access_logs is true, but API Gateway may not write logs in {aws.region}: its account settings name no "
            "role.",
            "Set the CloudWatch log role ARN in API Gateway's settings, or: lamed configure --set access_logs=false",
        )


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


@dataclass
class _Run:
    config: Config
    aws: Aws
    options: Options
    prepare: Callable[[Live], Candidate]

    def __post_init__(self) -> None:
        self._stack = live.Live(self.config.name)
        self._attached = False
        self._mended: set[str | None] = set()
        self._undo = ExitStack()
        self._candidate: Candidate | None = None
        self._change_set: ChangeSet | None = None
        self._plan: Plan | None = None
        self._token = self.options.draw()

    def run(self) -> Iterator[DeployEvent]:
        """Walk through the phases; whatever ends this before AWS begins leaves nothing behind."""
        try:
            with self._undo:
                yield from machine.run(
                    machine.DEPLOYING,
                    {
                        Phase.LOOK: self._look,
                        Phase.ATTACH: self._attach,
                        Phase.MEND: self._mend,
                        Phase.PLAN: self._make_plan,
                        Phase.ASK: self._ask,
                        Phase.APPLY: self._apply,
                        Phase.SETTLE: self._settle,
                    },
                )
        except LamedError as error:
            # AWS's own words may repeat a value that it refused.
            error.what, error.fix = self._hide(error.what), self._hide(error.fix)
            error.args = (error.what,)
            raise

    def _look(self) -> Step:
        self._stack = live.read(self.aws, self.config.name)
        live.refuse_unless_ours(self._stack, self.aws.region)
        yield from ()
        return machine.SIGNAL_OF[self._stack.state.situation]

    def _attach(self) -> Step:
        """Follow the operation that is running already."""
        self._attached = True
        yield Attached(self._stack.name, self._stack.status or "")
        follower = apply.attach(self.aws, self._stack, self.options.clock, self._hide, self.options.wish)
        outcome = yield from follower.follow()
        if outcome.detached:
            yield Detached(self._stack.name)
            return Signal.LEFT
        if outcome.cancelled:
            raise apply.failure(self.aws, outcome, self.config.name)
        if outcome.cause is not None:
            yield Warned(f"That deployment failed: {outcome.cause.logical_id}: {outcome.cause.reason}")
        return Signal.RESTED

    def _mend(self) -> Step:
        """Offer the step that leads out of the state, once."""
        status, remedy = self._stack.status, self._stack.state.remedy
        if remedy is None or status in self._mended or not self.options.mend(remedy.value):
            live.refuse_if_stuck(self._stack, self.aws.region)
        self._mended.add(status)
        yield Mending(self._stack.name, status or "")
        follower = apply.mend(
            self.aws, self._stack, self.options.draw(), self.options.clock, self._hide, self.options.wish
        )
        outcome = yield from follower.follow()
        if outcome.detached:
            yield Detached(self._stack.name)
            return Signal.LEFT
        return Signal.MENDED

    def _make_plan(self) -> Step:
        prepared = self._candidate = self.prepare(self._stack)
        if prepared.is_live:
            return Signal.LIVE
        release = self._next_release()
        pending = changeset.create(
            self.aws,
            self._stack,
            token=self._token,
            template=self._template_source(prepared.template),
            parameters=prepared.parameters,
            tags={**self.config.tags, live.NAME_TAG: self.config.name, live.RELEASE_TAG: str(release)},
        )
        self._undo.callback(_quietly, lambda: changeset.discard(self.aws, pending))
        self._change_set = changeset.describe(self.aws, pending, self.options.clock)
        if not self._change_set.changes:
            self._undo.close()
            return Signal.LIVE
        self._plan = plan.make(
            self.config.name,
            release,
            self._change_set.changes,
            creates=self._change_set.creates,
            live_body=prepared.live_body,
            new_body=prepared.template.body,
            restores=prepared.restores,
        )
        yield Planned(self._plan)
        return Signal.CHANGES

    def _ask(self) -> Step:
        prepared, made = self._known()
        if self.options.confirm(made):
            return Signal.AGREED
        yield Declined(self._stack.release, *settling.urls_of(self.aws, self._stack, prepared.live_routes))
        return Signal.REFUSED

    def _apply(self) -> Step:
        prepared, made = self._known()
        yield Applying(len(made.changes))
        store = artefacts.ensure(self.aws)
        if prepared.package is not None:
            store.put_package(prepared.package)
        if self._change_set is None:
            raise AssertionError("the plan comes first")
        follower = apply.execute(
            self.aws, self._change_set, self._token, self.options.clock, self._hide, self.options.wish
        )
        self._undo.pop_all()
        outcome = yield from follower.follow()
        if outcome.detached:
            yield Detached(self._stack.name)
            return Signal.LEFT
        if not outcome.stack.state.succeeded:
            raise apply.failure(self.aws, outcome, self.config.name)
        self._stack = outcome.stack
        self._attached = True  # something changed
        return Signal.SUCCEEDED

    def _settle(self) -> Step:
        if self._candidate is None:
            raise AssertionError("the plan comes first")
        after = settling.Settling(
            self.config,
            self.aws,
            self.options.clock,
            self.options.transport,
            self.options.draw,
            self.options.smoke_test,
        )
        yield from after.settle(self._candidate, self._stack, changed=self._attached)
        return Signal.SETTLED

    def _known(self) -> tuple[Candidate, Plan]:
        if self._candidate is None or self._plan is None:
            raise AssertionError("the plan comes first")
        return self._candidate, self._plan

    def _hide(self, text: str) -> str:
        """The text without the password."""
        password = self.config.redis.password
        return text.replace(password.get_secret_value(), _MASK) if password else text

    def _next_release(self) -> int:
        """One more than any release there ever was under this name, also before a destruction."""
        store = artefacts.find(self.aws)
        recorded = releases.numbers(store, self.config.name) if store else []
        return max([*recorded, self._stack.release or 0]) + 1

    def _template_source(self, rendered: Template) -> TemplateSource:
        """The template itself, or an uploaded copy that goes again when nothing comes of it."""
        text = rendered.text()
        if len(text.encode()) <= changeset.MAX_INLINE_BYTES:
            return TemplateSource(body=text)
        store = artefacts.ensure(self.aws)
        upload = store.put_template(self.config.name, text)
        self._undo.callback(_quietly, lambda: store.withdraw(upload))
        return TemplateSource(url=upload.url)


def _quietly(step: Callable[[], None]) -> None:
    """Clean up as far as possible: the reason for being here matters more than what stands in the way."""
    with suppress(LamedError):
        step()
