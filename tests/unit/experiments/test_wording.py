"""How numbers read."""

from __future__ import annotations

import pytest

from lamed_tui.experiments.wording import count_text, duration_text, plural, rate_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (0.9, "0 s"), (59.9, "59 s"), (60, "1 min"), (3_599, "59 min"), (7_200, "2 h"), (200_000, "2 d")],
)
def test_a_duration_reads_in_its_largest_whole_unit(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_a_rate_shows_two_digits_and_a_missing_one_a_dash() -> None:
    assert [rate_text(rate) for rate in (None, 0, 0.01234, 1, 4.2)] == ["–", "0.00%", "1.23%", "100.00%", "420.00%"]


def test_counts_set_thousands_apart() -> None:
    assert count_text(1_234_567) == "1,234,567"
    assert [plural(count, "experiment") for count in (0, 1, 1_000)] == [
        "0 experiments",
        "1 experiment",
        "1000 experiments",
    ]
