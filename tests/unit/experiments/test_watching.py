"""How long a source that is down is left alone."""

from __future__ import annotations

from lamed_tui.experiments.watching import retry_delay


def test_the_wait_doubles_up_to_half_a_minute() -> None:
    assert [retry_delay(2, failures) for failures in range(1, 8)] == [2, 4, 8, 16, 30, 30, 30]


def test_a_longer_interval_is_never_cut_short() -> None:
    assert [retry_delay(60, failures) for failures in (1, 2, 1_000)] == [60, 60, 60]
