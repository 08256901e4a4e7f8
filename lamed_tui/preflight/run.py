"""The door to the checks: a configuration in, a stream of results out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lamed_tui.errors import ConfigError
from lamed_tui.preflight.checklist import ENTRIES, checklist, checklist_without, with_needed
from lamed_tui.preflight.schedule import LIMIT, as_they_happen, in_order
from lamed_tui.preflight.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.preflight.result import CheckResult
    from lamed_tui.preflight.schedule import Begun, Check
    from lamed_tui.preflight.subject import World


def run_checks(
    load: Callable[[], LoadedConfig],
    environment: Mapping[str, str],
    *,
    world: World | None = None,
    limit: float = LIMIT,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[CheckResult]:
    """Check everything that a deployment needs. Nothing is changed, but for probe keys in Redis that are removed.

    Args:
        load: gives the settings; its `ConfigError` is the first check's failure.
        environment: the environment variables, for AWS.
        world: the outside, replaced in tests.
        limit: seconds that a check may take.
        clock: seconds that only go forward.

    Yields:
        One result a check, in a fixed order, each as soon as it and those before it are known. Nothing is raised.
    """
    yield from in_order(ENTRIES, watch_checks(load, environment, world=world, limit=limit, clock=clock))


def watch_checks(
    load: Callable[[], LoadedConfig],
    environment: Mapping[str, str],
    *,
    only: Collection[str] | None = None,
    world: World | None = None,
    limit: float = LIMIT,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Begun | CheckResult]:
    """As `run_checks`, telling also when each check begins, and each result as soon as it is known.

    Args:
        only: ids of the checks to run, with those they need; all of them when None.
    """

    def chosen(checks: Sequence[Check]) -> Sequence[Check]:
        return checks if only is None else with_needed(checks, only)

    try:
        loaded = load()
    except ConfigError as error:
        yield from as_they_happen(chosen(checklist_without(error)), limit=limit, clock=clock)
        return
    subject = Subject(loaded, environment, world)
    try:
        yield from as_they_happen(chosen(checklist(subject)), limit=limit, clock=clock)
    finally:
        subject.close()
