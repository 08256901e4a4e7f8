"""Time, handed in: what the engine reads and waits on, so that tests need not."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """The wall clock (UTC), a clock that only goes forward (seconds), and a way to wait (seconds)."""

    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def delays(*, local: bool) -> Iterator[float]:
    """Seconds between questions about an operation: quick at first, then patient. AWS counts every question."""
    delay, factor, longest = (0.1, 1.5, 1.0) if local else (2.0, 1.25, 5.0)
    while True:
        yield delay
        delay = min(delay * factor, longest)
