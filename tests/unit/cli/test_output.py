"""Sentences fit the terminal that they are shown on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lamed_tui.cli.output import fitted, json_text, say, show_error
from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    import pytest

HOSTILE = "\x1b[2J \x07 \x7f \x9b31m \u202e \u2028 \ud800 \U000e0001"


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


def test_what_others_wrote_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"{HOSTILE}\nnext")
    show_error(ConfigError(f"tags.{HOSTILE}: is wrong.", f"Correct {HOSTILE}."))
    print(json_text({HOSTILE: ["ä 😀", HOSTILE]}, indent=2))  # noqa: T201 - as the commands do, with click
    told = capsys.readouterr()
    for text in (told.err, told.out):
        assert all(character.isprintable() or character == "\n" for character in text)
    assert told.err.count("\n") == 4
    assert "\\x1b[2J" in told.err


def test_json_says_the_same_however_it_is_escaped() -> None:
    value = {HOSTILE: ["ä 😀", HOSTILE, "plain\n"]}
    assert json.loads(json_text(value)) == value
    assert "ä 😀" in json_text(value)
