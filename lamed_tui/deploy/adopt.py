"""Taking over an API that lamed 0.4.3 deployed, so that pages keep their URL; and giving it back.

The old API's methods are pointed at the new functions and deployed once; nothing of 0.4.3's is deleted. What was there
is recorded first, so that giving it back restores every method, its key and the stage's deployment.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lamed_tui.deploy import (
    adoption_access,
    adoption_records,
    artefacts,
    engine,
    legacy_api,
    live,
    settling,
    smoke,
    template,
    wiring,
)
from lamed_tui.deploy.adoption_records import Adoption
from lamed_tui.deploy.events import Deployed, Warned
from lamed_tui.deploy.template_functions import ALIAS
from lamed_tui.errors import DeployError, LamedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.clock import Clock
    from lamed_tui.deploy.events import DeployEvent, EndpointUrl, SmokeChecked
    from lamed_tui.deploy.legacy_api import Legacy
    from lamed_tui.deploy.live import Live
    from lamed_tui.deploy.options import Options

_PREPARATION_SECONDS = 3600
"""For the time between the deployment and the moment when the pages' URL leads to it."""


@dataclass(frozen=True)
class Stepped:
    """A step is done."""

    text: str


@dataclass(frozen=True)
class Adopting:
    """How to adopt.

    Attributes:
        choose: picks one of several APIs.
        agree: asked before each step, with what it does.
        deployment: how to deploy the new stack, and the outside world.
    """

    choose: Callable[[Sequence[Legacy]], Legacy]
    agree: Callable[[str], bool]
    deployment: Options


def adopt(
    config: Config, aws: Aws, chosen: Adopting, api: str | None = None
) -> Generator[DeployEvent | Stepped, None, bool]:
    """Deploy the new stack beside the old one and lead the old API to it; whether it was done.

    Args:
        api: the id of the API; asked for when there are several.

    Raises:
        UsageError: there is no such API.
        DeployError: the new functions would take the old ones' names, or do not answer at the old URL, which then is
            what it was before.
        LamedError: like `engine.deploy`.
    """
    stack = live.read(aws, config.name)
    legacy = _chosen(legacy_api.find(aws, stack), api, chosen.choose, aws.region)
    _refuse_clashes(config, aws, stack)
    clock = chosen.deployment.clock
    until = int(clock.now().timestamp()) + config.uuid_expiry_seconds
    known = live.read_template(aws, stack).get("Metadata", {}).get(template.LEGACY_UNTIL)
    if not isinstance(known, int) or known < until:
        known = until + _PREPARATION_SECONDS
    if not chosen.agree(f"Deploy {config.name} beside the API {legacy.api} (nothing of 0.4.3's changes)?"):
        return False
    is_deployed = False
    with closing(engine.deploy(config, aws, options=replace(chosen.deployment, legacy_until=known))) as events:
        for event in events:
            is_deployed = isinstance(event, Deployed)
            yield event
    if not is_deployed:
        return False
    stack = live.read(aws, config.name)
    record = yield from _record(aws, config.name, legacy, clock.now().isoformat(timespec="seconds"))
    _, endpoints = settling.urls_of(aws, stack, live.endpoints_of(live.read_template(aws, stack)))
    targets = {(endpoint.path, endpoint.method): endpoint for endpoint in endpoints}
    moving = [method for method in record.methods if (method["path"], method["method"]) in targets]
    if not any(targets[method["path"], method["method"]].handler == wiring.TRACK for method in moving):
        raise DeployError(
            f"No route of {config.name} that counts events is like one of the API {legacy.api}.",
            "Add its tracking path to extra_wiring, and adopt it again. Nothing of 0.4.3's was changed.",
        )
    for method in record.methods:
        if method not in moving:
            yield Warned(f"{method['method']} {method['path']} stays with 0.4.3: no route here is like it.")
    if not chosen.agree(
        f"Lead {len(moving)} routes of the API {legacy.api} to the new functions, and let both keys in?"
    ):
        return False
    passed = yield from _Takeover(config, aws, chosen.deployment, stack, record, moving, targets).run()
    if not passed:
        yield from undo(config, aws, clock, legacy.api)
        raise DeployError(
            f"The API {legacy.api} did not answer as it should through the new functions, so 0.4.3 has it back.",
            "Remove the cause (lamed logs) and adopt it again.",
        )
    return True


def undo(config: Config, aws: Aws, clock: Clock, api: str | None = None) -> Generator[Stepped, None, None]:
    """Give an adopted API back to 0.4.3: its methods, its deployment, its keys. The new stack stays.

    Raises:
        UsageError: no such API is adopted.
        AwsError: AWS refused or could not be reached; repeating it goes on where it stopped.
    """
    store = artefacts.find(aws)
    adopted = adoption_records.api_ids(store, config.name) if store else []
    meant = api or (adopted[0] if len(adopted) == 1 else None)
    record = adoption_records.read(store, config.name, meant) if store and meant in adopted and meant else None
    if store is None or record is None:
        raise UsageError(
            f"{config.name} has adopted {'several APIs' if len(adopted) > 1 else 'no such API'} in {aws.region}.",
            f"Name one with --api: {', '.join(adopted)}." if adopted else "",
        )
    for method in record.methods:
        legacy_api.restore(aws, record.api, method)
    legacy_api.return_to(aws, config.name, record)
    yield Stepped(f"The API {record.api} runs 0.4.3's functions again, by its deployment {record.deployment}.")
    adoption_access.take_back(aws, config.name, record)
    yield Stepped("The keys open again only what they opened before.")
    adoption_records.write(store, config.name, replace(record, undone_at=clock.now().isoformat(timespec="seconds")))


def _chosen(
    found: Sequence[Legacy], api: str | None, choose: Callable[[Sequence[Legacy]], Legacy], region: str
) -> Legacy:
    matching = [legacy for legacy in found if api in {None, legacy.api}]
    if not matching:
        which = f"with the id {api} " if api else ""
        raise UsageError(
            f"There is no API named {legacy_api.LEGACY_NAME} {which}in {region} that lamed 0.4.3 could have made.",
            "Check the region: lamed configure --set aws.region=…",
        )
    return matching[0] if len(matching) == 1 else choose(matching)


def _refuse_clashes(config: Config, aws: Aws, stack: Live) -> None:
    """0.4.3's functions must stay as they are, for the way back."""
    own = {route["function"] for route in live.endpoints_of(live.read_template(aws, stack))}
    for function in wiring.resolve(config).functions:
        if function.name not in own and live.function_exists(aws, function.name):
            raise DeployError(
                f"The function {function.name} of lamed 0.4.3 is in {aws.region}, and the new one would have its name.",
                "Choose another name for the new backend: lamed configure --set name=lamed-2, then lamed adopt again.",
            )


def _record(aws: Aws, name: str, legacy: Legacy, now: str) -> Generator[Stepped, None, Adoption]:
    """What is there, kept before anything changes; the first record when this is a repetition."""
    store = artefacts.ensure(aws)
    known = adoption_records.read(store, name, legacy.api)
    if known is not None:
        yield Stepped(f"What the API {legacy.api} was like is recorded already.")
        return known
    record = Adoption(
        api=legacy.api,
        stage=legacy_api.LEGACY_STAGE,
        deployment=legacy_api.deployment(aws, legacy.api),
        methods=tuple(legacy_api.methods(aws, legacy.api)),
        keys=legacy_api.key_ids(aws),
        adopted_at=now,
    )
    adoption_records.write(store, name, record)
    yield Stepped(
        f"What the API {legacy.api} is like is recorded: {len(record.methods)} methods, deployment {record.deployment}."
    )
    return record


@dataclass(frozen=True)
class _Takeover:
    """Leading an API's methods to the new functions.

    Attributes:
        deployment: the outside world.
        stack: the new one.
        record: what the API was like.
        moving: the recorded methods that are to be led.
        targets: what each of them is led to, by path and method.
    """

    config: Config
    aws: Aws
    deployment: Options
    stack: Live
    record: Adoption
    moving: Sequence[Mapping[str, Any]]
    targets: Mapping[tuple[str, str], EndpointUrl]

    def run(self) -> Generator[Stepped | SmokeChecked, None, bool]:
        """Whether the old API answers through the new functions as it should; an error says how it can go on."""
        try:
            yield from self._lead()
            return (yield from self._verify())
        except LamedError as error:
            error.fix = f"{error.fix} Then lamed adopt goes on from there, or lamed adopt --undo takes it back.".strip()
            raise

    def _lead(self) -> Iterator[Stepped]:
        """Point the methods at the new functions, deploy once, and let both keys in at both URLs."""
        aws, name = self.aws, self.config.name
        functions = dict.fromkeys(self._target(method).function for method in self.moving)
        arns = {one: aws.functions.get_alias(FunctionName=one, Name=ALIAS)["AliasArn"] for one in functions}
        with_keys = any(method["api_key_required"] for method in self.moving)
        # Recorded before anything is added: whatever happens now, all of it can be taken back.
        record = adoption_access.intended(aws, self.stack, self.record, functions, with_keys=with_keys)
        adoption_records.write(artefacts.ensure(aws), name, record)
        adoption_access.let_in(aws, self.stack, record, arns, with_keys=with_keys)
        for method in self.moving:
            legacy_api.lead(aws, record, method, arns[self._target(method).function])
        deployed = legacy_api.deploy(aws, name, record)
        yield Stepped(f"{len(self.moving)} routes lead to the new functions, by deployment {deployed}.")

    def _verify(self) -> Generator[SmokeChecked, None, bool]:
        """The smoke test at the old URL with each key; whether all of it passed."""
        base, passed = legacy_api.base_url(self.aws, self.record.api), True
        endpoints = [
            replace(self._target(method), url=base + method["path"], api_key_required=bool(method["api_key_required"]))
            for method in self.moving
        ]
        for key in (self.stack.outputs[template.API_KEY_ID], *self.record.keys):
            test = smoke.of_api(
                self.aws,
                self.config,
                endpoints,
                key,
                clock=self.deployment.clock,
                transport=self.deployment.transport,
                token=self.deployment.draw(),
            )
            for check in test.run():
                yield check
                passed = passed and check.passed
        return passed

    def _target(self, method: Mapping[str, Any]) -> EndpointUrl:
        return self.targets[method["path"], method["method"]]
