"""What follows once something is live: it is recorded, tried once, and what nothing needs any more is removed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lamed_tui import __version__
from lamed_tui.deploy import live, releases, retention, smoke, template, urls
from lamed_tui.deploy.events import Deployed, SmokeChecked, Warned
from lamed_tui.errors import DeployError, LamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.artefacts import Artefacts
    from lamed_tui.deploy.candidate import Candidate
    from lamed_tui.deploy.clock import Clock
    from lamed_tui.deploy.events import DeployEvent, EndpointUrl
    from lamed_tui.deploy.live import Live
    from lamed_tui.deploy.releases import Release


def urls_of(
    aws: Aws, stack: Live, routes: Sequence[Mapping[str, object]]
) -> tuple[str | None, tuple[EndpointUrl, ...]]:
    """Where a stack answers: the base, and each of the routes."""
    base = urls.base_url(stack.outputs, aws.region, aws.endpoint_url)
    return base, urls.endpoint_urls(base, routes)


@dataclass(frozen=True)
class Settling:
    """Everything after AWS is done."""

    config: Config
    aws: Aws
    clock: Clock
    transport: smoke.Transport
    draw: Callable[[], str]
    smoke_test: bool

    def settle(
        self, done: Candidate, stack: Live, bucket: Callable[[], Artefacts], *, changed: bool
    ) -> Iterator[DeployEvent]:
        """Make sure that what is live is recorded and was tried once, and say where it answers.

        Args:
            bucket: gives the artefact bucket, made if need be; that it cannot ends nothing.

        Raises:
            DeployError: the smoke test failed.
            AwsError: AWS refused or could not be reached.
        """
        release = stack.release or 0
        record: Release | None = None
        try:
            store = bucket()
            if done.package is not None and not changed:
                store.put_package(done.package)  # somebody may have removed it, and CloudFormation may read it again
            record = self._record(store, done, stack, release)
        except LamedError as error:
            yield Warned(f"Release {release} is live but could not be recorded: {error}")
        base, endpoints = urls_of(self.aws, stack, live.endpoints_of(done.template.body))
        key_id = stack.outputs.get(template.API_KEY_ID, "")
        untried = record.tested_at is None if record else changed
        if self.smoke_test and untried:
            changed = True
            yield from self._smoke(endpoints, key_id, release)
            if record is not None:
                releases.write(bucket(), replace(record, tested_at=self._now()))
        if changed and record is not None:
            try:
                retention.prune(self.aws, bucket(), stack, done.live_body, done.template.body)
            except LamedError as error:
                yield Warned(f"What old releases left behind was not removed: {error}")
        yield Deployed(changed, release, base or "", endpoints, key_id)

    def _smoke(self, endpoints: Sequence[EndpointUrl], key_id: str, release: int) -> Iterator[SmokeChecked]:
        test = smoke.of_api(
            self.aws,
            self.config,
            endpoints,
            key_id,
            clock=self.clock,
            transport=self.transport,
            token=self.draw(),
        )
        failed: list[SmokeChecked] = []
        for check in test.run():
            yield check
            failed += [] if check.passed else [check]
        if failed:
            raise DeployError(
                f"Release {release} is live, but it failed its smoke test: {failed[0].title}: {failed[0].detail}.",
                "Go back to the release before with: lamed rollback, or remove the cause and deploy again.",
            )

    def _record(self, store: Artefacts, done: Candidate, stack: Live, release: int) -> Release:
        """The record of what is live, written now if it is missing, as after a deployment that nobody saw end."""
        known = releases.read(store, stack.name, release)
        if known is not None:
            return known
        record = releases.Release(
            release=release,
            stack=stack.name,
            stack_id=stack.stack_id or "",
            template=done.template.body,
            parameters=done.template.parameters,
            package=done.package_key,
            deployed_at=self._now(),
            deployed_by=self.aws.identity().arn,
            tool=__version__,
            restores=done.restores,
        )
        releases.write(store, record)
        return record

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="seconds")
