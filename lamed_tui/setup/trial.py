"""Trying the answers of a step before anything is saved, with the checks that preflight makes of them later."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lamed_tui.preflight.checklist import checklist, with_needed
from lamed_tui.preflight.schedule import run_all
from lamed_tui.preflight.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.preflight.result import CheckResult
    from lamed_tui.preflight.subject import World

LIMIT = 12.0
"""Seconds that one check may take: somebody is waiting before the screen, and may ask again."""


class Trial:
    """One try: results come as they are known, and closing it ends what still waits for Redis.

    Args:
        loaded: the settings to try, environment included.
        environment: the environment variables, for AWS.
        checks: ids of preflight checks; those that they need are made too.
        world: the outside, replaced in tests.
        limit: seconds that a check may take.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        loaded: LoadedConfig,
        environment: Mapping[str, str],
        checks: Collection[str],
        *,
        world: World | None = None,
        limit: float = LIMIT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._subject = Subject(loaded, environment, world)
        self._checks = with_needed(checklist(self._subject), checks)
        self._limit = limit
        self._clock = clock

    def results(self) -> Iterator[CheckResult]:
        """One result a check, in a fixed order, each as soon as it and those before it are known. Nothing is raised."""
        return run_all(self._checks, limit=self._limit, clock=self._clock)

    def close(self) -> None:
        """Drop the connections. May be called from any thread."""
        self._subject.close()
