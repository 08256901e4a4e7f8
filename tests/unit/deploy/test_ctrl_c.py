"""Ctrl-C while AWS works: the first one asks, a second one detaches, and where nobody can answer one is enough."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import click
import pytest

from lamed_tui.cli.following import CtrlC
from lamed_tui.deploy.following import Wish

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _a_handler_of_its_own() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("answer", "wish"), [("f", Wish.FOLLOW), ("d", Wish.DETACH), ("c", Wish.CANCEL)])
def test_the_first_one_asks_what_is_meant(answer: str, wish: Wish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click, "prompt", lambda *_, **__: answer)
    ctrl_c = CtrlC(can_ask=True)
    ctrl_c.ask_from_now_on()
    assert ctrl_c.wish() is Wish.FOLLOW
    signal.raise_signal(signal.SIGINT)
    assert ctrl_c.wish() is wish
    assert ctrl_c.wish() is Wish.FOLLOW  # asked and answered


def test_a_second_one_does_not_wait_for_the_question() -> None:
    ctrl_c = CtrlC(can_ask=True)
    ctrl_c.ask_from_now_on()
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_where_nobody_can_answer_the_first_one_is_enough() -> None:
    ctrl_c = CtrlC(can_ask=False)
    ctrl_c.ask_from_now_on()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
