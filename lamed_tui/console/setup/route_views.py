"""The endpoints as a table, and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.message import Message
from textual.widgets import DataTable, TextArea

from lamed_tui.experiments.names import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.binding import BindingType

    from lamed_tui.setup.routes import Row

_WIDTHS = {"Method": 6, "Does": 21, "Key": 7, "Function": 26}
_SHORTEST_PATH, _LONGEST_PATH = 10, 32
_NARROW, _NORMAL, _ROOMY = 46, 56, 90


class RouteTable(DataTable[Text]):
    """One row an endpoint."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add", id="routes.add", tooltip="Add an endpoint"),
        Binding("enter", "select_cursor", "Change", id="routes.change", tooltip="Change the endpoint"),
    ]

    class Wanted(Message):
        """A new endpoint is wanted."""

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False)
        self._rows: tuple[Row, ...] = ()
        self._filled_for = 0

    @property
    def chosen(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self.cursor_row] if 0 <= self.cursor_row < len(self._rows) else None

    def show(self, rows: Sequence[Row]) -> None:
        """Show these endpoints; the cursor stays where it was as far as it can."""
        self._rows = tuple(rows)
        self._fill()

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self._filled_for:
            self._fill()

    def action_add(self) -> None:
        """Ask for a new endpoint."""
        self.post_message(self.Wanted())

    def _fill(self) -> None:
        width = self._filled_for = self.size.width
        columns = _columns(width)
        at = self.cursor_row
        self.clear(columns=True)
        for title, size in columns:
            self.add_column(title, width=size)
        for row in self._rows:
            texts = _texts(row)
            self.add_row(*(_cell(texts[title], size, built_in=row.index is None) for title, size in columns))
        self.move_cursor(row=min(at, len(self._rows) - 1), animate=False)


class RouteText(TextArea):
    """The additional endpoints as JSON."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_line_numbers=True, tab_behavior="focus")


def _columns(width: int) -> list[tuple[str, int]]:
    """Titles and widths, in cells, of what there is room for."""
    wanted = {"Method": _NARROW, "Does": 0, "Key": _NORMAL, "Function": _ROOMY}
    columns = [(title, _WIDTHS[title]) for title, least in wanted.items() if width >= least]
    taken = sum(size for _, size in columns) + 2 * (len(columns) + 1)
    return [("Path", max(_SHORTEST_PATH, min(_LONGEST_PATH, width - taken))), *columns]


def _texts(row: Row) -> dict[str, str]:
    """A row by the titles of the columns."""
    key = "API key" if row.needs_key else "public"
    texts = {"Path": row.path, "Method": row.method, "Does": row.does, "Key": key, "Function": row.function}
    return {title: printable(text) for title, text in texts.items()}


def _cell(text: str, width: int, *, built_in: bool) -> Text:
    cell = Text(text, style="dim" if built_in else "", no_wrap=True)
    cell.truncate(width, overflow="ellipsis")
    return cell
