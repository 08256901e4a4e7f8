"""The revision of the Redis password: new when the password is, and no trace of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from lamed_tui.deploy.secret import revision


def fresh() -> str:
    return "drawn"


@pytest.mark.parametrize(
    ("password", "live_password", "live_revision", "expected"),
    [
        (None, None, None, None),
        (None, "old", "kept", None),
        ("p", None, None, "drawn"),
        ("p", "old", "kept", "drawn"),
        ("p", "p", "kept", "kept"),
        ("p", "p", None, "drawn"),
        ("p", None, "kept", "drawn"),
    ],
    ids=["never", "dropped", "first", "changed", "same", "same without revision", "unknown"],
)
def test_the_revision_lives_as_long_as_the_password(
    password: str | None, live_password: str | None, live_revision: str | None, expected: str | None
) -> None:
    secret = SecretStr(password) if password else None
    assert revision(secret, live_password, live_revision, fresh) == expected


@settings(deadline=None)
@given(st.text(min_size=1), st.text(min_size=1), st.none() | st.text(min_size=1))
def test_a_revision_depends_on_nothing_of_the_password_but_whether_it_is_still_the_same(
    one: str, other: str, live: str | None
) -> None:
    first, second = (revision(SecretStr(password), live, "kept", fresh) for password in (one, other))
    assert first == ("kept" if live == one else "drawn")
    assert second == ("kept" if live == other else "drawn")
