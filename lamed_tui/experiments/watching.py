"""Reading a source again and again: for how long to wait, and what to do while it cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lamed_tui.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

Reading = TypeVar("Reading")

LONGEST_RETRY = 30.0
"""Seconds after which a source that is down is asked again at the latest."""


def retry_delay(interval: float, failures: int) -> float:
    """Seconds to wait after that many failures in a row: the interval, doubled each time, up to `LONGEST_RETRY`."""
    doubled = interval * 2.0 ** min(failures - 1, 16)
    return max(interval, min(doubled, LONGEST_RETRY))


def watch(
    read: Callable[[], Reading],
    *,
    interval: float,
    count: int | None,
    show: Callable[[Reading], None],
    complain: Callable[[StoreError, float, float], None],
    sleep: Callable[[float], None],
    clock: Callable[[], float],
) -> None:
    """Read and show until `count` readings were shown, or for ever.

    A source that fails later is asked again, ever more slowly; one that fails at the first reading is an error.

    Args:
        read: everything that asks the source; `show` asks nothing, for an outage there would end the watching.
        interval: seconds between the end of one reading and the next.
        complain: told what failed, the age of the newest data and the time to the next attempt, in seconds.
        clock: seconds on a clock that never goes back.

    Raises:
        StoreError: the first reading failed.
    """
    shown, failures, read_at = 0, 0, clock()
    while True:
        try:
            reading = read()
        except StoreError as error:
            if not shown:
                raise
            failures += 1
            delay = retry_delay(interval, failures)
            complain(error, clock() - read_at, delay)
        else:
            read_at, failures, delay = clock(), 0, interval
            show(reading)
            shown += 1
            if shown == count:
                return
        sleep(delay)
