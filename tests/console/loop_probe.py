"""How long an event loop was held up: by work, and by waiting for something, however busy the machine is."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEDULE = Path("/proc/thread-self/schedstat")
"""Nanoseconds on a processor, and waiting for one. Source: https://docs.kernel.org/scheduler/sched-stats.html"""

LONGEST_WAIT = 0.25
"""Seconds that a key may wait for anything but the processor. A tenth is what is promised, and what `make bench` holds;
a busy machine's disk and other threads are allowed more here. Who waited for a server would wait a minute."""


@dataclass
class HeldUp:
    """Each call of the event loop, in seconds.

    Attributes:
        worked: on a processor.
        waited: neither on a processor nor in line for one: asleep, in a lock, or for a server.
    """

    worked: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)


@contextmanager
def probed() -> Iterator[HeldUp]:
    """Measure every call that event loops make meanwhile."""
    found = HeldUp()
    run = asyncio.Handle._run

    def measured(handle: asyncio.Handle) -> None:
        began, worked, in_line = time.perf_counter(), time.thread_time(), _in_line()
        try:
            run(handle)
        finally:
            cpu = time.thread_time() - worked
            found.worked.append(cpu)
            found.waited.append(time.perf_counter() - began - cpu - (_in_line() - in_line))

    asyncio.Handle._run = measured  # type: ignore[method-assign,assignment]  # a method, put back below
    try:
        yield found
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]


def _in_line() -> float:
    return int(_SCHEDULE.read_text().split()[1]) / 1e9
