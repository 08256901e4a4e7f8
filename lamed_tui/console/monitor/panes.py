"""The two halves of the monitor: the list with its filter, and the chosen experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from lamed_tui.console.monitor import views
from lamed_tui.console.monitor.experiment_list import ExperimentList
from lamed_tui.console.monitor.widgets import ExperimentDetail
from lamed_tui.console.widgets.inputs import FilterField
from lamed_tui.experiments.pace import UNKNOWN_PACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from lamed_tui.console.feed import Reading
    from lamed_tui.console.monitor.views import Order
    from lamed_tui.console.monitor.widgets import Shown
    from lamed_tui.experiments.assessment import Assessment
    from lamed_tui.experiments.snapshot import Experiment
    from lamed_tui.experiments.trend import Trend


class Panes(Horizontal):
    """Knows what is listed and which experiment is chosen.

    Args:
        headline: an experiment's state in words.
        trend: follows a goal through at most so many looks.
    """

    def __init__(
        self, *, headline: Callable[[Experiment], str], trend: Callable[[Assessment, str, int], Trend]
    ) -> None:
        super().__init__()
        self._headline = headline
        self._trend = trend
        self._reading: Reading | None = None
        self._order = views.Order.NAME

    def compose(self) -> ComposeResult:
        with Vertical(id="list-pane"):
            yield FilterField("Part of a name")
            yield ExperimentList(self._headline)
            yield Static("No experiment has this in its name.", id="no-match")
        yield ExperimentDetail(self._trend)

    def on_mount(self) -> None:
        self.query_one("#no-match").display = False

    @property
    def chosen(self) -> Experiment | None:
        """The experiment whose numbers are on screen."""
        name = self.query_one(ExperimentList).chosen
        shown = self._reading.snapshot.experiments if self._reading else ()
        return next((one for one in shown if one.name == name), None)

    @property
    def listed(self) -> list[Experiment]:
        """The experiments that the filter lets through, in order."""
        if self._reading is None:
            return []
        found = views.matching(self._reading.snapshot, self.query_one(FilterField).value)
        return views.ordered(found, self._order, self._reading.pace)

    @property
    def in_view(self) -> list[Experiment]:
        """Those whose rows can be seen, the chosen one first."""
        chosen, listed = self.chosen, self.query_one(ExperimentList)
        return [one for one in (chosen, *listed.in_view) if one is not None]

    def show_list(self, reading: Reading, order: Order) -> None:
        """Show this reading in this order."""
        self._reading, self._order = reading, order
        found, listed = self.listed, self.query_one(ExperimentList)
        listed.show(found, reading.pace)
        listed.display = bool(found)
        self.query_one("#no-match").display = not found

    def clear(self) -> None:
        """List nothing, so that nothing is chosen, until the next reading is shown."""
        self._reading = None
        self.query_one(ExperimentList).show((), UNKNOWN_PACE)

    def show_detail(self, content: Shown | None) -> None:
        """Show one experiment, or nothing."""
        self.query_one(ExperimentDetail).show(content)

    def refresh_states(self) -> None:
        """Say anew what the list says in words."""
        self.query_one(ExperimentList).refresh()

    def focus_list(self) -> None:
        """Have the arrows choose experiments."""
        self.query_one(ExperimentList).focus()

    def open_filter(self) -> None:
        """Let the person type a part of a name."""
        field = self.query_one(FilterField)
        field.display = True
        field.focus()

    def clear_filter(self) -> None:
        """List every experiment again."""
        field = self.query_one(FilterField)
        field.value = ""
        field.display = False
        self.focus_list()

    @on(ExperimentList.Opened)
    def _enter_detail(self) -> None:
        self.query_one(ExperimentDetail).focus()

    @on(FilterField.Submitted)
    def _keep_filter(self) -> None:
        field = self.query_one(FilterField)
        field.display = bool(field.value)
        self.focus_list()
