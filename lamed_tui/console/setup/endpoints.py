"""The endpoints step: a table, and the same as JSON text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, DataTable, Static, TextArea

from lamed_tui.config.documents import value_at
from lamed_tui.console.key_names import key_name, with_key_names
from lamed_tui.console.setup.pane import Pane
from lamed_tui.console.setup.route_dialog import RouteChange, RouteDialog
from lamed_tui.console.setup.route_views import RouteTable, RouteText
from lamed_tui.console.setup.views import route_detail
from lamed_tui.errors import ConfigError
from lamed_tui.setup.route_text import entries_in, text_of_entries
from lamed_tui.setup.routes import (
    BLOCKER_HINT,
    base_url,
    entries_of,
    neutral_entry,
    new_entry,
    overview,
    with_entry,
    without_entry,
)
from lamed_tui.setup.state import with_routes
from lamed_tui.setup.steps import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.message import Message

    from lamed_tui.setup.routes import Entry, Overview
    from lamed_tui.setup.state import SetupState


_ABOUT_TEXT = (
    "The additional endpoints as they stand in the file, under extra_wiring. {setup.text} goes back to the table."
)


class EndpointsPane(Pane):
    """Shows the same endpoints as a table and as text, and lets either be changed.

    Args:
        environment: may name a region, or something else than AWS.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(ENDPOINTS.id)
        self._environment = environment
        self._state: SetupState | None = None
        self._overview: Overview | None = None
        self._base = ""
        self._text_problem = ""

    def compose(self) -> ComposeResult:
        yield Static(Content(ENDPOINTS.about), classes="about")
        yield Static(id="routes-base")
        with Horizontal(id="routes-views"):
            yield RouteTable()
            yield RouteText()
        yield Static(id="routes-problem")
        yield Static(id="routes-warnings")
        yield Static(Content(BLOCKER_HINT), id="routes-hint")
        with Horizontal(id="routes-buttons"):
            yield Button("Add", id="routes-add", compact=True)
            yield Button("Add a neutral path", id="routes-neutral", compact=True)
            yield Button("As JSON", id="routes-json", compact=True)

    @property
    def advice(self) -> str:
        if self.is_text or self.query_one(RouteText).has_focus:
            return f"✗ {self._problem}" if self._problem else with_key_names(_ABOUT_TEXT, self._key)
        row = self.query_one(RouteTable).chosen
        return route_detail(row, self._base, self.size.width) if row else ""

    def _key(self, name: str) -> str:
        return key_name(self.screen, name)

    @property
    def is_text(self) -> bool:
        """Whether the text stands where the table was."""
        return self.has_class("-text")

    def show(self, state: SetupState) -> None:
        self._base = _base(state, self._environment)
        self._take(state)
        self._known = state  # masks in the text stand for the secrets in here
        self._text_problem = ""
        with self.prevent(TextArea.Changed):
            self.query_one(RouteText).load_text(text_of_entries(state.document))
        self._tell()

    def focus_first(self) -> None:
        self.query_one(RouteText if self.is_text else RouteTable).focus()
        self.begin_at_top()

    def obstacle(self) -> str:
        problem = self._problem
        if problem and self._text_problem:
            self.query_one(RouteText).focus()
        return problem

    def toggle_text(self) -> None:
        """Go from the table to the text, or back once the text means something."""
        table, text = self.query_one(RouteTable), self.query_one(RouteText)
        if table.display and text.display:  # there is room for both
            (table if text.has_focus else text).focus()
            return
        if not self.is_text or not self._text_problem:
            self.set_class(not self.is_text, "-text")
            button = self.query_one("#routes-json", Button)
            button.label = "As table" if self.is_text else "As JSON"
            button.refresh(layout=True)
        self.focus_first()
        self.post_message(self.Advised())

    # Changes ---------------------------------------------------------------------------------------------------------

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        try:
            entries = entries_in(event.text_area.text, self._known.document)
            state = with_routes(self._known, entries)
        except ConfigError as error:
            self._text_problem = error.what
        else:
            self._text_problem = ""
            self._take(state)
            self.post_message(self.Changed(state))
        self._tell()

    @on(Button.Pressed, "#routes-neutral")
    def _add_neutral(self, event: Button.Pressed) -> None:
        event.stop()
        self._put(None, neutral_entry(self._now.document))
        self.query_one(RouteTable).focus()

    @on(RouteTable.Wanted)
    @on(Button.Pressed, "#routes-add")
    def _add(self, event: Message) -> None:
        event.stop()
        self._ask(None, new_entry("lamed.track", ""))

    @on(DataTable.RowSelected)
    def _change(self, event: DataTable.RowSelected) -> None:
        event.stop()
        row = self.query_one(RouteTable).chosen
        if row is not None and row.index is not None:
            self._ask(row.index, entries_of(self._now.document)[row.index])
        elif row is not None:
            self.notify(
                f"This endpoint is built in and stays as it is; {self._key('routes.add')} adds one of your own."
            )

    def _ask(self, index: int | None, entry: Entry) -> None:
        def put(change: RouteChange | None) -> None:
            if change is not None:
                self._put(index, change.entry)

        if self._text_problem:
            self.notify(self._text_problem, severity="warning")
        else:
            self.app.push_screen(RouteDialog(self._now.document, index, entry, self._base), put)

    def _put(self, index: int | None, entry: Entry | None) -> None:
        """Put an entry in its place, or take it away."""
        if self._text_problem:
            self.notify(self._text_problem, severity="warning")
            return
        document = self._now.document
        if entry is not None:
            entries = with_entry(document, index, entry)
        else:
            entries = without_entry(document, index) if index is not None else entries_of(document)
        state = with_routes(self._now, entries)
        self.show(state)
        self.post_message(self.Changed(state))

    def on_descendant_focus(self) -> None:
        self.post_message(self.Advised())

    @on(DataTable.RowHighlighted)
    def _move(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self.post_message(self.Advised())

    @on(Button.Pressed, "#routes-json")
    def _toggle(self, event: Button.Pressed) -> None:
        event.stop()
        self.toggle_text()

    # What is shown ---------------------------------------------------------------------------------------------------

    @property
    def _now(self) -> SetupState:
        if self._state is None:
            raise RuntimeError("nothing has been shown yet")
        return self._state

    @property
    def _problem(self) -> str:
        return self._text_problem or (self._overview.problem if self._overview else "")

    def _take(self, state: SetupState) -> None:
        self._state = state
        self._overview = overview(state.document)
        self.query_one(RouteTable).show(self._overview.rows)
        offer = self.query_one("#routes-neutral", Button)
        offer.set_class(not self._overview.lacks_neutral_path, "-empty")
        self.query_one("#routes-hint").set_class(not self._overview.lacks_neutral_path, "-empty")
        offer.label = f"Add /{neutral_entry(state.document)['api_gateway']['pathPart']}"

    def _tell(self) -> None:
        later = "  (the … is known after the first deployment)" if "…" in self._base else ""
        self._say("#routes-base", f"{self._base}{later}")
        self.post_message(self.Advised())
        self._say("#routes-problem", f"✗ {self._problem}" if self._problem else "")
        self._say("#routes-warnings", "\n".join(self._overview.warnings) if self._overview else "")

    def _say(self, selector: str, text: str) -> None:
        widget = self.query_one(selector, Static)
        widget.update(Content(text))
        widget.set_class(not text, "-empty")


def _base(state: SetupState, environment: Mapping[str, str]) -> str:
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    return base_url(region or value_at(state.document, "aws.region"), environment.get("AWS_ENDPOINT_URL"))
