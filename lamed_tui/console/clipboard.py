"""The part of the app that copies: every copy of the console goes one way, and what is said of it is true."""

from __future__ import annotations

import os
import shutil
import sys
from functools import partial

from lamed_tui.console import copying
from lamed_tui.console.background import in_background
from lamed_tui.console.notices import NoticesApp


class CopyingApp(NoticesApp):
    """Copies by the best way there is here, where Textual only asks the terminal."""

    def copy_to_clipboard(self, text: str) -> None:
        """Copy, and say in a notification how; without a text, leave what was copied before."""
        if not text:
            return
        self._clipboard = text  # what ctrl+v pastes in here
        self.run_worker(self._copy(text), name="copy", description="copies", exit_on_error=False)

    async def _copy(self, text: str) -> None:
        if self.is_web:
            # The person sits before the browser, wherever that is; no tool of this machine reaches it for sure.
            super().copy_to_clipboard(text)
            self.notify(copying.SENT_TO_BROWSER)
            return
        found = copying.tools(os.environ, sys.platform, shutil.which)
        tool = await in_background(partial(copying.copied_by, text, found), name="copying") if found else None
        if tool is None:
            super().copy_to_clipboard(text)
        self.notify(tool.said if tool else copying.SENT)
