"""What pages ask AWS for: each question has its own answer, and none is lost when something else is asked."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.console.operate.person import operating
from tests.console.operate.scripted import Script, Tail
from tests.console.operate.shop import DRIFTED, KEY, LINES
from tests.console.screens import until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamed_tui.deploy.drift import Drifted
    from lamed_tui.deploy.logs import Line

_MOST_SECONDS = 30


@dataclass
class SlowDrift(Script):
    """Compares until it is told to be done."""

    compared: threading.Event = field(default_factory=threading.Event)

    def drift(self, stack_id: str) -> Sequence[Drifted]:
        assert self.compared.wait(_MOST_SECONDS), stack_id
        return DRIFTED


async def test_a_comparison_goes_on_while_the_key_is_asked_for_and_the_page_is_asked_anew() -> None:
    backend = SlowDrift()
    async with operating(backend) as person:
        await person.sees("UPDATE_COMPLETE")
        await person.press("v")
        await person.sees("comparing …")
        await person.press("k")
        await person.sees(KEY)
        assert "comparing …" in person.screen
        await person.press("u")
        await person.sees("hidden, k shows it")
        assert "comparing …" in person.screen
        backend.compared.set()
        await person.sees("MemorySize")
        assert "comparing …" not in person.screen


@dataclass
class SlowTail(Tail):
    """A reading that takes its time; what it has given once it never gives again."""

    begun: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)
    readings: int = 0

    def read(self) -> Sequence[Line]:
        self.readings += 1
        self.begun.set()
        assert self.answered.wait(_MOST_SECONDS)
        return super().read()


async def test_lines_that_arrive_while_the_logs_are_out_of_sight_are_there_afterwards() -> None:
    tail = SlowTail(LINES)
    async with operating(Script(tail=tail), size=(120, 40)) as person:
        await person.press("l")
        await until(person.pilot, lambda _: tail.begun.is_set(), what="the logs are being read")
        await person.press("s")
        await person.sees("▸ Status")
        tail.answered.set()
        await person.sees("UPDATE_COMPLETE")
        await person.press("l")
        shown = await person.sees("No module named 'lamed'")
        assert "counted" in shown


async def test_one_reading_of_a_log_is_under_way_at_a_time() -> None:
    tail = SlowTail(LINES)
    async with operating(Script(tail=tail), size=(120, 40)) as person:
        await person.press("l")
        await until(person.pilot, lambda _: tail.begun.is_set(), what="the logs are being read")
        await person.press("s", "l")
        await person.sees("▸ Logs")
        assert tail.readings == 1
        tail.answered.set()
        await person.sees("No module named 'lamed'")
