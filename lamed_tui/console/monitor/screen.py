"""The monitor: experiments on the left, on the right what the chosen one's numbers prove."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from lamed_tui.console.collector import calm_collector
from lamed_tui.console.key_names import key_name
from lamed_tui.console.monitor import views
from lamed_tui.console.monitor.actions import Actions
from lamed_tui.console.monitor.chart import Kind
from lamed_tui.console.monitor.detail_view import Recent
from lamed_tui.console.monitor.experiment_list import ExperimentList
from lamed_tui.console.monitor.feed_widgets import NoticeBox, StatusLines
from lamed_tui.console.monitor.knowledge import Knowledge
from lamed_tui.console.monitor.manual import HELP, KEYS
from lamed_tui.console.monitor.panes import Panes
from lamed_tui.console.monitor.past_reader import PastReader
from lamed_tui.console.monitor.single_look import SingleLook
from lamed_tui.console.monitor.views import Order
from lamed_tui.console.monitor.widgets import Shown
from lamed_tui.console.widgets.inputs import FilterField
from lamed_tui.console.widgets.key_bar import KeyBar
from lamed_tui.console.widgets.title_bar import TitleBar
from lamed_tui.experiments.history import Window
from lamed_tui.experiments.names import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lamed_tui.config.model import ExperimentSettings
    from lamed_tui.console.feed import Feed, FeedState, Reading
    from lamed_tui.console.monitor.knowledge import Past
    from lamed_tui.experiments.assessment import Assessment
    from lamed_tui.experiments.snapshot import Experiment
    from lamed_tui.experiments.statistics.crossing import Standing
    from lamed_tui.experiments.trend import Trend

_TICK = 0.5
"""Seconds between two looks at the clock, so that ages on screen are never off by more."""


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
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = list(KEYS)

    def __init__(self, feed: Feed, *, clock: Callable[[], float], note: str = "") -> None:
        super().__init__()
        self._feed = feed
        self._clock = clock
        self._note = note
        self._paused: Reading | None = None
        self._assessment: Assessment | None = None
        self._order = Order.NAME
        self._window = Window.START
        self._kind = Kind.LIFT
        self._knowledge = Knowledge(self.settings)
        self._past = PastReader(feed, self.settings, wanted=self._in_view, learnt=self._learn, clock=clock)
        self._asked: set[str] = set()
        self._actions = actions = Actions(self, feed)
        self._about_chosen: Mapping[str, Callable[[Experiment | None], None]] = {
            "settings": actions.settings,
            "control": actions.control,
            "snippet": actions.snippet,
            "reset": actions.reset,
            "delete": actions.delete,
        }

    def compose(self) -> ComposeResult:
        yield TitleBar("Monitor", self._subject(), self._note)
        yield StatusLines()
        yield Panes(headline=self._headline, trend=self._trend)
        yield NoticeBox()
        yield KeyBar()

    def on_mount(self) -> None:
        self.watch(self.app, "feed_state", self._on_feed_state)
        self.set_interval(_TICK, self._refresh_status)
        calm_collector()
        # The app's own, because only then is it told when one fails; ended with this screen.
        self._reading_pasts = self.app.run_worker(
            self._past.run(), name="history", description="reads what came before", exit_on_error=False
        )

    def on_unmount(self) -> None:
        self._reading_pasts.cancel()

    # What is known ----------------------------------------------------------------------------------------------

    def settings(self) -> Mapping[str, ExperimentSettings]:
        """What is decided about experiments now."""
        operations = self._feed.source.operations
        return operations.settings.current() if operations else {}

    @property
    def standings(self) -> Mapping[str, Standing]:
        """What has been proven while watching, by experiment."""
        return self._knowledge.standings

    @property
    def reading(self) -> Reading | None:
        """What is on screen."""
        return self._paused or self._feed.state.reading

    @property
    def chosen(self) -> Experiment | None:
        """The experiment whose numbers are on screen."""
        return self.query_one(Panes).chosen

    def settings_changed(self, name: str) -> None:
        """Look at an experiment with new settings, or from a new beginning."""
        self._knowledge.begin_anew(name)
        self._feed.source.use(self.settings())
        self._feed.read_now()
        self._past.forget(name)

    def namespace_changed(self) -> None:
        """Show another namespace, of which nothing is known yet."""
        self._knowledge = Knowledge(self.settings)
        self._past.forget()
        self._paused = None
        self.query_one(Panes).clear()  # else an action would take what it shows for what it acts on
        self.query_one("#title-subject", Static).update(Content(self._subject()))
        self._refresh_experiments()
        self._refresh_detail()

    # What is known changes --------------------------------------------------------------------------------------

    def _on_feed_state(self, state: FeedState) -> None:
        if self._is_leaving:
            return
        self._refresh_status()
        if state.reading is not None and state.outage is None:
            self._knowledge.take(state.reading.snapshot, self.query_one(ExperimentList).chosen)
        if self._paused is None:
            self._refresh_experiments()

    def _refresh_status(self) -> None:
        state = self._feed.state
        badges = views.status(state, self._paused, self._clock(), self.size.width, self._marks())
        self.query_one(StatusLines).show(badges, views.trouble(state))

    def _marks(self) -> list[str]:
        marks = [] if self._order is Order.NAME else [f"by {self._order}"]
        if self._window is not Window.START:
            recent = self._assessment and self._assessment.history
            marks.append(str(self._window) if recent else f"{self._window}: no history")
        operations = self._feed.source.operations
        return marks if operations is None or operations.may_change else [*marks, "read-only"]

    def _notice(self) -> views.Notice | None:
        return views.notice(self._feed.state, self._feed.label, self._feed.namespace, partial(key_name, self))

    def _refresh_experiments(self) -> None:
        notice = None if self._paused else self._notice()
        panes, reading = self.query_one(Panes), self.reading
        panes.display = notice is None
        self.query_one(NoticeBox).show(notice)
        if reading is None:
            return
        before = panes.chosen
        panes.show_list(reading, self._order)
        if before is None or panes.chosen is None or panes.chosen.name != before.name:
            self._past.choice_changed()
        self._refresh_detail()
        if self.focused is None and notice is None:
            panes.focus_list()

    def _refresh_detail(self) -> None:
        panes, reading = self.query_one(Panes), self.reading
        experiment = panes.chosen
        if experiment is None or reading is None:
            self._assessment = None
            panes.show_detail(None)
            return
        self._assessment = assessment = self._knowledge.assessment(experiment, reading.snapshot.taken_at)
        recent = assessment.history.within(self._window) if assessment.history else None
        panes.show_detail(
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

    def _in_view(self) -> list[Experiment]:
        return [] if self._is_leaving else self.query_one(Panes).in_view

    def _learn(self, name: str, past: Past | None) -> None:
        if self._is_leaving:
            return
        self._knowledge.learn(name, past)
        if self._paused is None:
            self._refresh_detail()
            self.query_one(Panes).refresh_states()  # some may be told better now

    @property
    def _is_leaving(self) -> bool:
        """Whether the screen is being closed: its widgets go before it does, and what is still under way arrives."""
        return not self.display

    def _subject(self) -> str:
        return f"{printable(self._feed.namespace)} · {self._feed.label}"

    # What the person does ---------------------------------------------------------------------------------------

    @on(ExperimentList.Chosen)
    def _choose(self) -> None:
        self._refresh_detail()
        self._past.choice_changed()

    @on(ExperimentList.Opened)
    def _ask_for_control(self) -> None:
        experiment = self.chosen
        if experiment is None or experiment.name in self._asked:
            return
        self._asked.add(experiment.name)
        if experiment.control is None and len(experiment.variants) > 1:
            self._actions.control(experiment)

    @on(FilterField.Changed)
    def _narrow(self) -> None:
        self._refresh_experiments()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What may not be done is not offered."""
        return self._actions.allows(str(parameters[0])) if action == "chosen" else True

    def action_filter(self) -> None:
        """Let the person type a part of a name."""
        self.query_one(Panes).open_filter()

    def action_back(self) -> None:
        """Show every experiment again, and go to the list."""
        self.query_one(Panes).clear_filter()

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
        self._actions.export(self.query_one(Panes).listed)

    def action_single_look(self) -> None:
        """Show the numbers that other tools show, which hold for one look only."""
        if self._assessment is not None:
            self.app.push_screen(SingleLook(self._assessment))

    def action_namespace(self) -> None:
        """Watch another namespace."""
        self._actions.namespace()

    def action_chosen(self, name: str) -> None:
        """Do something about the chosen experiment."""
        self._about_chosen[name](self.chosen)
