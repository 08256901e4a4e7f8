"""The last step: the file as it will be, before it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from lamed_tui.console.setup.pane import Pane
from lamed_tui.console.setup.views import bullets, diff_text
from lamed_tui.console.workplace import short
from lamed_tui.deploy import wiring
from lamed_tui.errors import ConfigError
from lamed_tui.setup.review import diff, remarks
from lamed_tui.setup.state import in_force

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from lamed_tui.setup.state import SetupState


class ReviewPane(Pane, can_focus=True):
    """Scrolls by keyboard through what would change."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__("review")
        self._environment = environment
        self._problem = ""
        self._note = ""

    def compose(self) -> ComposeResult:
        yield Static(classes="about", id="review-about")
        yield Static(id="review-problem")
        yield Static(id="review-diff")
        yield Static(id="review-remarks")

    def note(self, text: str) -> None:
        """Say something before everything else, the next time a state is shown."""
        self._note = text

    def show(self, state: SetupState) -> None:
        """Show what saving this would do, or why it cannot be done."""
        note, self._note = self._note, ""
        self._problem, told = self._judged(state)
        changed = diff(state.before, state.document)
        name = short(state.path)
        about = f"{name} will change like this. The version before is kept as {state.path.name}.bak."
        if not state.exists:
            about = f"{name} will be created, readable by you alone."
        if not state.is_changed:
            about = f"{name} stays as it is: no answer differs from it."
        self._say("#review-about", Content(" ".join(part for part in (note, about) if part)))
        self._say("#review-problem", Content(self._problem))
        self._say("#review-diff", diff_text(changed))
        self._say("#review-remarks", bullets(told))

    def focus_first(self) -> None:
        self.focus()
        self.begin_at_top()

    def obstacle(self) -> str:
        return self._problem

    def _judged(self, state: SetupState) -> tuple[str, list[str]]:
        """Why it cannot be saved, else what to know about the change."""
        try:
            config = in_force(state, self._environment).config
            routes = wiring.resolve(config)
        except ConfigError as error:
            return str(error), []
        return "", [*remarks(config, state.before, state.document, self._environment), *routes.warnings]

    def _say(self, selector: str, text: Content) -> None:
        widget = self.query_one(selector, Static)
        widget.update(text)
        widget.set_class(not text.plain, "-empty")
