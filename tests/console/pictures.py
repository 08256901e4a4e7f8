"""What all pictures of the console have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, TextArea

from tests.console.screens import settled

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZES = [(40, 15), (80, 24), (160, 50)]
THEMES = ["lamed-dark", "lamed-light"]


async def come_to_rest(pilot: Pilot[None]) -> None:
    """Wait until nothing moves any more; a cursor that blinks would be in every other picture."""
    for field in (*pilot.app.screen.query(Input), *pilot.app.screen.query(TextArea)):
        field.cursor_blink = False
    await settled(pilot)
