"""What the preflight shows, as pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.content import Content

from lamed_tui.console.check_text import QUIET, ROOM_FOR_COLUMNS, Columns, check_line
from lamed_tui.preflight.summary import counted, obstacles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamed_tui.preflight.result import CheckResult

_COLUMNS = Columns(state=9, title=20, took=8, below=1)


@dataclass(frozen=True)
class CheckRow:
    """One check as far as it is known.

    Attributes:
        began: on the screen's clock, while it runs.
        result: what it found, the last time it ran.
    """

    id: str
    title: str
    state: Literal["pending", "running", "over"] = "pending"
    began: float | None = None
    result: CheckResult | None = None


def row_text(row: CheckRow, width: int, now: float, *, chosen: bool) -> Content:
    """A check in so many cells. What a check that passed found is only told where there is room, or when chosen."""
    if row.state == "running" and row.began is not None:
        return check_line("running", row.title, "", "", width, _COLUMNS, took=f"{max(0.0, now - row.began):.1f} s")
    if row.state == "pending" or row.result is None:
        return check_line("pending", row.title, "", "", width, _COLUMNS)
    found = row.result
    quiet = found.state == "pass" and width < ROOM_FOR_COLUMNS and not chosen
    fix = found.fix if found.state != "pass" else ""
    detail = "" if quiet else found.detail
    return check_line(found.state, row.title, detail, fix, width, _COLUMNS, took=f"{found.seconds:.2f} s")


def summary(rows: Sequence[CheckRow], seconds: float) -> Content:
    """How far the checks are, and what they mean together."""
    results = results_of(rows)
    left = sum(row.state != "over" for row in rows)
    if not rows:
        return Content.styled("Preparing the checks …", "bold")
    if left:
        told = f"Checking, {len(rows) - left} of {len(rows)} done"
        return Content.assemble((told, "bold"), (f"  {seconds:.0f} s", QUIET))
    if obstacles(results):
        return Content.assemble(("Not ready to deploy. ", "bold $text-error"), (counted(results), QUIET))
    if any(result.state == "fail" for result in results):
        return Content.assemble(
            ("The stack is stuck; deploying offers the way out. ", "bold $text-warning"), (counted(results), QUIET)
        )
    return Content.assemble(("Ready to deploy. ", "bold $text-success"), (counted(results), QUIET))


def results_of(rows: Sequence[CheckRow]) -> list[CheckResult]:
    """What the checks that are over found."""
    return [row.result for row in rows if row.state == "over" and row.result is not None]
