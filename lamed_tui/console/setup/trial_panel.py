"""What trying the answers has shown so far."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from textual.content import Content
from textual.widgets import Static

from lamed_tui.console.key_names import key_name
from lamed_tui.console.setup.views import TrialView, trial_lines


class TrialPanel(Static):
    """Shows a try, as long as there is one."""

    def __init__(self) -> None:
        super().__init__(classes="trial")
        self.display = False
        self._view: TrialView | None = None

    @property
    def view(self) -> TrialView | None:
        """What is shown."""
        return self._view

    def show(self, view: TrialView | None) -> None:
        """Show this try, or none."""
        self._view = view
        self.display = view is not None
        self._draw()

    def outdate(self) -> None:
        """Say that the answers have changed since; before that, there is nothing to say."""
        if self._view is not None and self._view.state != "running":
            self.show(replace(self._view, state="stale"))

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        self.update(
            Content("") if self._view is None else trial_lines(self._view, width, partial(key_name, self.screen))
        )
