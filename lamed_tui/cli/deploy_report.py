"""How a deployment is told: to a person, calmly and on stderr, or to a script, one JSON object a line on stdout."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Protocol

from lamed_tui.cli import event_documents
from lamed_tui.cli.output import print_json_line
from lamed_tui.deploy import events, wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import Console
    from rich.progress import Progress, TaskID

    from lamed_tui.deploy.events import DeployEvent, EndpointUrl
    from lamed_tui.deploy.plan import Action, Change, Plan
    from lamed_tui.errors import LamedError

_STYLES: Mapping[Action, str] = {"add": "green", "modify": "yellow", "replace": "bold red", "remove": "red"}

_WIDE = 90
"""Columns that a resource's line takes with its kind: what a narrower terminal can do without."""


class Report(Protocol):
    """Somebody to whom a deployment is told."""

    def tell(self, event: DeployEvent) -> None:
        """Something happened."""

    def note(self, text: str) -> None:
        """Something that only a person cares about."""

    def found_live(self, release: int | None, base_url: str | None) -> None:
        """What is live now, whatever comes next."""

    def failed(self, error: LamedError | None) -> None:
        """It ended badly, or (None) was interrupted; the error itself is shown elsewhere."""

    def close(self) -> None:
        """Nothing more will be told."""


class JsonReport:
    """One JSON object a line; the last one has the type `result`."""

    def __init__(self) -> None:
        self._live: tuple[int | None, str | None] = (None, None)

    def tell(self, event: DeployEvent) -> None:
        """Print the event."""
        print_json_line(event_documents.of_event(event))

    def note(self, text: str) -> None:
        """Scripts are spared."""

    def found_live(self, release: int | None, base_url: str | None) -> None:
        """Keep it for a failure's result."""
        self._live = release, base_url

    def failed(self, error: LamedError | None) -> None:
        """Print the result of a failure: what went wrong, and what is live all the same."""
        print_json_line(
            {
                **event_documents.result("failed", *self._live, ()),
                "error": error.what if error else "interrupted",
                "fix": error.fix if error else "",
            }
        )

    def close(self) -> None:
        """Every line is out already."""


class HumanReport:
    """The plan, then a line for each resource that is done, then the URLs; only these go to stdout."""

    def __init__(self, *, plan_is_the_answer: bool) -> None:
        from rich.console import Console

        # A pipe has no edge: rich would take it for a terminal of eighty columns.
        self._console = Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())
        self._plan_console = (
            Console(highlight=False, soft_wrap=not sys.stdout.isatty()) if plan_is_the_answer else self._console
        )
        self._quiet: frozenset[str] = frozenset()
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._over: set[str] = set()
        self._began = time.monotonic()

    def tell(self, event: DeployEvent) -> None:  # noqa: C901 - one flat case an event
        """Show the event."""
        match event:
            case events.Warned():
                self._console.print(f"[yellow]Warning:[/] {_plain(event.message)}")
            case events.Attached():
                self._console.print(f"{event.stack} is in {event.status}: following the deployment that is running.")
                self._start(None)
            case events.Mending():
                self._console.print(f"{event.stack} is in {event.status}: leading it out of there.")
                self._start(None)
            case events.Planned():
                self._quiet = frozenset(change.logical_id for change in event.plan.changes if change.only_tags)
                _print_plan(self._plan_console, event.plan)
            case events.Applying():
                self._start(event.total)
            case events.ResourceChanged():
                self._resource(event)
            case events.SmokeChecked():
                self._stop()
                mark = "[green]ok[/]  " if event.passed else "[bold red]FAIL[/]"
                detail = f" ({_plain(event.detail)})" if event.detail else ""
                self._console.print(f"  {mark} {_plain(event.title)}{detail}")
            case events.Deployed():
                self._deployed(event)
            case events.Destroyed():
                self._stop()
                _print_destroyed(self._console, event)
            case events.Declined() | events.Detached():
                self._stop()

    def note(self, text: str) -> None:
        """Print it."""
        self._console.print(text, markup=False)

    def found_live(self, release: int | None, base_url: str | None) -> None:
        """A person knows from the error's words."""

    def failed(self, error: LamedError | None) -> None:
        """The error is shown by whoever ends the command."""

    def close(self) -> None:
        """Give the terminal back."""
        self._stop()

    def _start(self, total: int | None) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._stop()
        self._began = time.monotonic()
        self._over = set()
        self._progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._progress.start()
        self._task = self._progress.add_task("Deploying", total=total)

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _resource(self, event: events.ResourceChanged) -> None:
        if event.status.endswith("_IN_PROGRESS") and not event.is_stack:
            if self._progress is not None and self._task is not None:
                self._progress.update(self._task, description=event.logical_id)
            return
        if not event.is_stack and self._progress is not None and self._task is not None:
            self._over.add(event.logical_id)  # going back touches a resource again, which is still one of the total
            self._progress.update(self._task, completed=len(self._over))
        bad = wording.is_bad(event.status)
        if event.logical_id in self._quiet and not bad:
            return
        style = "red" if bad else "bold" if event.is_stack else ""
        state, kind = wording.state_in_words(event.status), wording.kind(event.resource_type)
        line = f"  {state:<18} {event.logical_id:<36}"
        if not self._console.is_terminal or self._console.width >= _WIDE:
            line += f" {kind:<24}"
        took = f" {event.elapsed:5.1f} s" if event.elapsed else ""
        self._console.print((line + took).rstrip(), style=style, markup=False, soft_wrap=True)
        if event.reason and bad:
            self._console.print(f"    {event.reason}", style="red", markup=False, soft_wrap=True)

    def _deployed(self, event: events.Deployed) -> None:
        self._stop()
        if event.changed:
            seconds = time.monotonic() - self._began
            self._console.print(f"[bold green]Release {event.release} is live[/] after {seconds:.0f} s.")
        else:
            self._console.print(f"Nothing to change: release {event.release} is live as configured.")
        print_endpoints(event.endpoints)
        self._console.print("To send events from a page: lamed snippet", style="dim")


def print_endpoints(endpoints: Iterable[EndpointUrl]) -> None:
    """The URLs on stdout, one a line."""
    for endpoint in endpoints:
        key = "  (needs the API key)" if endpoint.api_key_required else ""
        sys.stdout.write(f"{endpoint.method:<6} {endpoint.url}{key}\n")
    sys.stdout.flush()


def ask(plan: Plan) -> bool:
    """Whether to go on; where something of the users' breaks, the answer is to be typed out."""
    import click

    if wording.must_be_typed(plan):
        typed: str = click.prompt(
            f"Type {plan.stack} to go on, anything else to stop", default="", show_default=False, err=True
        )
        return typed.strip() == plan.stack
    return click.confirm(wording.plan_question(plan), default=False, err=True)


def _print_plan(console: Console, plan: Plan) -> None:
    console.print(wording.plan_title(plan), style="bold")
    for change in plan.changes:
        if not change.only_tags:
            console.print(_plan_line(change), soft_wrap=True)
            for one in wording.told_differences(change):
                console.print(
                    f"      {one.path}: {wording.value(one.before)} → {wording.value(one.after)}",
                    markup=False,
                    soft_wrap=True,
                    style="dim",
                )
    if retagged := wording.retagged(plan):
        console.print(f"  {retagged}")
    console.print(wording.plan_counts(plan))
    for consequence in plan.consequences:
        console.print(consequence.text, style="bold red" if consequence.grave else "", markup=False)


def _print_destroyed(console: Console, event: events.Destroyed) -> None:
    if event.changed:
        console.print(f"{event.stack} is gone.", style="bold green")
    else:
        console.print(f"There is no {event.stack} to destroy.")
    for sentence in event.kept:
        console.print(sentence, markup=False)


def _plan_line(change: Change) -> str:
    return (
        f"  [{_STYLES[change.action]}]{wording.MARKS[change.action]} {change.action:<8}[/]{change.logical_id:<38} "
        f"[dim]{wording.kind(change.resource_type)}[/]  {_plain(wording.change_notes(change))}"
    ).rstrip()


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
