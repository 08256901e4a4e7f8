"""The monitor's two panes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Input, Static

from lamed_tui.console.monitor.views import detail, pace_text, summary
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.wording import count_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lamed_tui.experiments.pace import Pace
    from lamed_tui.experiments.snapshot import Experiment

_VISITORS, _PACE = 9, 8
_SCROLLBAR = 1
_WIDTH_WITH_PACE = 44

Cells = tuple[str, str, str]


class FilterField(Input):
    """Where a part of a name is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Keep the filter", key_display="Enter", id="filter.keep"),
        Binding("escape", "screen.back", "Show all", key_display="Esc", id="filter.clear"),
    ]

    def __init__(self) -> None:
        super().__init__(placeholder="Part of a name", id="filter", compact=True)


class ExperimentList(DataTable[Text]):
    """One row an experiment. Only cells that changed are drawn again; columns keep their widths."""

    class Chosen(Message):
        """The person moved to another experiment."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=1, zebra_stripes=False)
        self._rows: dict[str, Cells] = {}
        self._name_width = 0
        self.chosen: str | None = None

    def show(self, experiments: Sequence[Experiment], pace: Pace) -> None:
        """Show these experiments in this order; the chosen one stays chosen while it is among them."""
        rows = {
            one.name: (printable(one.name), count_text(one.visitors), pace_text(pace.by_experiment.get(one.name)))
            for one in experiments
        }
        if list(rows) == list(self._rows) and self.columns:
            self._update_cells(rows)
            self._rows = rows
        else:
            self._rows = rows
            self._rebuild()

    def on_resize(self, event: events.Resize) -> None:
        if self._width_of_names(event.size.width) != self._name_width:
            self._rebuild()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        name = event.row_key.value
        # Filling the table highlights rows on its own; only a move to another row is somebody's choice.
        if name is not None and name in self._rows and self.cursor_row == event.cursor_row and name != self.chosen:
            self.chosen = name
            self.post_message(self.Chosen(name))

    def _update_cells(self, rows: dict[str, Cells]) -> None:
        for name, cells in rows.items():
            if cells != (before := self._rows[name]):
                for key, cell, old in zip(self.columns, cells, before, strict=False):
                    if cell != old:
                        self.update_cell(name, key, self._cell(str(key.value), cell), update_width=False)

    def _rebuild(self) -> None:
        """Fill anew: another order, another set of experiments, or another width."""
        self._name_width = self._width_of_names(self.size.width)
        names = list(self._rows)
        if self.chosen not in self._rows:
            self.chosen = names[min(max(self.cursor_row, 0), len(names) - 1)] if names else None
        with self.prevent(DataTable.RowHighlighted):
            self.clear(columns=True)
            self.add_column("Experiment", key="name", width=self._name_width)
            self.add_column(Text("Visitors", justify="right"), key="visitors", width=_VISITORS)
            if self._shows_pace(self.size.width):
                self.add_column(Text("Events/s", justify="right"), key="pace", width=_PACE)
            for name, cells in self._rows.items():
                row = [self._cell(str(key.value), cell) for key, cell in zip(self.columns, cells, strict=False)]
                self.add_row(*row, key=name)
            if self.chosen is not None:
                self.move_cursor(row=names.index(self.chosen), animate=False)

    def _cell(self, column: str, text: str) -> Text:
        if column != "name":
            return Text(text, justify="right")
        cell = Text(text, no_wrap=True)
        cell.truncate(self._name_width, overflow="ellipsis")
        return cell

    def _width_of_names(self, width: int) -> int:
        others = [_VISITORS, _PACE] if self._shows_pace(width) else [_VISITORS]
        padding = 2 * self.cell_padding
        return max(6, width - _SCROLLBAR - padding - sum(other + padding for other in others))

    @staticmethod
    def _shows_pace(width: int) -> bool:
        return width >= _WIDTH_WITH_PACE


class ExperimentDetail(VerticalScroll, can_focus=True):
    """One experiment: every goal with every variant. Scrolls by keyboard."""

    def __init__(self) -> None:
        super().__init__()
        self._experiment: Experiment | None = None
        self._pace: float | None = None
        self._shown: tuple[Experiment | None, float | None, int] | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="detail-name")
        yield Static(id="detail-summary")
        yield Static(id="detail-goals")

    def show(self, experiment: Experiment | None, pace: float | None) -> None:
        """Show this experiment, or nothing."""
        if experiment is None or self._experiment is None or experiment.name != self._experiment.name:
            self.scroll_home(animate=False)
        self._experiment, self._pace = experiment, pace
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        wanted = (self._experiment, self._pace, width)
        if wanted == self._shown or width <= 0:
            return
        self._shown = wanted
        experiment = self._experiment
        texts = (
            ("#detail-name", Content(printable(experiment.name) if experiment else "")),
            ("#detail-summary", Content(summary(experiment, self._pace) if experiment else "")),
            ("#detail-goals", detail(experiment, width) if experiment else Content("")),
        )
        for selector, text in texts:
            self.query_one(selector, Static).update(text)
