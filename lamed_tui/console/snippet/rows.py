"""Lists of names in the form. The last row is always empty: typing there adds one, clearing a name takes it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Checkbox, Input, Static

from lamed_tui.console.widgets.inputs import TextField, YesNo
from lamed_tui.snippet.spec import MAX_WEIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.geometry import Size


class Unique(YesNo):
    """Whether a goal counts once a visitor."""

    def render(self) -> Content:
        """The answer in words."""
        return Content("[x] unique" if self.value else "[ ] unique")

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - Textual's signature
        """As wide as either answer."""
        return len("[x] unique")


class Row(Horizontal):
    """A name and what belongs to it."""

    def __init__(self, title: str, name: str) -> None:
        super().__init__(classes="row")
        self._title = title
        self._first_name = name

    def compose(self) -> ComposeResult:
        yield Static(Content(self._title), classes="title")
        yield TextField(self._first_name, "one more" if not self._first_name else "").add_class("name")

    def on_mount(self) -> None:
        self._mark()

    @on(Input.Changed)
    def _mark(self) -> None:
        self.set_class(self.is_empty, "-blank")

    @property
    def typed_name(self) -> str:
        """As it stands."""
        return self.query_one(".name", Input).value

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed."""
        return not self.typed_name


class VariantRow(Row):
    """A variant and its weight."""

    def __init__(self, title: str, name: str = "", weight: str = "") -> None:
        super().__init__(title, name)
        self._first_weight = weight

    def compose(self) -> ComposeResult:
        yield from super().compose()
        field = TextField(self._first_weight, "weight").add_class("weight")
        field.max_length = len(str(MAX_WEIGHT))
        yield field

    @property
    def typed_weight(self) -> str:
        """As it stands."""
        return self.query_one(".weight", Input).value

    @property
    def is_empty(self) -> bool:
        return not (self.typed_name or self.typed_weight)


class GoalRow(Row):
    """A goal, and whether it counts once a visitor."""

    def __init__(self, title: str, name: str = "", *, unique: bool = True) -> None:
        super().__init__(title, name)
        self._first_unique = unique

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield Unique(value=self._first_unique)

    @property
    def is_unique(self) -> bool:
        """As it stands."""
        return self.query_one(Unique).value


class Rows(Vertical):
    """Rows of one kind, with an empty one at the end.

    Args:
        field: the name of the field in problems.
        title: stands before the first row.
    """

    def __init__(self, field: str, title: str) -> None:
        super().__init__(id=field, classes="rows")
        self._title = title

    def compose(self) -> ComposeResult:
        yield Static(classes="note")

    @property
    def rows(self) -> list[Row]:
        """From the top."""
        return list(self.query(Row))

    async def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these instead of what is there."""
        await self.query(Row).remove()
        await self.mount_all([*rows, self._made("" if rows else self._title)], before=".note")

    @on(Input.Changed)
    @on(Checkbox.Changed)
    async def _grow(self) -> None:
        if not self.rows or not self.rows[-1].is_empty:
            await self.mount(self._made("" if self.rows else self._title), before=".note")

    def _made(self, title: str) -> Row:
        raise NotImplementedError


class VariantRows(Rows):
    """The variants."""

    def __init__(self) -> None:
        super().__init__("variants", "Variants")

    @property
    def answers(self) -> tuple[tuple[str, str], ...]:
        """Names and weights, without empty rows."""
        rows = [row for row in self.query(VariantRow) if not row.is_empty]
        return tuple((row.typed_name, row.typed_weight) for row in rows)

    async def show(self, answers: Sequence[tuple[str, str]]) -> None:
        """Show these."""
        titles = [self._title] + [""] * len(answers)
        await self.show_rows([VariantRow(title, *answer) for title, answer in zip(titles, answers, strict=False)])

    def _made(self, title: str) -> Row:
        return VariantRow(title)


class GoalRows(Rows):
    """The goals."""

    def __init__(self) -> None:
        super().__init__("goals", "Goals")

    @property
    def answers(self) -> tuple[tuple[str, bool], ...]:
        """Names, and whether they are unique, without empty rows."""
        return tuple((row.typed_name, row.is_unique) for row in self.query(GoalRow) if not row.is_empty)

    async def show(self, answers: Sequence[tuple[str, bool]]) -> None:
        """Show these."""
        titles = [self._title] + [""] * len(answers)
        rows = [GoalRow(title, name, unique=one) for title, (name, one) in zip(titles, answers, strict=False)]
        await self.show_rows(rows)

    def _made(self, title: str) -> Row:
        return GoalRow(title)
