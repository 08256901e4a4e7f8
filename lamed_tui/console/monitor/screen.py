"""The monitor: experiments on the left, on the right what the chosen one's numbers prove."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Center, Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from lamed_tui.console.background import in_background
from lamed_tui.console.monitor import views
from lamed_tui.console.monitor.actions import Actions
from lamed_tui.console.monitor.chart import Kind
from lamed_tui.console.monitor.detail_view import Recent
from lamed_tui.console.monitor.experiment_list import ExperimentList
from lamed_tui.console.monitor.knowledge import Knowledge, read_past
from lamed_tui.console.monitor.views import Order
from lamed_tui.console.monitor.widgets import ExperimentDetail, FilterField, Shown
from lamed_tui.console.widgets.key_bar import KeyBar
from lamed_tui.console.widgets.title_bar import TitleBar
from lamed_tui.errors import LamedError
from lamed_tui.experiments.history import Window
from lamed_tui.experiments.names import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lamed_tui.config.model import ExperimentSettings
    from lamed_tui.console.feed import Feed, FeedState, Reading
    from lamed_tui.experiments.assessment import Assessment
    from lamed_tui.experiments.snapshot import Experiment
    from lamed_tui.experiments.trend import Trend

_TICK = 0.5
"""Seconds between two looks at the clock, so that ages on screen are never off by more."""

_HISTORY_SECONDS = 30.0
_REST = 0.2
"""Seconds that a choice must last before its history is read: whoever runs down the list reads nothing."""


class MonitorScreen(Screen[None]):
    """Renders what the feed knows; pausing freezes the view, never the feed.

    Args:
        feed: what is watched; its state arrives through the app's `feed_state`.
        clock: the feed's clock.
        note: a word about the whole session, shown in the title.
    """

    CSS_PATH = "monitor.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal"), (120, "-wide")]  # noqa: RUF012 - Textual's declaration
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - Textual declares it without ClassVar
    TITLE = "Monitor"
    AUTO_FOCUS = ""  # nothing can have the focus before the first reading
    HELP = """\
Up and down choose an experiment, Enter or Tab goes to its numbers. Ctrl+C quits when no text is selected.

Each experiment has visitors (who took part) and goals (what they did). The rate of a variant on a goal is conversions \
divided by visitors. A goal marked repeats can be reached more than once by the same visitor: it has a rate only.

Lift is a variant's rate against the control's. The interval beside it is always-valid: it holds however often you \
look, so there is no harm in watching. Evidence is the p-value that goes with it; small means proven. A verdict waits \
for 100 visitors in each variant. A winner also needs seven days and a clean split.

SPLIT MISMATCH means that visitors do not arrive by the weights: find out why before believing anything.

The badge on the second line says how old the numbers are:
  live 1 s           read a second ago
  STALE 31 s         no answer for a while, and no error either
  disconnected       the last attempt failed; the next one is announced
  PAUSED             the view stands still, reading goes on behind it
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "filter", "Filter", key_display="/", id="monitor.filter", tooltip="Filter by a part of a name"
        ),
        Binding("s", "sort", "Sort", id="monitor.sort", tooltip="Sort by name, visitors or events per second"),
        Binding("w", "window", "Window", id="monitor.window", tooltip="Since start, last 24 h, or last hour"),
        Binding("c", "chart", "Chart", id="monitor.chart", tooltip="Draw the lift, or the rates"),
        Binding("p", "pause", "Pause", id="monitor.pause", tooltip="Freeze the view, or let it go on"),
        Binding("e", "export", "Export", id="monitor.export", tooltip="Save the numbers as CSV, JSON or Markdown"),
        Binding("o", "settings", "Settings", id="monitor.settings", tooltip="Decide control, weights and goals"),
        Binding("k", "control", "Control", id="monitor.control", show=False, tooltip="Choose the control"),
        Binding("x", "snippet", "Snippet", id="monitor.snippet", show=False, tooltip="Code for a page"),
        Binding("n", "namespace", "Namespace", id="monitor.namespace", show=False, tooltip="Watch another namespace"),
        Binding(
            "minus",
            "interval(-1)",
            "Faster",
            key_display="-",
            id="monitor.faster",
            show=False,
            tooltip="Read more often",
        ),
        Binding(
            "plus", "interval(1)", "Slower", key_display="+", id="monitor.slower", show=False, tooltip="Read less often"
        ),
        Binding("r", "read_now", "Read now", id="monitor.read-now", show=False, tooltip="Read now"),
        Binding(
            "R", "reset", "Reset", id="monitor.reset", show=False, tooltip="Set every count of the experiment to 0"
        ),
        Binding("D", "delete", "Delete", id="monitor.delete", show=False, tooltip="Delete the experiment"),
        Binding("escape", "back", "Clear the filter, go to the list", id="monitor.back", show=False),
    ]

    def __init__(self, feed: Feed, *, clock: Callable[[], float], note: str = "") -> None:
        super().__init__()
        self._feed = feed
        self._clock = clock
        self._note = note
        self._paused: Reading | None = None
        self._badges = Content()
        self._trouble = ""
        self._order = Order.NAME
        self._window = Window.START
        self._kind = Kind.LIFT
        self._knowledge = Knowledge(self.settings)
        self._history_wanted = asyncio.Event()
        self._asked: set[str] = set()
        self._actions = Actions(self, feed)

    def compose(self) -> ComposeResult:
        yield TitleBar("Monitor", self._subject(), self._note)
        yield Static(id="status")
        yield Static(id="trouble")
        with Horizontal(id="panes"):
            with Vertical(id="list-pane"):
                yield FilterField()
                yield ExperimentList(self._headline)
                yield Static("No experiment has this in its name.", id="no-match")
            yield ExperimentDetail(self._trend)
        with Center(id="notice"), Vertical(id="notice-box"):
            yield Static(id="notice-title")
            yield Static(id="notice-lines")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(FilterField).display = False
        self.query_one("#no-match").display = False
        self.watch(self.app, "feed_state", self._on_feed_state)
        self.set_interval(_TICK, self._refresh_status)
        # With a thousand experiments the collector's full passes stopped the screen for a tenth of a second each. What
        # is loaded by now stays loaded, so they need not look at it.
        gc.freeze()
        # The app's own, because only then is it told when one fails; ended with this screen.
        self._histories = self.app.run_worker(
            self._read_histories(), name="history", description="reads the chosen history", exit_on_error=False
        )

    def on_unmount(self) -> None:
        self._histories.cancel()

    # What is known ----------------------------------------------------------------------------------------------

    def settings(self) -> Mapping[str, ExperimentSettings]:
        """What is decided about experiments now."""
        operations = self._feed.source.operations
        return operations.settings.current() if operations else {}

    @property
    def reading(self) -> Reading | None:
        """What is on screen."""
        return self._paused or self._feed.state.reading

    @property
    def chosen(self) -> Experiment | None:
        """The experiment whose numbers are on screen."""
        name = self.query_one(ExperimentList).chosen
        shown = self.reading.snapshot.experiments if self.reading else ()
        return next((one for one in shown if one.name == name), None)

    def in_list(self) -> list[Experiment]:
        """The experiments that the filter lets through, in order."""
        if self.reading is None:
            return []
        found = views.matching(self.reading.snapshot, self.query_one(FilterField).value)
        return views.ordered(found, self._order, self.reading.pace)

    def settings_changed(self, name: str) -> None:
        """Look at an experiment with new settings, or from a new beginning."""
        self._knowledge.forget(name)
        self._feed.source.use(self.settings())
        self._feed.read_now()
        self._history_wanted.set()

    def namespace_changed(self) -> None:
        """Show another namespace, of which nothing is known yet."""
        self._knowledge = Knowledge(self.settings)
        self._paused = None
        self.query_one("#title-subject", Static).update(Content(self._subject()))

    # What is known changes --------------------------------------------------------------------------------------

    def _on_feed_state(self, state: FeedState) -> None:
        self._refresh_status()
        if state.reading is not None and state.outage is None:
            self._knowledge.take(state.reading.snapshot, self.query_one(ExperimentList).chosen)
        if self._paused is None:
            self._refresh_experiments()

    def _refresh_status(self) -> None:
        state = self._feed.state
        badges = views.status(state, self._paused, self._clock(), self.size.width, self._marks())
        if badges != self._badges:
            self._badges = badges
            self.query_one("#status", Static).update(badges, layout=False)  # it always has its one line
        trouble, words = self.query_one("#trouble", Static), views.trouble(state)
        if words != self._trouble:
            self._trouble = words
            trouble.update(Content(words))
            trouble.display = bool(words)

    def _marks(self) -> list[str]:
        marks = [] if self._order is Order.NAME else [f"by {self._order}"]
        if self._window is not Window.START:
            marks.append(str(self._window))
        operations = self._feed.source.operations
        return marks if operations is None or operations.may_change else [*marks, "read-only"]

    def _refresh_experiments(self) -> None:
        notice = None if self._paused else views.notice(self._feed.state, self._feed.label, self._feed.namespace)
        self.query_one("#panes").display = notice is None
        self.query_one("#notice").display = notice is not None
        if notice is not None:
            self.query_one("#notice-title", Static).update(Content(notice.title))
            self.query_one("#notice-lines", Static).update(Content("\n".join(notice.lines)))
        if self.reading is None:
            return
        found = self.in_list()
        listed = self.query_one(ExperimentList)
        before = listed.chosen
        listed.show(found, self.reading.pace)
        if listed.chosen != before:
            self._history_wanted.set()
        self.query_one("#no-match").display = not found
        listed.display = bool(found)
        self._refresh_detail()
        if self.focused is None and notice is None:
            listed.focus()

    def _refresh_detail(self) -> None:
        experiment, reading = self.chosen, self.reading
        if experiment is None or reading is None:
            self.query_one(ExperimentDetail).show(None)
            return
        assessment = self._knowledge.assessment(experiment, reading.snapshot.taken_at)
        recent = assessment.history.within(self._window) if assessment.history else None
        self.query_one(ExperimentDetail).show(
            Shown(
                assessment,
                reading.pace.by_experiment.get(experiment.name),
                Recent(self._window, *recent) if recent else None,
                self._kind,
            )
        )

    def _headline(self, experiment: Experiment) -> str:
        reading = self.reading
        return self._knowledge.headline(experiment, reading.snapshot.taken_at) if reading else ""

    def _trend(self, assessment: Assessment, goal: str, most: int) -> Trend:
        return self._knowledge.trend(assessment, goal, most)

    async def _read_histories(self) -> None:
        """Read the series of the experiment in detail, when it is chosen and then every now and again."""
        while True:
            await asyncio.sleep(_REST)
            self._history_wanted.clear()
            experiment, source = self.chosen, self._feed.source
            if experiment is not None and self._feed.state.outage is None:
                settings = self.settings().get(experiment.name)
                knowledge = self._knowledge
                try:
                    past = await in_background(
                        lambda: read_past(source, experiment, settings),  # noqa: B023 - awaited before the next turn
                        name="reading a history",
                    )
                except LamedError:
                    past = None  # the feed is down as well then, and says so
                knowledge.learn(experiment.name, past)
                if self._paused is None:
                    self._refresh_detail()
                    self.query_one(ExperimentList).refresh()  # its state may be told better now
            try:
                await asyncio.wait_for(self._history_wanted.wait(), _HISTORY_SECONDS)
            except TimeoutError:
                continue

    def _subject(self) -> str:
        return f"{printable(self._feed.namespace)} · {self._feed.label}"

    # What the person does ---------------------------------------------------------------------------------------

    @on(ExperimentList.Chosen)
    def _choose(self) -> None:
        self._refresh_detail()
        self._history_wanted.set()

    @on(ExperimentList.Opened)
    def _enter_detail(self) -> None:
        self.query_one(ExperimentDetail).focus()
        experiment = self.chosen
        if experiment is None or experiment.name in self._asked:
            return
        self._asked.add(experiment.name)
        if experiment.control is None and len(experiment.variants) > 1:
            self._actions.control(experiment)

    @on(FilterField.Changed)
    def _narrow(self) -> None:
        self._refresh_experiments()

    @on(FilterField.Submitted)
    def _keep_filter(self) -> None:
        field = self.query_one(FilterField)
        field.display = bool(field.value)
        self.query_one(ExperimentList).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """While a name is typed, the screen's keys are letters of it; and what may not be done is not offered."""
        own = any(isinstance(one, Binding) and one.action.partition("(")[0] == action for one in self.BINDINGS)
        if isinstance(self.focused, FilterField) and own and action != "back":
            return False
        return self._actions.allows(action)

    def action_filter(self) -> None:
        """Let the person type a part of a name."""
        field = self.query_one(FilterField)
        field.display = True
        field.focus()

    def action_back(self) -> None:
        """Show every experiment again, and go to the list."""
        field = self.query_one(FilterField)
        field.value = ""
        field.display = False
        self.query_one(ExperimentList).focus()

    def action_sort(self) -> None:
        """Sort by the next thing."""
        self._order = self._order.next()
        self._refresh_status()
        self._refresh_experiments()

    def action_window(self) -> None:
        """Show the counts of another window."""
        self._window = self._window.next()
        if self._window is not Window.START and self.chosen and self._knowledge.history(self.chosen.name) is None:
            self.notify("No history is known for this experiment, so there is only the count since the start.")
        self._refresh_status()
        self._refresh_detail()

    def action_chart(self) -> None:
        """Draw the other chart."""
        self._kind = Kind.RATE if self._kind is Kind.LIFT else Kind.LIFT
        self._refresh_detail()

    def action_pause(self) -> None:
        """Freeze the view on what it shows, or let it go on with what has been read since."""
        self._paused = None if self._paused else self._feed.state.reading
        self._refresh_status()
        self._refresh_experiments()

    def action_read_now(self) -> None:
        """Read at once instead of at the end of the interval."""
        self._feed.read_now()

    def action_interval(self, step: int) -> None:
        """Read less often (+1) or more often (-1)."""
        self._feed.change_interval(step)

    def action_export(self) -> None:
        """Save what the list shows."""
        self._actions.export(self.in_list())

    def action_settings(self) -> None:
        """Decide about the chosen experiment."""
        self._actions.settings(self.chosen)

    def action_control(self) -> None:
        """Choose what the other variants are compared with."""
        self._actions.control(self.chosen)

    def action_snippet(self) -> None:
        """Show the code that puts the experiment into a page."""
        self._actions.snippet(self.chosen)

    def action_namespace(self) -> None:
        """Watch another namespace."""
        self._actions.namespace()

    def action_reset(self) -> None:
        """Set the experiment's counts to 0, after its name was typed."""
        self._actions.reset(self.chosen)

    def action_delete(self) -> None:
        """Delete the experiment, after its name was typed."""
        self._actions.delete(self.chosen)
