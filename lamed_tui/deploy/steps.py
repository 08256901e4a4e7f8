"""The steps of a deployment, one a phase of `machine`. What ends before AWS begins leaves nothing behind."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamed_tui.deploy import apply, artefacts, changeset, live, machine, plan, releases, settling
from lamed_tui.deploy.changeset import TemplateSource
from lamed_tui.deploy.events import Applying, Attached, Declined, Detached, Mending, Planned, Warned
from lamed_tui.deploy.machine import Phase, Signal
from lamed_tui.errors import LamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.artefacts import Artefacts
    from lamed_tui.deploy.candidate import Candidate
    from lamed_tui.deploy.changeset import ChangeSet
    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.deploy.live import Live
    from lamed_tui.deploy.options import Options
    from lamed_tui.deploy.plan import Plan
    from lamed_tui.deploy.template import Template

    Step = Generator[DeployEvent, None, Signal]

_MASK = "**********"


@dataclass
class Steps:
    """One deployment, or one rollback: what is to be deployed is all they differ in.

    Attributes:
        prepare: what would be deployed, for a stack as it stands.
    """

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
        self._store: Artefacts | None = None
        self._token = self.options.draw()
        self._starter = apply.Starter(self.aws, self.options.clock, self._hide, self.options.wish)

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
        live.refuse_unless_planned_by_us(self.aws, self._stack)
        self._tell_what_is_live()
        yield from ()
        return machine.SIGNAL_OF[self._stack.state.situation]

    def _attach(self) -> Step:
        """Follow the operation that is running already."""
        self._attached = True
        yield Attached(self._stack.name, self._stack.status or "")
        outcome = yield from self._starter.attach(self._stack).follow()
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
        outcome = yield from self._starter.mend(self._stack, self.options.draw()).follow()
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
        if prepared.package is not None:
            self._bucket().put_package(prepared.package)
        if self._change_set is None:
            raise AssertionError("the plan comes first")
        follower = self._starter.execute(self._change_set, self._token)
        self._undo.pop_all()
        outcome = yield from follower.follow()
        if outcome.detached:
            yield Detached(self._stack.name)
            return Signal.LEFT
        if not outcome.stack.state.succeeded:
            raise apply.failure(self.aws, outcome, self.config.name)
        self._stack = outcome.stack
        self._tell_what_is_live()
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
        yield from after.settle(self._candidate, self._stack, self._bucket, changed=self._attached)
        return Signal.SETTLED

    def _tell_what_is_live(self) -> None:
        base, _ = settling.urls_of(self.aws, self._stack, ())
        self.options.on_live(self._stack.release, base)

    def _known(self) -> tuple[Candidate, Plan]:
        if self._candidate is None or self._plan is None:
            raise AssertionError("the plan comes first")
        return self._candidate, self._plan

    def _bucket(self) -> Artefacts:
        """The artefact bucket, made or completed at most once."""
        if self._store is None:
            self._store = artefacts.ensure(self.aws)
        return self._store

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
        store = self._bucket()
        upload = store.put_template(self.config.name, text)
        self._undo.callback(_quietly, lambda: store.withdraw(upload))
        return TemplateSource(url=upload.url)


def _quietly(step: Callable[[], None]) -> None:
    """Clean up as far as possible: the reason for being here matters more than what stands in the way."""
    with suppress(LamedError):
        step()
