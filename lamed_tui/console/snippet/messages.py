"""What the snippet builder and others tell the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from lamed_tui.experiments.snapshot import Experiment


class SnippetWanted(Message):
    """Somebody wants a snippet, for an experiment that is counted or for any."""

    def __init__(self, experiment: Experiment | None = None) -> None:
        super().__init__()
        self.experiment = experiment


class SnippetMade(Message):
    """The form is complete, and this is its code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class SnippetLeft(Message):
    """The person wants to go back to where they came from."""
