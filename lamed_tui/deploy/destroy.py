"""Removing a backend: what goes and what stays, then CloudFormation's deletion, then what lies outside the stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamed_tui.deploy import adoption_records, apply, artefacts, live, machine, retention
from lamed_tui.deploy.events import Applying, Attached, Declined, Destroyed, Detached, Planned, Warned
from lamed_tui.deploy.machine import Phase, Signal
from lamed_tui.deploy.options import Options
from lamed_tui.deploy.plan import Change, Consequence, Plan
from lamed_tui.deploy.settling import urls_of
from lamed_tui.deploy.states import Situation
from lamed_tui.errors import NeedsRepairError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.artefacts import Artefacts
    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.deploy.following import Outcome

    Step = Generator[DeployEvent, None, Signal]

_GONE = {None, "DELETE_COMPLETE"}


def destroy(
    config: Config, aws: Aws, *, with_artefacts: bool = False, options: Options | None = None
) -> Generator[DeployEvent, None, None]:
    """Remove the stack of the configuration's name and everything that belongs to it alone.

    Args:
        with_artefacts: whether its release records and packages go too, and the bucket with the last of them.

    The last event is `Destroyed`, `Declined` or `Detached`. Counters in Redis are never touched.

    Raises:
        AwsError: something else made a stack of that name, or AWS refused or could not be reached.
        NeedsRepairError: AWS could not delete everything.
    """
    yield from _Run(config, aws, options or Options(), with_artefacts).run()


@dataclass
class _Run:
    config: Config
    aws: Aws
    options: Options
    with_artefacts: bool

    def __post_init__(self) -> None:
        self._stack = live.Live(self.config.name)
        self._plan: Plan | None = None
        self._starter = apply.Starter(self.aws, self.options.clock, wish=self.options.wish)

    def run(self) -> Iterator[DeployEvent]:
        yield from machine.run(
            machine.DESTROYING,
            {
                Phase.LOOK: self._look,
                Phase.ATTACH: self._attach,
                Phase.PLAN: self._make_plan,
                Phase.ASK: self._ask,
                Phase.APPLY: self._apply,
                Phase.SETTLE: self._settle,
            },
        )

    def _look(self) -> Step:
        self._stack = live.read(self.aws, self.config.name)
        live.refuse_unless_ours(self._stack, self.aws.region)
        live.refuse_unless_planned_by_us(self.aws, self._stack)
        yield from ()
        return machine.SIGNAL_OF[self._stack.state.situation]

    def _attach(self) -> Step:
        yield Attached(self._stack.name, self._stack.status or "")
        outcome = yield from self._starter.attach(self._stack).follow()
        if outcome.detached:
            yield Detached(self._stack.name)
            return Signal.LEFT
        return Signal.RESTED

    def _make_plan(self) -> Step:
        changes = tuple(self._resources())
        store = artefacts.find(self.aws)
        kept = [*self._kept(store)]
        leaves_something = self.with_artefacts and store is not None and _has_anything(store, self.config.name)
        if self._stack.status in _GONE and not leaves_something:
            yield Destroyed(self.config.name, changed=False, kept=tuple(kept))
            return Signal.NOTHING
        consequences = [*self._consequences(store), *(Consequence(text) for text in kept)]
        self._plan = Plan(
            self.config.name,
            creates=False,
            release=self._stack.release or 0,
            changes=changes,
            consequences=tuple(consequences),
            removes=True,
        )
        yield Planned(self._plan)
        return Signal.CHANGES

    def _resources(self) -> Iterator[Change]:
        if self._stack.status in _GONE:
            return
        pages = self.aws.cloudformation.get_paginator("list_stack_resources").paginate(
            StackName=self._stack.stack_id or self._stack.name
        )
        for page in pages:
            for resource in page["StackResourceSummaries"]:
                if resource["ResourceStatus"] != "DELETE_COMPLETE":
                    yield Change(
                        "remove",
                        resource["LogicalResourceId"],
                        resource["ResourceType"],
                        resource.get("PhysicalResourceId"),
                    )

    def _consequences(self, store: Artefacts | None) -> Iterator[Consequence]:
        base, _ = urls_of(self.aws, self._stack, ())
        if base:
            yield Consequence(f"{base} stops answering: pages that send events there keep them unsent.", grave=True)
            yield Consequence("The API key, every version of the functions and their logs are deleted.", grave=True)
        adopted = adoption_records.api_ids(store, self.config.name) if store else []
        for api in adopted:
            yield Consequence(
                f"The API {api} of lamed 0.4.3 was adopted and stops answering too; to give it back first: "
                "lamed adopt --undo",
                grave=True,
            )
        if self.with_artefacts and store is not None:
            yield Consequence(
                f"The release records and packages of {self.config.name} in {store.bucket} are deleted: there is no "
                "way back to any release.",
                grave=True,
            )

    def _kept(self, store: Artefacts | None) -> Iterator[str]:
        yield "Counters in Redis stay."
        if store is not None and not self.with_artefacts:
            yield (
                f"The artefact bucket {store.bucket} stays, with the record and the package of every release; "
                "lamed destroy --artefacts deletes those as well."
            )

    def _ask(self) -> Step:
        if self._plan is not None and self.options.confirm(self._plan):
            return Signal.AGREED
        body = live.read_template(self.aws, self._stack)
        yield Declined(self._stack.release, *urls_of(self.aws, self._stack, live.endpoints_of(body)))
        return Signal.REFUSED

    def _apply(self) -> Step:
        if self._stack.status in _GONE:
            return Signal.SUCCEEDED
        yield Applying(len(self._plan.changes) if self._plan else 0)
        outcome = yield from self._starter.delete(self._stack, self.options.draw()).follow()
        if outcome.detached:
            yield Detached(self._stack.name)
            return Signal.LEFT
        if outcome.stack.state.situation is not Situation.ABSENT:
            raise _undeleted(outcome, self.config.name)
        return Signal.SUCCEEDED

    def _settle(self) -> Step:
        store = artefacts.find(self.aws)
        if store is not None and self.with_artefacts:
            retention.remove_all(self.aws, store, self.config.name)
            if next(store.keys(""), None) is None:
                store.remove("")  # what versioning keeps
                store.remove_bucket()
            else:
                yield Warned(f"{store.bucket} stays: other backends have releases in it.")
        yield Destroyed(self.config.name, changed=True, kept=tuple(self._kept(store)))
        return Signal.SETTLED


def _has_anything(store: Artefacts, name: str) -> bool:
    return next(store.keys(f"stacks/{name}/"), None) is not None


def _undeleted(outcome: Outcome, name: str) -> NeedsRepairError:
    cause, stack = outcome.cause, outcome.stack
    why = (
        f"{cause.logical_id} ({cause.resource_type}): {cause.reason.rstrip('.')}" if cause else stack.reason.rstrip(".")
    )
    return NeedsRepairError(
        f"{name} could not be deleted completely: {why or 'AWS gave no reason'}. The stack is left in {stack.status}.",
        "Remove what blocks the deletion, then run lamed destroy again.",
    )
