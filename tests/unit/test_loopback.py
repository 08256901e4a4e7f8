"""What counts as this computer."""

from __future__ import annotations

import pytest

from lamed_tui.loopback import is_loopback


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:4566", True),
        ("http://localhost/x", True),
        ("http://[::1]:80", True),
        ("http://api.localhost", True),
        ("https://cloudformation.eu-central-1.amazonaws.com", False),
        ("http://10.0.0.1", False),
    ],
)
def test_only_this_computer_is_loopback(url: str, *, expected: bool) -> None:
    assert is_loopback(url) is expected
