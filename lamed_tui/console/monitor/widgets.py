"""The pane with one experiment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.color import Color
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lamed_tui.console.key_names import key_name
from lamed_tui.console.monitor.chart import Kind, Palette, chart
from lamed_tui.console.monitor.detail_view import Recent, detail, summary
from lamed_tui.console.monitor.views import pace_text
from lamed_tui.experiments.names import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from lamed_tui.experiments.assessment import Assessment
    from lamed_tui.experiments.trend import Trend

_ARMS = ("primary", "secondary", "success", "warning")
_LEAST_CHART, _MOST_CHART = 7, 20
_SCROLLED_CHART = 10
"""Lines of a chart where there is no room for one without scrolling."""


@dataclass(frozen=True)
class Shown:
    """What the pane shows.

    Attributes:
        pace: events per second; None where it is not known.
        recent: set while only the counts of a window are shown.
        kind: what the chart draws.
    """

    assessment: Assessment
    pace: float | None
    recent: Recent | None
    kind: Kind


class ExperimentDetail(VerticalScroll, can_focus=True):
    """One experiment: what is proven, every goal with every variant, and the history. Scrolls by keyboard.

    Args:
        trend: follows a goal through at most so many looks.
    """

    def __init__(self, trend: Callable[[Assessment, str, int], Trend]) -> None:
        super().__init__()
        self._trend = trend
        self._content: Shown | None = None
        self._drawn: tuple[object, ...] = ()
        self._put_before: dict[str, Content] = {}
        self._colours: tuple[str, Palette] | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="detail-name")
        yield Static(id="detail-summary")
        yield Static(id="detail-goals")
        yield Static(id="detail-chart")

    def show(self, content: Shown | None) -> None:
        """Show this experiment, or nothing."""
        name = content.assessment.experiment.name if content else None
        if self._content is None or name != self._content.assessment.experiment.name:
            self.scroll_home(animate=False)
        self._content = content
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        content = self._content
        wanted = (content, width, self.size.height, self.app.theme)
        if wanted == self._drawn or width <= 0:
            return
        self._drawn = wanted
        if content is None:
            for selector in ("#detail-name", "#detail-summary", "#detail-goals", "#detail-chart"):
                self._put(selector, Content())
            return
        pace = "" if content.pace is None else pace_text(content.pace)
        top = summary(content.assessment, pace, width, partial(key_name, self.screen))
        goals = detail(content.assessment, width, content.recent)
        self._put("#detail-name", Content(printable(content.assessment.experiment.name)))
        self._put("#detail-summary", top)
        self._put("#detail-goals", goals)
        used = 4 + top.plain.count("\n") + goals.plain.count("\n")
        room = self.size.height - used - 1
        self._draw_chart(content, width, min(room, _MOST_CHART) if room >= _LEAST_CHART else _SCROLLED_CHART)

    def _draw_chart(self, content: Shown, width: int, height: int) -> None:
        assessment = content.assessment
        goals = [goal.name for goal in assessment.experiment.goals]
        drawn = None
        if goals:
            primary = assessment.evidence.primary_goal
            goal = primary if primary in goals else goals[0]
            followed = self._trend(assessment, goal, max(width - 10, 2))
            drawn = chart(followed, content.kind, assessment.experiment.control, (width, height), self._palette())
        self.query_one("#detail-chart").display = drawn is not None
        self._put("#detail-chart", drawn or Content())

    def _put(self, selector: str, content: Content) -> None:
        """Update only what changed, and lay out anew only when it needs another number of lines."""
        before = self._put_before.get(selector)
        if content == before:
            return
        self._put_before[selector] = content
        moves = before is None or before.plain.count("\n") != content.plain.count("\n") or not before.plain
        self.query_one(selector, Static).update(content, layout=moves)

    def _palette(self) -> Palette:
        """The theme's colours; worked out once for a theme, which takes longer than a chart."""
        theme = self.app.theme
        if self._colours is None or self._colours[0] != theme:
            variables = self.app.get_css_variables()
            arms = [Color.parse(variables[name]).rgb for name in _ARMS]
            self._colours = theme, Palette(arms, Color.parse(variables["foreground-muted"]).rgb)
        return self._colours[1]
