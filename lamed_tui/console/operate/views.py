"""What stands around every page of operating, as pure functions of what is known: nothing here touches a widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from lamed_tui.console.check_text import QUIET
from lamed_tui.console.operate.progress import Kind, Stage
from lamed_tui.console.trail import HERE, step_in_words, steps_line
from lamed_tui.experiments.wording import duration_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamed_tui.console.operate.progress import Work

PREFLIGHT, PLAN, APPLY, DONE = "preflight", "plan", "apply", "done"
STATUS, RELEASES, LOGS = "status", "releases", "logs"

_PLACES = ((STATUS, "Status"), (RELEASES, "Releases"), (LOGS, "Logs"))
_STEPS = {PREFLIGHT: "Preflight", PLAN: "Plan", APPLY: "Apply", DONE: "Done"}
_ROOM_FOR_STEPS = 56
FLOW = frozenset(_STEPS)
"""The pages that an operation leads through."""


def steps_of(kind: Kind) -> tuple[str, ...]:
    """The pages of an operation, in order: only what is deployed from the configuration is checked before."""
    return tuple(_STEPS) if kind is Kind.DEPLOY else tuple(_STEPS)[1:]


def trail(page: str, kind: Kind, work: Work | None, width: int) -> Content:
    """Where one is, in so many cells: at one of the places, or how far an operation is."""
    if page in FLOW:
        return _flow(page, kind, narrow=width < _ROOM_FOR_STEPS)
    parts = []
    for place, title in _PLACES:
        here = place == page
        parts.append(Content.styled(f"{'▸' if here else ' '} {title}", HERE if here else QUIET))
    label = running(work) if work is not None else ""
    if label and width >= _ROOM_FOR_STEPS:
        parts.append(Content.styled(f" {label} ", "$text-primary on $primary-muted"))
    elif label:  # more worth than the names of the other places
        shown = next(part for part in parts if part.plain.startswith("▸"))
        parts = [shown, Content.styled(f" {label} ", "$text-primary on $primary-muted")]
    return Content("   ").join(parts)


def _flow(page: str, kind: Kind, *, narrow: bool) -> Content:
    steps = steps_of(kind)
    at = steps.index(page) if page in steps else 0
    titles = [_STEPS[step] for step in steps]
    return step_in_words(kind, titles, at) if narrow else steps_line(titles, at, before=f"{kind}:")


def running(work: Work) -> str:
    """What goes on behind the page, in a few words; empty when nothing does."""
    match work.stage:
        case Stage.PLANNING:
            return f"{work.kind}: planning"
        case Stage.ASKING | Stage.STUCK:
            return f"{work.kind}: waits for you"
        case Stage.WORKING:
            return f"{work.kind}: {work.done} of {work.total}" if work.total else f"{work.kind}: at work"
        case Stage.TESTING:
            return f"{work.kind}: testing"
    return ""


def waiting(what: str, seconds: float) -> Content:
    """Something was asked, and no answer is there yet."""
    return Content.assemble((f"{what} …", ""), (f"  {duration_text(seconds)}", QUIET))


def trouble(what: str, fix: str, then: str = "") -> Content:
    """Why something is not there, and what to do."""
    lines = [Content.styled(f"✗ {what}", "bold $text-error")]
    lines += [Content(line) for line in (fix,) if line]
    lines += [Content.styled(line, QUIET) for line in (then,) if line]
    return Content("\n\n").join(lines)


def facts(pairs: Sequence[tuple[str, Content]]) -> Content:
    """Names beside values."""
    gap = max((len(name) for name, _ in pairs), default=0) + 3
    return Content("\n").join(
        Content.assemble((name.ljust(gap), QUIET), Content("\n" + " " * gap).join(value.split("\n")))
        for name, value in pairs
    )
