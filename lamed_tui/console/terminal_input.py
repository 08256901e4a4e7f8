"""What the terminal sends, read so that Esc is answered as soon as any other key.

A lone ESC byte is the key, or begins a longer sequence whose rest is about to come. Textual's own loop waits a tenth of
a second for it, which is as long as a key may take altogether, and looks no more often than that.
"""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.message import Message

_ESC = "\x1b"
_LOOK_SECONDS = 0.1
"""The longest wait until it is noticed that the console closes."""
_ROUNDING = 0.001
_AT_ONCE = 4096


class QuickEscapeDriver(LinuxDriver):
    """Textual's driver, with a wait after a lone ESC that ends when it is over."""

    def run_input_thread(self) -> None:
        """Hand on what is typed, until the console closes."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            waits = _LOOK_SECONDS
            while not self.exit_event.is_set():
                typed = ""
                if selector.select(waits):
                    sent = os.read(self.fileno, _AT_ONCE)
                    if not sent:  # nothing will come any more
                        return
                    typed = decode(sent)
                self._hand_on(parser.feed(typed) if typed else ())
                self._hand_on(parser.tick())
                waits = constants.ESCAPE_DELAY + _ROUNDING if typed.endswith(_ESC) else _LOOK_SECONDS

    def _hand_on(self, events: Iterable[Message]) -> None:
        for event in events:
            self.process_message(event)
