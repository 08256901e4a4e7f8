"""What the results of all checks mean together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lamed_tui.preflight.result import CheckResult, State

_STATES: tuple[State, ...] = ("pass", "warn", "fail")
_TABLE_CELL = str.maketrans({"|": "\\|", "\n": " "})


def outcome(results: Iterable[CheckResult]) -> ExitCode:
    """OK when no check failed, warnings or not; else the code of the first that did."""
    return next((result.exit_code for result in results if result.state == "fail"), ExitCode.OK)


def obstacles(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The failures that a deployment must not begin with; a stack that is stuck is mended by the deployment itself."""
    return [result for result in results if result.state == "fail" and result.exit_code is not ExitCode.NEEDS_REPAIR]


def counted(results: Sequence[CheckResult]) -> str:
    """How many passed, warned and failed."""
    passed, warned, failed = (sum(result.state == state for result in results) for state in _STATES)
    warnings = "1 warning" if warned == 1 else f"{warned} warnings"
    return f"{passed} passed, {warnings}, {failed} failed."


def verdict(results: Sequence[CheckResult]) -> str:
    """The count, and whether a deployment may begin."""
    ready = all(result.state != "fail" for result in results)
    return f"{counted(results)} {'Ready' if ready else 'Not ready'} to deploy."


def as_markdown(results: Sequence[CheckResult], subject: str, when: str) -> str:
    """A table for a pull request or a ticket.

    Args:
        subject: what was checked, such as the name of the stack.
        when: the moment, in words.
    """
    lines = [f"# Preflight of {subject}", "", f"{when}: {verdict(results)}", ""]
    lines += ["| Check | State | Seconds | Found | What to do |", "| --- | --- | ---: | --- | --- |"]
    for one in results:
        fix = one.fix if one.state != "pass" else ""
        cells = (one.title, one.state, f"{one.seconds:.2f}", one.detail, fix)
        lines.append("| " + " | ".join(cell.translate(_TABLE_CELL) for cell in cells) + " |")
    return "\n".join(lines) + "\n"
