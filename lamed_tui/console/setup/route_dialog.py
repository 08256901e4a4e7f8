"""One additional endpoint as a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from lamed_tui.console.dialogs.dialog import Dialog
from lamed_tui.console.setup.fields import Field
from lamed_tui.errors import ConfigError
from lamed_tui.setup.routes import PATH, ROUTE_QUESTIONS, problems_with_entry, with_route_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lamed_tui.setup.routes import Entry


@dataclass(frozen=True)
class RouteChange:
    """What became of the form: an entry to put in its place, or None to take it away."""

    entry: Entry | None


class RouteDialog(Dialog[RouteChange]):
    """Asks for one endpoint; gives nothing when it was left as it is.

    Args:
        document: the answers so far, whose other endpoints this one has to fit in with.
        index: of the entry; None for a new one.
        entry: the entry as it is.
        base: where the API will answer.
    """

    CSS_PATH = ["fields.tcss", "route_dialog.tcss"]  # noqa: RUF012 - Textual declares it without ClassVar
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "keep", "Keep", id="route.keep", tooltip="Keep this endpoint"),
        Binding("escape", "leave", "Leave", id="route.leave", tooltip="Leave it as it was"),
    ]

    def __init__(self, document: Mapping[str, Any], index: int | None, entry: Entry, base: str) -> None:
        super().__init__()
        self._document = document
        self._index = index
        self._entry = entry
        self._base = base
        self._touched: set[str] = set() if index is None else {question.key for question in ROUTE_QUESTIONS}

    def box(self) -> ComposeResult:
        with Vertical(id="route-box", classes="box") as box:
            box.border_title = "New endpoint" if self._index is None else "Endpoint"
            yield Static(id="route-url")
            with VerticalScroll(id="route-fields", can_focus=False):
                for question in ROUTE_QUESTIONS:
                    yield Field(question, self._entry)
            yield Static(id="route-advice")
            with Horizontal(id="route-buttons"):
                yield Button("Keep", id="route-keep", compact=True, variant="primary")
                yield Button("Leave", id="route-leave", compact=True)
                if self._index is not None:
                    yield Button("Remove", id="route-remove", compact=True)

    def on_mount(self) -> None:
        self._show()
        self.query(Field).first().focus_control() if self._index is not None else self._path_field().focus_control()

    @on(Field.Answered)
    def _answer(self, event: Field.Answered) -> None:
        event.stop()
        if event.field.is_new:
            self._take(event.field)

    def _take(self, answered: Field) -> None:
        self._touched.add(answered.question.key)
        try:
            self._entry = with_route_answer(self._entry, answered.question, answered.take())
        except ConfigError as error:
            answered.tell(error.what)
            return
        for field in self.query(Field):
            if field is not answered and not field.is_new:
                field.show(self._entry)
        self._show()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:  # noqa: ARG002 - Textual's signature
        self._advise()

    def action_keep(self) -> None:
        """Keep the endpoint, if it can be deployed."""
        for field in [one for one in self.query(Field) if one.is_new]:  # typed this very moment
            self._take(field)
        self._touched = {question.key for question in ROUTE_QUESTIONS}
        problems = self._show()
        if not problems:
            self.dismiss(RouteChange(self._entry))
            return
        field = next((field for field in self.query(Field) if field.problem), self._path_field())
        field.focus_control()

    @on(Button.Pressed, "#route-keep")
    def _keep(self) -> None:
        self.action_keep()

    @on(Button.Pressed, "#route-leave")
    def _leave(self) -> None:
        self.action_leave()

    @on(Button.Pressed, "#route-remove")
    def _remove(self) -> None:
        self.dismiss(RouteChange(None))

    def _show(self) -> dict[str, str]:
        """Show what the answers come to, and return what is wrong with them."""
        problems = problems_with_entry(self._document, self._index, self._entry)
        for field in self.query(Field):
            touched = field.question.key in self._touched
            field.tell(problems.get(field.question.key, "") if touched else "")
        path = str(self._path_field().given).strip("/") or "…"
        self.query_one("#route-url", Static).update(Content(f"{self._base}/{path}"))
        self._problem = problems.get("", "") if PATH.key in self._touched else ""
        self._advise()
        return problems

    def _advise(self) -> None:
        focused = next((field for field in self.query(Field) if field.has_focus_within), None)
        text = f"✗ {self._problem}" if self._problem else focused.question.help if focused else ""
        advice = self.query_one("#route-advice", Static)
        advice.set_class(bool(self._problem), "-wrong")
        advice.update(Content(text))

    def _path_field(self) -> Field:
        return next(field for field in self.query(Field) if field.question is PATH)
