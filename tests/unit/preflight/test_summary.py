"""What the checks mean together, and how they can be handed on."""

from __future__ import annotations

from lamed_tui.errors import ExitCode
from lamed_tui.preflight.result import CheckResult, State
from lamed_tui.preflight.summary import as_markdown, obstacles, outcome, verdict


def result(name: str, state: State, detail: str = "", fix: str = "", code: ExitCode = ExitCode.OK) -> CheckResult:
    return CheckResult(name, name.title(), state, detail, fix, 0.5, code)


FINE = result("a", "pass", "all is well")
HM = result("b", "warn", "hm", "look")
DENIED = result("c", "fail", "no", "ask", ExitCode.CREDENTIALS)
STUCK = result("d", "fail", "stuck", "mend", ExitCode.NEEDS_REPAIR)


def test_warnings_stop_nothing_and_the_first_failure_gives_the_code() -> None:
    assert outcome([FINE, HM]) is ExitCode.OK
    assert outcome([FINE, STUCK, DENIED]) is ExitCode.NEEDS_REPAIR
    assert verdict([FINE, HM]) == "1 passed, 1 warning, 0 failed. Ready to deploy."
    assert verdict([FINE, HM, HM, DENIED]) == "1 passed, 2 warnings, 1 failed. Not ready to deploy."


def test_a_stuck_stack_is_no_obstacle_because_the_deployment_offers_the_way_out() -> None:
    assert obstacles([FINE, HM, STUCK]) == []
    assert obstacles([STUCK, DENIED]) == [DENIED]


def test_markdown_is_one_table_whatever_the_checks_say() -> None:
    text = as_markdown([FINE, result("e", "fail", "a|b\nc", "x | y")], "shop", "today")
    assert text.startswith("# Preflight of shop\n\ntoday: 1 passed, 0 warnings, 1 failed. Not ready to deploy.\n")
    assert text.splitlines()[-2:] == [
        "| A | pass | 0.50 | all is well |  |",
        r"| E | fail | 0.50 | a\|b c | x \| y |",
    ]
