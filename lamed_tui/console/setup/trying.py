"""Trying a step's answers behind the screen: results appear as they come, and stopping never waits for a server."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from lamed_tui.console.background import in_background
from lamed_tui.console.setup.views import TrialView
from lamed_tui.errors import ConfigError
from lamed_tui.setup.state import in_force
from lamed_tui.setup.steps import REDIS, checks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from textual.app import App
    from textual.worker import Worker

    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.console.setup.trial_panel import TrialPanel
    from lamed_tui.preflight.result import CheckResult
    from lamed_tui.setup.state import SetupState
    from lamed_tui.setup.steps import Step


_REACTION = 0.6
"""Seconds within which a person who saw a try under way may still be stopping it."""


class Attempt(Protocol):
    """What `lamed_tui.setup.trial.Trial` does, so that tests can stand in for servers."""

    def results(self) -> Iterator[CheckResult]:
        """One result a check, as it becomes known."""

    def close(self) -> None:
        """Drop the connections."""


class AttemptMaker(Protocol):
    """Makes a try of settings with some of the preflight checks. Called in a thread; nothing is sent yet."""

    def __call__(self, loaded: LoadedConfig, environment: Mapping[str, str], checks: Collection[str]) -> Attempt: ...


def real_attempt(loaded: LoadedConfig, environment: Mapping[str, str], checks: Collection[str]) -> Attempt:
    """A try against the servers that the settings name."""
    from lamed_tui.setup.trial import Trial  # brings the deploy engine along, which no other screen needs

    return Trial(loaded, environment, checks)


class Trying:
    """At most one try at a time.

    Args:
        app: runs the worker; that is the app, so that it hears of defects in it.
        environment: laid over the answers, and read by AWS.
        attempt: makes the try.
        clock: seconds that only go forward.
        changed: called whenever trying begins or ends.
        shown: called whenever there is more to see.
    """

    def __init__(
        self,
        app: App[Any],
        environment: Mapping[str, str],
        attempt: AttemptMaker,
        clock: Callable[[], float],
        changed: Callable[[], object],
        shown: Callable[[], object],
    ) -> None:
        self._app = app
        self._environment = environment
        self._attempt = attempt
        self._clock = clock
        self._changed = changed
        self._shown = shown
        self._worker: Worker[None] | None = None
        self._panel: TrialPanel | None = None
        self._began = 0.0
        self._ended: float | None = None  # by itself

    @property
    def is_running(self) -> bool:
        """Whether answers are being tried."""
        return self._worker is not None

    @property
    def has_just_ended(self) -> bool:
        """Whether it ended by itself so short a time ago that whoever wants to stop it cannot have seen that."""
        return self._ended is not None and self._clock() - self._ended < _REACTION

    def start(self, panel: TrialPanel, step: Step, state: SetupState) -> None:
        """Try a step's answers, and show in the panel what comes of it. A try under way is stopped."""
        self.stop()
        try:
            loaded = in_force(state, self._environment)
        except ConfigError as error:
            panel.show(TrialView("the answers", "done", trouble=str(error)))
            return
        self._panel, self._began = panel, self._clock()
        panel.show(TrialView(_subject(step, loaded)))
        # The description is explicit because the default one spells out arguments, which may hold a password.
        self._worker = self._app.run_worker(
            self._run(loaded, checks_of(step, state.way)),
            name="trial",
            description="tries the answers of a step",
            exit_on_error=False,
        )
        self._changed()

    def stop(self) -> None:
        """Stop waiting for answers; what is known stays on screen."""
        if self._worker is None or self._panel is None:
            return
        self._worker.cancel()
        self._worker = None
        self._tell(state="cancelled")
        self._changed()

    def tick(self) -> None:
        """Let the person see that time passes."""
        if self._worker is not None:
            self._tell()

    async def _run(self, loaded: LoadedConfig, checks: Collection[str]) -> None:
        attempt: Attempt = await in_background(
            partial(self._attempt, loaded, self._environment, checks), name="preparing a try"
        )
        try:
            results = attempt.results()
            while (result := await in_background(partial(next, results, None), name="trying answers")) is not None:
                self._add(result)
        finally:
            attempt.close()
        self._worker, self._ended = None, self._clock()
        self._tell(state="done")
        self._changed()

    def _add(self, result: CheckResult) -> None:
        if self._panel is not None and self._panel.view is not None:
            self._tell(results=(*self._panel.view.results, result))

    def _tell(self, **changes: object) -> None:
        panel = self._panel
        if panel is not None and panel.view is not None:
            self._shown()
            panel.show(replace(panel.view, seconds=self._clock() - self._began, **changes))  # type: ignore[arg-type]


def _subject(step: Step, loaded: LoadedConfig) -> str:
    if step is REDIS:
        return f"Redis at {loaded.config.redis.location}"
    profile = loaded.config.aws.profile
    return f"AWS{f' with profile {profile}' if profile else ''}"
