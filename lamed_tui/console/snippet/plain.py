"""Showing a text on the terminal itself, where the terminal's own selection takes it as it is."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from lamed_tui.console.background import in_background

if TYPE_CHECKING:
    from textual.app import App


async def show_plainly(app: App[None], text: str) -> None:
    """Leave the screen to the text until Enter is pressed. Everything else goes on meanwhile.

    Raises:
        SuspendNotSupported: this is no terminal that could be left to it.
    """
    with app.batch_update(), app.suspend():  # the batch keeps the app from drawing over it
        sys.stdout.write(f"\n{text}\nEnter goes back to lamed. ")
        sys.stdout.flush()
        await in_background(_wait_for_enter, name="waiting for Enter")


def _wait_for_enter() -> None:
    # Not through sys.stdin: at the end of the program, nobody could take its lock from a thread that still waits.
    while line := os.read(0, 1024):
        if line.endswith(b"\n"):
            return
