"""Sentences fit the terminal that they are shown on."""

from __future__ import annotations

from lamed_tui.cli.output import fitted


def test_a_long_line_is_broken_between_words_and_keeps_its_indent() -> None:
    told = "  A host name or an IP address. A whole URL fills in everything it says."
    assert fitted(told, 40).split("\n") == [
        "  A host name or an IP address. A whole",
        "  URL fills in everything it says.",
    ]


def test_a_word_that_is_wider_is_left_whole_so_that_it_can_be_copied() -> None:
    address = "https://abcdefghij.execute-api.eu-central-1.amazonaws.com/prod/track"
    assert address in fitted(f"Send events to {address} from a page.", 40).split("\n")


def test_lines_that_fit_and_empty_ones_stay_as_they_are() -> None:
    text = "\nStep 1 of 4:  Redis.\n    ok   fine\n"
    assert fitted(text, 40) == text
