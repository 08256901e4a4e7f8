"""`lamed logs`: how far it looks back."""

from __future__ import annotations

from datetime import timedelta

from lamed_tui.cli.logs import beginning

NOW = 1_773_308_820.5


def test_it_looks_back_by_what_was_asked_for() -> None:
    assert beginning(timedelta(minutes=10), NOW) == 1_773_308_220_500


def test_the_longest_time_that_can_be_written_leads_to_the_beginning_of_all_logs() -> None:
    assert beginning(timedelta(days=999_999), NOW) == 0
