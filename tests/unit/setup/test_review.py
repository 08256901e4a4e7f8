"""What a person reads before anything is written."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lamed_tui.config.documents import rendered, wrapped
from lamed_tui.setup.review import diff


def lines(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    signs = {"same": " ", "added": "+", "removed": "-", "gap": "~"}
    return [signs[line.kind] + line.text for line in diff(wrapped(before), wrapped(after))]


def test_a_change_stands_between_its_neighbours() -> None:
    assert lines(
        {"redis": {"host": "h", "port": 1}, "name": "a"}, {"redis": {"host": "h", "port": 2}, "name": "a"}
    ) == [
        " {",
        '   "redis": {',
        '     "host": "h",',
        '-    "port": 1',
        '+    "port": 2',
        "   },",
        '   "name": "a"',
        " }",
    ]


def test_a_new_file_is_all_new() -> None:
    assert lines({}, {"name": "shop"}) == ["+{", '+  "name": "shop"', "+}"]


def test_nothing_changed_is_nothing_told() -> None:
    assert lines({"redis": {"password": "p"}}, {"redis": {"password": "p"}}) == []


def test_far_apart_changes_are_told_apart() -> None:
    before = {f"key{number}": 0 for number in range(20)}
    found = lines(before, {**before, "key1": 1, "key18": 1})
    assert found.count("~") == 1
    assert len(found) < 20


def test_another_secret_is_told_and_not_shown() -> None:
    found = lines({"redis": {"password": "hunter2"}}, {"redis": {"password": "hunter3"}})
    assert '-    "password": "**********"' in found
    assert '+    "password": "********** (another one, not shown)"' in found
    assert "hunter" not in "".join(found)


def test_a_secret_in_a_list_is_told_apart_too() -> None:
    before, after = {"x": [{"token": "hunter2"}]}, {"x": [{"token": "hunter3"}, {"token": "hunter4"}]}
    found = "".join(lines(before, after))
    assert "another one" in found
    assert "hunter" not in found


SECRETS = st.integers(0, 3).map("hunter{}".format)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text("abc", max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
        st.fixed_dictionaries({"token": SECRETS}),
    ),
    max_leaves=10,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["redis", "name", "x", "y"]), JSON, min_size=1).map(wrapped)


@given(DOCUMENTS, DOCUMENTS)
def test_every_change_is_told_and_no_secret_with_it(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = diff(before, after)
    assert any(line.kind in {"added", "removed"} for line in found) == (
        rendered(before) != rendered(after)  # as text, because True == 1 in Python
    )
    assert "hunter" not in "".join(line.text for line in found)
