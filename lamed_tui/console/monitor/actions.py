"""What a person can do from the monitor beside looking: each action asks in a dialog, then works in the background."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from lamed_tui.config.model import ExperimentSettings
from lamed_tui.console.background import in_background
from lamed_tui.console.dialogs.asking import Choice, Confirm
from lamed_tui.console.dialogs.telling import refused, saved
from lamed_tui.console.folder import write_here
from lamed_tui.console.monitor.settings_dialog import SettingsForm
from lamed_tui.console.snippet.messages import SnippetWanted
from lamed_tui.errors import LamedError
from lamed_tui.experiments.assessing import Assessor
from lamed_tui.experiments.document import snapshot_document
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.snapshot import Snapshot
from lamed_tui.experiments.table import as_csv, as_markdown
from lamed_tui.experiments.wording import plural

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from lamed_tui.console.feed import Feed
    from lamed_tui.console.monitor.screen import MonitorScreen
    from lamed_tui.experiments.operations import Operations
    from lamed_tui.experiments.snapshot import Experiment

_FORMATS = (("md", "Markdown, for a pull request"), ("csv", "CSV, for a spreadsheet"), ("json", "JSON, for a program"))


class Actions:
    """The monitor's actions on one screen.

    Args:
        screen: asks, and shows what became of it.
    """

    def __init__(self, screen: MonitorScreen, feed: Feed) -> None:
        self._screen = screen
        self._feed = feed

    def allows(self, action: str) -> bool:
        """Whether an action can be taken here: with `--read-only`, nothing that changes anything."""
        operations = self._operations
        needed: dict[str, object] = {
            "delete": operations and operations.delete,
            "reset": operations and operations.reset,
            "settings": operations and operations.may_change,
            "control": operations and operations.may_change,
        }
        return bool(needed.get(action, True))

    def delete(self, experiment: Experiment | None) -> None:
        """Delete, after the name was typed."""
        operations = self._operations
        if operations and operations.delete and experiment:
            consequence = "Pages that still run it bring it back."
            self._remove("Delete", "deleted", experiment, consequence, operations.delete)

    def reset(self, experiment: Experiment | None) -> None:
        """Set every count to 0, after the name was typed."""
        operations = self._operations
        if operations and operations.reset and experiment:
            self._remove("Reset", "reset", experiment, "It starts again at 0.", operations.reset)

    def control(self, experiment: Experiment | None) -> None:
        """Ask which variant the others are compared with, and keep the answer."""
        if experiment is None or not experiment.variants or not self.allows("control"):
            return

        def chosen(variant: str | None) -> None:
            if variant is None:
                return
            try:
                self._change(experiment, {"control": variant})
            except LamedError as error:
                self._screen.app.push_screen(refused("Not saved", error))

        options = [(one.name, printable(one.name)) for one in experiment.variants]
        question = Choice(
            f"Control of {printable(experiment.name)}", "Which variant is what there was before?", options
        )
        self._screen.app.push_screen(question, chosen)

    def settings(self, experiment: Experiment | None) -> None:
        """Let the person decide about an experiment, and keep it."""
        operations = self._operations
        if operations is None or experiment is None:
            return
        now = self._screen.settings().get(experiment.name, ExperimentSettings())
        hints = _known_names(experiment)
        keep = partial(self._change, experiment)
        self._screen.app.push_screen(SettingsForm(experiment.name, now, operations.settings.place, hints, keep))

    def namespace(self) -> None:
        """Ask for a namespace, and watch it."""

        async def ask() -> None:
            source = self._feed.source
            names = await in_background(source.namespaces, name="listing namespaces")
            options = [(name, printable(name)) for name in names]
            if self._screen.is_active:  # else the person has turned to something else, or has asked twice
                question = Choice("Namespace", "", options, other="Another one, by its name")
                self._screen.app.push_screen(question, self._watch)

        self._run(ask, "lists namespaces")

    def export(self, experiments: Sequence[Experiment]) -> None:
        """Save what the list shows to a file, and say where it is."""
        reading = self._screen.reading
        if reading is None:
            return
        snapshot = Snapshot(reading.snapshot.namespace, reading.snapshot.taken_at, tuple(experiments))

        def chosen(form: str | None) -> None:
            if form is not None:
                self._run(lambda: self._save(snapshot, form), "saves an export")

        text = f"{plural(len(experiments), 'experiment')}, as the list shows them."
        self._screen.app.push_screen(Choice("Export", text, _FORMATS), chosen)

    def snippet(self, experiment: Experiment | None) -> None:
        """Build the code that puts an experiment into a page; any, where none is counted yet."""
        self._screen.post_message(SnippetWanted(experiment))

    @property
    def _operations(self) -> Operations | None:
        return self._feed.source.operations

    def _remove(
        self, verb: str, done: str, experiment: Experiment, consequence: str, remove: Callable[[str, str], None]
    ) -> None:
        namespace = self._feed.namespace

        async def work() -> None:
            await in_background(lambda: remove(namespace, experiment.name), name=f"{verb.lower()} an experiment")
            self._screen.notify(f"{printable(experiment.name)} is {done}.")
            self._screen.settings_changed(experiment.name)

        def confirmed(yes: bool | None) -> None:  # noqa: FBT001 - what the dialog answers
            if yes:
                self._run(work, f"{verb.lower()}s an experiment")

        lost = f'{_counted(experiment)} in the namespace "{printable(namespace)}" will be gone, with their history.'
        self._screen.app.push_screen(Confirm(verb, experiment.name, f"{lost} {consequence}"), confirmed)

    def _change(self, experiment: Experiment, values: dict[str, Any]) -> None:
        operations = self._operations
        if operations is None:
            return
        operations.settings.change(experiment.name, values)
        self._screen.notify(f"Saved in {operations.settings.place}.")
        self._screen.settings_changed(experiment.name)

    def _watch(self, namespace: str | None) -> None:
        if namespace is not None and namespace != self._feed.namespace:
            self._feed.change_namespace(namespace)
            self._screen.namespace_changed()

    async def _save(self, snapshot: Snapshot, form: str) -> None:
        source, settings, standings = self._feed.source, self._screen.settings(), dict(self._screen.standings)

        def write() -> Path:
            # With what the screen's looks have proven: a file that says less than the screen would contradict it.
            assessments = Assessor(source, settings, clock=lambda: 0.0, standings=standings).assess(snapshot)
            return write_here(_file_name(form), _exported(snapshot, assessments, form))

        path = await in_background(write, name="exporting")
        self._screen.app.push_screen(saved("Export", path))

    def _run(self, work: Callable[[], Awaitable[None]], description: str) -> None:
        """Work in the background, and say in a dialog what went wrong."""

        async def guarded() -> None:
            try:
                await work()
            except LamedError as error:
                self._screen.app.push_screen(refused("This did not work", error))

        self._screen.app.run_worker(guarded(), name="action", description=description, exit_on_error=False)


def _known_names(experiment: Experiment) -> dict[str, str]:
    """What may be written where one of the counted names is asked for."""
    names = {
        "control": [one.name for one in experiment.variants],
        "primary_goal": [one.name for one in experiment.goals if one.unique],
    }
    return {key: f"one of: {', '.join(map(printable, known))}" for key, known in names.items() if known}


def _counted(experiment: Experiment) -> str:
    conversions = experiment.events - experiment.visitors
    visitors = plural(experiment.visitors, "visitor", separated=True)
    return f"{visitors} and {plural(conversions, 'conversion', separated=True)}"


def _file_name(form: str) -> str:
    return f"lamed-results-{datetime.now(UTC):%Y%m%d-%H%M%S}.{form}"


def _exported(snapshot: Snapshot, assessments: Any, form: str) -> str:
    if form == "csv":
        return as_csv(snapshot, assessments)
    if form == "md":
        return as_markdown(snapshot, assessments)
    import json

    return json.dumps(snapshot_document(snapshot, assessments), indent=2, ensure_ascii=False) + "\n"
