"""Naming experiments on the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lamed_tui.errors import UsageError
from lamed_tui.experiments.selection import select
from lamed_tui.experiments.snapshot import Experiment, Snapshot


def snapshot(*names: str) -> Snapshot:
    return Snapshot("shop", datetime(2026, 3, 12, tzinfo=UTC), tuple(Experiment(name, None, (), ()) for name in names))


def chosen(known: tuple[str, ...], *names: str) -> list[str]:
    return [one.name for one in select(snapshot(*known), names).experiments]


def test_no_name_means_all_and_names_keep_the_order_of_the_snapshot() -> None:
    assert chosen(("a", "b", "c")) == ["a", "b", "c"]
    assert chosen(("a", "b", "c"), "c", "a", "c") == ["a", "c"]


@pytest.mark.parametrize("name", ["rtl\u202eevil", "\x1b[31mred", "", "  "])
def test_a_name_that_cannot_be_typed_may_be_given_as_it_is_shown(name: str) -> None:
    shown = {"rtl\u202eevil": "rtl\\u202eevil", "\x1b[31mred": "\\x1b[31mred", "": "(empty)", "  ": '"  "'}[name]
    assert chosen((name, "other"), shown) == [name]
    assert chosen((name, "other"), name) == [name]


def test_what_two_names_are_shown_as_means_the_one_that_is_spelt_so() -> None:
    assert chosen(("\x1b", "\\x1b"), "\\x1b") == ["\\x1b"]


def test_an_unknown_name_is_answered_with_the_one_meant_or_those_there_are() -> None:
    with pytest.raises(UsageError, match=r'There is no experiment "chekout" .*Did you mean "checkout"\?'):
        chosen(("checkout", "price"), "chekout")
    with pytest.raises(UsageError, match="There are: checkout, price"):
        chosen(("checkout", "price"), "xyz")
    with pytest.raises(UsageError, match="holds no experiment yet"):
        chosen((), "xyz")
