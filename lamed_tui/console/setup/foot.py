"""What stands below every step: what to know just now, and the buttons that lead on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.app import ComposeResult


class Foot(Vertical):
    """Advice, and a button for each of the screen's actions that can be done now."""

    def compose(self) -> ComposeResult:
        yield Static(id="advice")
        with Horizontal(id="buttons"):
            yield Button("Test", id="try", compact=True, action="screen.try")
            yield Static(id="buttons-space")
            yield Button("Back", id="back", compact=True, action="screen.back")
            yield Button("Next", id="next", compact=True, variant="primary", action="screen.next")
            yield Button("Save", id="save", compact=True, variant="primary", action="screen.save")

    def tell(self, advice: str) -> None:
        """Say what to know; what begins with a cross is what has to be corrected."""
        widget = self.query_one("#advice", Static)
        widget.set_class(advice.startswith("✗"), "-wrong")
        widget.update(Content(advice))

    def offer(self, actions: Collection[str], try_label: str) -> None:
        """Show these buttons."""
        for button in self.query(Button):
            button.set_class(button.id not in actions, "-empty")
        button = self.query_one("#try", Button)
        if str(button.label) != try_label:
            button.label = try_label
            button.refresh(layout=True)
