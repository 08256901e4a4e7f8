"""The pages that are written from the code say what the code says."""

from __future__ import annotations

import re

import pytest

from docs import make_reference
from lamed_tui.config.known import known_keys
from lamed_tui.console.keys import scopes
from lamed_tui.preflight.checklist import ENTRIES


@pytest.mark.parametrize("page", ["configuration", "commands"])
def test_a_written_page_is_the_one_that_would_be_written_now(page: str) -> None:
    kept = (make_reference.HERE / f"{page}.md").read_text()
    assert kept == getattr(make_reference, page)(), "run: make reference"


def test_every_known_key_is_explained() -> None:
    page = make_reference.configuration()
    assert [key for key in known_keys() if f"| `{key}` |" not in page] == []


def test_no_key_is_without_a_meaning() -> None:
    rows = [line for line in make_reference.configuration().splitlines() if line.startswith("| `")]
    assert [row for row in rows if row.endswith("|  |")] == []


def test_every_action_that_may_have_another_key_is_named() -> None:
    page = make_reference.configuration()
    assert "| `monitor.sort` | `s` | Sort by name, visitors or events per second |" in page
    assert [name for scope in scopes() for name in scope.bindings if f"| `{name}` |" not in page] == []


def test_a_page_counts_the_checks_before_a_deployment_as_there_are() -> None:
    page = (make_reference.HERE / "operations.md").read_text()
    told = re.findall(r"of (\d+) checks|(\d+) passed, 0 warnings", page)
    assert len(told) >= 3
    assert {int(number) for found in told for number in found if number} == {len(ENTRIES)}
