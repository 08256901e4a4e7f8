"""The list of experiments. Only the lines in view are worked out and drawn, however many experiments there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lamed_tui.console.monitor.fitting import cell
from lamed_tui.console.monitor.views import pace_text
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.wording import UNKNOWN, count_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.binding import BindingType
    from textual.geometry import Region

    from lamed_tui.experiments.pace import Pace
    from lamed_tui.experiments.snapshot import Experiment

_VISITORS, _PACE, _STATE = 10, 9, 20
_WIDTH_OF_ONE_LINE = 48
_TONES = {  # the first whose words occur decides
    "split mismatch": "bad",
    "may be broken": "bad",
    "control not known": "warning",
    "control leads": "warning",
    "winner": "good",
    "leads": "good",
}


class ExperimentList(ScrollView, can_focus=True):
    """One row an experiment: of two lines, so that a long name has room, or of one where the screen is small.

    Args:
        state: an experiment's state in words; asked only for rows in view.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "list--cursor",
        "list--quiet",
        "list--good",
        "list--warning",
        "list--bad",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", id="list.up", show=False),
        Binding("down", "move(1)", "Down", id="list.down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="list.page-up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="list.page-down", show=False),
        Binding("home", "move(-1_000_000)", "First", id="list.first", show=False),
        Binding("end", "move(1_000_000)", "Last", id="list.last", show=False),
        Binding("enter", "open", "Go to its numbers", id="list.open", show=False),
    ]

    class Chosen(Message):
        """The person moved to another experiment."""

    class Opened(Message):
        """The person wants to read the chosen experiment."""

    def __init__(self, state: Callable[[Experiment], str]) -> None:
        super().__init__()
        self._state = state
        self._experiments: Sequence[Experiment] = ()
        self._names: list[str] = []
        self._pace: Pace | None = None
        self._cursor = 0
        self._base = Style()
        self.chosen: str | None = None

    @property
    def _lines(self) -> int:
        """Lines of a row."""
        return 1 if self.screen.has_class("-narrow") else 2

    @property
    def in_view(self) -> Sequence[Experiment]:
        """The experiments whose rows can be seen."""
        first = self.scroll_offset.y // self._lines
        return self._experiments[first : first + self.size.height // self._lines + 1]

    def show(self, experiments: Sequence[Experiment], pace: Pace) -> None:
        """Show these experiments in this order; the chosen one stays chosen while it is among them."""
        names = [one.name for one in experiments]
        self._experiments, self._pace = experiments, pace
        if names != self._names:
            self._names = names
            if self.chosen in names:
                self._cursor = names.index(self.chosen)
            else:
                self._cursor = min(self._cursor, max(len(names) - 1, 0))
                self.chosen = names[self._cursor] if names else None
            self._measure()
        self.refresh()

    def on_resize(self) -> None:
        self._measure()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines of the visible part. Their common style is asked once: it is mixed from those of all ancestors."""
        self._base = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line of the visible part."""
        width = self.size.width
        if y == 0:
            return Strip([Segment(self._heading(width), self._style("list--quiet"))], width)
        number, line = divmod(y - 1 + self.scroll_offset.y, self._lines)
        if number >= len(self._experiments):
            return Strip.blank(width, self._base)
        experiment = self._experiments[number]
        segments = self._whole_row(experiment, width) if self._lines == 1 else self._half_row(experiment, line, width)
        strip = Strip(segments).adjust_cell_length(width)
        if number == self._cursor:
            cursor = Style(bgcolor=self._style("list--cursor").bgcolor, bold=True)
            return Strip([Segment(text, (style or Style()) + cursor) for text, style, _ in strip], width)
        return strip

    def action_move(self, rows: int) -> None:
        """Choose the experiment so many rows further down."""
        self._choose(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        """Choose the experiment so many screens further down."""
        self._choose(self._cursor + pages * max(1, (self.size.height - 2) // self._lines))

    def action_open(self) -> None:
        """Go on to the numbers."""
        self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        number = (event.y - 1 + self.scroll_offset.y) // self._lines
        if event.y > 0 and number < len(self._names):
            self._choose(number)

    def _choose(self, number: int) -> None:
        if not self._names:
            return
        before, self._cursor = self._cursor, min(max(number, 0), len(self._names) - 1)
        self._keep_in_view()
        for row in {before, self._cursor}:
            self.refresh_lines(row * self._lines + 1, self._lines)
        name = self._names[self._cursor]
        if name != self.chosen:
            self.chosen = name
            self.post_message(self.Chosen())

    def _keep_in_view(self) -> None:
        top, bottom = self._cursor * self._lines, (self._cursor + 1) * self._lines
        room = self.size.height - 1
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        elif bottom > self.scroll_offset.y + room:
            self.scroll_to(y=bottom - room, animate=False)

    def _measure(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._names) * self._lines + 1)
        self._keep_in_view()

    def _heading(self, width: int) -> str:
        if self._lines == 2:
            return cell(" Experiment", width - _VISITORS) + "Visitors ".rjust(_VISITORS)
        columns = "".join(text.rjust(cells) for text, cells in self._extra(width, "Visitors", "Events/s"))
        return cell(" Experiment", width - len(columns) - _STATE) + columns + cell("  State", _STATE)

    def _extra(self, width: int, visitors: str, pace: str) -> list[tuple[str, int]]:
        """The number columns for which there is room beside name and state."""
        if width < _WIDTH_OF_ONE_LINE:
            return []
        return [(visitors, _VISITORS)] + ([(pace, _PACE)] if width >= _WIDTH_OF_ONE_LINE + _PACE else [])

    def _whole_row(self, experiment: Experiment, width: int) -> list[Segment]:
        numbers = self._extra(width, _visitors_text(experiment), pace_text(self._pace_of(experiment)))
        columns = "".join(text.rjust(cells) for text, cells in numbers)
        state = self._state(experiment)
        return [
            Segment(cell(f" {printable(experiment.name)}", width - len(columns) - _STATE), self._base),
            Segment(columns, self._base),
            Segment(cell(f"  {state}", _STATE), self._tone(state)),
        ]

    def _half_row(self, experiment: Experiment, line: int, width: int) -> list[Segment]:
        if line == 0:
            visitors = f"{_visitors_text(experiment)} ".rjust(_VISITORS)
            name = cell(f" {printable(experiment.name)}", width - len(visitors))
            return [Segment(name + visitors, self._base)]
        pace = self._pace_of(experiment)
        speed = f"{pace_text(pace)}/s ".rjust(_VISITORS) if pace is not None else " " * _VISITORS
        state = self._state(experiment)
        return [
            Segment(cell(f"   {state}", width - _VISITORS), self._tone(state)),
            Segment(speed, self._style("list--quiet")),
        ]

    def _pace_of(self, experiment: Experiment) -> float | None:
        return self._pace.by_experiment.get(experiment.name) if self._pace else None

    def _tone(self, state: str) -> Style:
        tone = next((tone for words, tone in _TONES.items() if words in state), "quiet")
        return self._style(f"list--{tone}")

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)


def _visitors_text(experiment: Experiment) -> str:
    return count_text(experiment.visitors) if experiment.visitors_told else UNKNOWN
