"""What the wizard tells the console, and operating as well.

Light, because the console knows it also where nobody sets up anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.setup.steps import Way


class SetupDone(Message):
    """The settings have been saved. Whoever comes next may take over; the wizard says what can be done now."""

    def __init__(self, loaded: LoadedConfig, way: Way) -> None:
        super().__init__()
        self.loaded = loaded
        self.way = way


class WayOn(Message):
    """The person wants to go on elsewhere: to a mode of the console by its id, to the demonstration, or out."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way = way
