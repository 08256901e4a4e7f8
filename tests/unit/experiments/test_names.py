"""Names from the wire, made safe to show and given one order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamed_tui.experiments.names import natural_order, printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("plain", "plain"),
        ("日本語 👩‍👩‍👧 Ünïcode", "日本語 👩‍👩‍👧 Ünïcode"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines", "two\\nlines"),
        ("c1 \x9b31m", "c1 \\x9b31m"),
        ("abc\u202edef", "abc\\u202edef"),
        ("", "(empty)"),
        ("  ", '"  "'),
        ("[bold]", "[bold]"),
    ],
)
def test_a_name_is_shown_on_one_line_without_commanding_the_terminal(name: str, shown: str) -> None:
    assert printable(name) == shown


@given(st.text(st.characters(), max_size=20))
def test_whatever_is_shown_is_printable_and_can_be_encoded(name: str) -> None:
    shown = printable(name)
    assert shown.encode()
    assert not any(character in shown for character in "\x00\x07\x1b\n\r\t\x7f\x85\x9b\u2028\u202e")


@given(st.text(), st.text())
def test_two_names_never_share_a_place_in_the_order(one: str, other: str) -> None:
    assert (natural_order(one) == natural_order(other)) == (one == other)
    assert (natural_order(one) < natural_order(other)) or (natural_order(other) <= natural_order(one))


def test_numbers_in_names_are_compared_as_numbers() -> None:
    names = ["v10", "V2", "v02", "v" + "9" * 5_000, "v1"]
    assert sorted(names, key=natural_order)[:4] == ["v1", "V2", "v02", "v10"]
