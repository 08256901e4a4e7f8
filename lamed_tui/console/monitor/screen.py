"""The monitor: experiments on the left, the chosen one's counters on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Center, Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from lamed_tui.console.monitor import views
from lamed_tui.console.monitor.widgets import ExperimentDetail, ExperimentList, FilterField
from lamed_tui.console.widgets.key_bar import KeyBar
from lamed_tui.console.widgets.title_bar import TitleBar
from lamed_tui.experiments.names import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lamed_tui.console.feed import Feed, FeedState, Reading

_TYPED = ("filter", "pause", "interval", "read_now")
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
    HELP = """\
Up and down choose an experiment, Enter or Tab goes to its numbers. Ctrl+C quits when no text is selected.

Each experiment has visitors (who took part) and goals (what they did). The rate of a variant on a goal is conversions \
divided by visitors. A goal marked repeats can be reached more than once by the same visitor.

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
        Binding("p", "pause", "Pause", id="monitor.pause", tooltip="Freeze the view, or let it go on"),
        Binding("minus", "interval(-1)", "Faster", key_display="-", id="monitor.faster", tooltip="Read more often"),
        Binding("plus", "interval(1)", "Slower", key_display="+", id="monitor.slower", tooltip="Read less often"),
        Binding("r", "read_now", "Read now", id="monitor.read-now", show=False, tooltip="Read now"),
        Binding("escape", "back", "Clear the filter, go to the list", id="monitor.back", show=False),
    ]

    def __init__(self, feed: Feed, *, clock: Callable[[], float], note: str = "") -> None:
        super().__init__()
        self._feed = feed
        self._clock = clock
        self._note = note
        self._paused: Reading | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar("Monitor", f"{printable(self._feed.namespace)} · {self._feed.label}", self._note)
        yield Static(id="status")
        yield Static(id="trouble")
        with Horizontal(id="panes"):
            with Vertical(id="list-pane"):
                yield FilterField()
                yield ExperimentList()
                yield Static("No experiment has this in its name.", id="no-match")
            yield ExperimentDetail()
        with Center(id="notice"), Vertical(id="notice-box"):
            yield Static(id="notice-title")
            yield Static(id="notice-lines")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(FilterField).display = False
        self.query_one("#no-match").display = False
        self.watch(self.app, "feed_state", self._on_feed_state)
        self.set_interval(_TICK, self._refresh_status)

    # What is known changes --------------------------------------------------------------------------------------

    def _on_feed_state(self, _: FeedState) -> None:
        self._refresh_status()
        if self._paused is None:
            self._refresh_experiments()

    def _refresh_status(self) -> None:
        state = self._feed.state
        badges = views.status(state, self._paused, self._clock(), self.size.width)
        self.query_one("#status", Static).update(badges)
        trouble = self.query_one("#trouble", Static)
        trouble.update(Content(views.trouble(state)))
        trouble.display = bool(views.trouble(state))

    def _refresh_experiments(self) -> None:
        notice = None if self._paused else views.notice(self._feed.state, self._feed.label, self._feed.namespace)
        self.query_one("#panes").display = notice is None
        self.query_one("#notice").display = notice is not None
        if notice is not None:
            self.query_one("#notice-title", Static).update(Content(notice.title))
            self.query_one("#notice-lines", Static).update(Content("\n".join(notice.lines)))
        reading = self._paused or self._feed.state.reading
        if reading is None:
            return
        found = views.matching(reading.snapshot, self.query_one(FilterField).value)
        listed = self.query_one(ExperimentList)
        listed.show(found, reading.pace)
        self.query_one("#no-match").display = not found
        listed.display = bool(found)
        self._refresh_detail()
        if self.focused is None and notice is None:
            listed.focus()

    def _refresh_detail(self) -> None:
        reading = self._paused or self._feed.state.reading
        chosen = self.query_one(ExperimentList).chosen
        if reading is None:
            return
        experiment = next((one for one in reading.snapshot.experiments if one.name == chosen), None)
        pace = reading.pace.by_experiment.get(chosen) if chosen is not None else None
        self.query_one(ExperimentDetail).show(experiment, pace)

    # What the person does ---------------------------------------------------------------------------------------

    @on(ExperimentList.Chosen)
    def _choose(self) -> None:
        self._refresh_detail()

    @on(ExperimentList.RowSelected)
    def _enter_detail(self) -> None:
        self.query_one(ExperimentDetail).focus()

    @on(FilterField.Changed)
    def _narrow(self) -> None:
        self._refresh_experiments()

    @on(FilterField.Submitted)
    def _keep_filter(self) -> None:
        field = self.query_one(FilterField)
        field.display = bool(field.value)
        self.query_one(ExperimentList).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """While a name is typed, the screen's keys are letters of it."""
        return not (isinstance(self.focused, FilterField) and action in _TYPED)

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
