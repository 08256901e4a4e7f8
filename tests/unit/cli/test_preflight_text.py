"""What `lamed preflight` prints for a check, on terminals of every width."""

from __future__ import annotations

import pytest

from lamed_tui.cli.preflight import as_text
from lamed_tui.preflight.result import CheckResult

DETAIL = "maxmemory-policy is volatile-lru: a full server would forget which events it has counted."
FIX = "Set maxmemory-policy to noeviction, in the server's configuration or its provider's console."
RESULT = CheckResult("redis.eviction", "Redis eviction", "warn", DETAIL, FIX, 0.004)


def test_a_pipe_gets_each_sentence_on_one_line() -> None:
    assert as_text(RESULT, None).splitlines() == [
        f"warn  Redis eviction       0.00 s  {DETAIL}",
        f"{'':35}{FIX}",
    ]


@pytest.mark.parametrize("columns", [32, 40, 79, 80, 100, 200])
def test_a_terminal_gets_whole_words_and_nothing_beyond_its_edge(columns: int) -> None:
    text = as_text(RESULT, columns)
    assert text.split() == ["warn", "Redis", "eviction", "0.00", "s", *DETAIL.split(), *FIX.split()]
    assert max(map(len, text.splitlines())) <= columns


def test_what_passed_needs_no_advice_and_commands_no_terminal() -> None:
    passed = CheckResult("config.valid", "Configuration", "pass", "key \x1b[2J", "unused", 0.0)
    assert as_text(passed, None) == "pass  Configuration        0.00 s  key \\x1b[2J"
