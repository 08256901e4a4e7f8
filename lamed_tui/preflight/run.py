"""The door to the checks: a configuration in, a stream of results out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lamed_tui.errors import ConfigError
from lamed_tui.preflight.checklist import checklist, checklist_without
from lamed_tui.preflight.schedule import LIMIT, run_all
from lamed_tui.preflight.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.preflight.result import CheckResult
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
    try:
        loaded = load()
    except ConfigError as error:
        yield from run_all(checklist_without(error), limit=limit, clock=clock)
        return
    subject = Subject(loaded, environment, world)
    try:
        yield from run_all(checklist(subject), limit=limit, clock=clock)
    finally:
        subject.close()
