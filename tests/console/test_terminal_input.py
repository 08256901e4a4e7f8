"""Bytes of a terminal become keys: a lone ESC soon, a longer sequence as one, a character of several bytes whole."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest
from textual import events

from lamed_tui.console.app import LamedConsole
from lamed_tui.console.terminal_input import QuickEscapeDriver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.message import Message


class Keyboard(QuickEscapeDriver):
    """The driver, reading from a pipe."""

    def __init__(self, fileno: int) -> None:
        self.fileno = fileno
        self.exit_event = threading.Event()
        self._debug = False
        self.messages: SimpleQueue[Message] = SimpleQueue()

    def process_message(self, message: Message) -> None:
        self.messages.put(message)

    def key(self) -> str:
        """The next key, by Textual's name."""
        message = self.messages.get(timeout=10)
        assert isinstance(message, events.Key)
        return message.key


@contextmanager
def listening() -> Iterator[tuple[Keyboard, int]]:
    """A driver, and where to type."""
    reading, writing = os.pipe()
    keyboard = Keyboard(reading)
    thread = threading.Thread(target=keyboard.run_input_thread)
    thread.start()
    try:
        yield keyboard, writing
    finally:
        os.close(writing)
        thread.join(10)
        os.close(reading)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        (b"\x1b", ["escape"]),
        (b"a\x1b", ["a", "escape"]),
        (b"\x1b\x1b", ["escape", "escape"]),
        (b"\x1b[A", ["up"]),
        (b"\x1b[Ab", ["up", "b"]),
        (b"\x1bOP", ["f1"]),
        (b"\x1b[27u", ["escape"]),
    ],
)
def test_bytes_become_keys(sent: bytes, keys: list[str]) -> None:
    with listening() as (keyboard, terminal):
        os.write(terminal, sent)
        assert [keyboard.key() for _ in keys] == keys


def test_a_lone_escape_is_told_although_nothing_follows_it_and_the_next_key_is_a_key_of_its_own() -> None:
    with listening() as (keyboard, terminal):
        os.write(terminal, b"\x1b")
        assert keyboard.key() == "escape"
        os.write(terminal, b"b")
        assert keyboard.key() == "b"


def test_a_character_of_several_bytes_that_come_one_by_one_is_one_key() -> None:
    with listening() as (keyboard, terminal):
        for byte in "é".encode():
            os.write(terminal, bytes([byte]))
        message = keyboard.messages.get(timeout=10)
        assert isinstance(message, events.Key)
        assert message.character == "é"


def test_the_console_reads_its_terminal_so() -> None:
    assert LamedConsole().driver_class is QuickEscapeDriver
