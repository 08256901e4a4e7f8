"""What an operation shows while AWS works, and at its end, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from lamed_tui.console.check_text import QUIET, wrapped
from lamed_tui.console.operate.progress import Kind, Stage, request_ids
from lamed_tui.deploy import wording
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.wording import duration_text, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamed_tui.console.key_names import Keys
    from lamed_tui.console.operate.progress import LogLine, Row, Work
    from lamed_tui.deploy.events import EndpointUrl

_GOOD, _BAD, _BUSY = "$text-success", "bold $text-error", "$text-primary"
_STATE_CELLS, _TIME_CELLS = 18, 9
_METHOD_CELLS, _NOTE_CELLS = 8, 20
_NAME_CELLS = 32
_ROOM_FOR_KIND = 70
_ROOM_FOR_NOTE = 50

UNTESTED = "The deployment is live, but its test was not finished"
TEST_AGAIN = "Deploying again tries it, and records it as tried."

_DOING = {Kind.DEPLOY: "Deploying", Kind.ROLLBACK: "Going back", Kind.DESTROY: "Destroying"}


def heading(work: Work, now: float, width: int) -> Content:
    """What is being done, how far it is, and how long it has taken."""
    seconds = duration_text(work.seconds(now))
    title = Content.styled(_title(work), _title_style(work))
    if work.stage in {Stage.WORKING, Stage.TESTING} and work.total:
        share = min(1.0, work.done / work.total)
        counts = f" {work.done} of {work.total}   {seconds}"
        cells = max(4, min(40, width - len(counts) - 1))
        full = round(share * cells)
        bar = Content.assemble(("━" * full, "$primary"), ("─" * (cells - full), QUIET), (counts, QUIET))
        return Content.assemble(title, "\n", bar)
    if work.stage in {Stage.FAILED, Stage.CANCELLED}:
        return Content.assemble(title, (f"  after {seconds}", QUIET))
    return Content.assemble(title, "\n", (seconds, QUIET))


def _title(work: Work) -> str:
    endings = {
        Stage.TESTING: f"Live, and being tried: {plural(len(work.checks), 'check')} so far",
        Stage.FAILED: f"The {work.kind.noun} failed",
        Stage.CANCELLED: f"The {work.kind.noun} was cancelled",
    }
    if work.stage in endings:
        return endings[work.stage]
    if work.asked == "cancel":
        return f"Cancelling: AWS is asked to undo what it has done to {work.name}"
    if work.joined:
        return f"Following what is running: {work.name} is in {work.joined}"
    if work.plan is not None and work.plan.restores:
        return f"Going back: release {work.plan.restores} of {work.name}, once more"
    release = f" release {work.plan.release} of" if work.plan and not work.plan.removes else ""
    return f"{_DOING[work.kind]}{release} {work.name}"


def _title_style(work: Work) -> str:
    if work.stage is Stage.FAILED:
        return _BAD
    return "bold $text-warning" if work.stage is Stage.CANCELLED or work.asked else "bold"


# Resources -----------------------------------------------------------------------------------------------------------


def in_turn(rows: Sequence[Row]) -> list[Row]:
    """The rows that are shown: those that AWS has begun in the order of the plan, and then those that wait."""
    shown = [row for row in rows if not row.quiet]
    return [row for row in shown if row.status] + [row for row in shown if not row.status]


def rows(work: Work, now: float, width: int) -> Content:
    """Each resource with its state in words and the time that it has taken."""
    lines = [_row(row, now, width) for row in in_turn(work.rows)]
    quiet = [row for row in work.rows if row.quiet]
    if quiet:
        done = sum(row.is_over for row in quiet)
        lines.append(Content.styled(f"and {plural(len(quiet), 'tag')} with the release's number, {done} done", QUIET))
    return Content("\n").join(lines) if lines else Content.styled("Nothing of it is known yet.", QUIET)


def _row(row: Row, now: float, width: int) -> Content:
    bad = wording.is_bad(row.status)
    state = wording.state_in_words(row.status) if row.status else "waiting"
    roomy = width >= _ROOM_FOR_NOTE
    state_cells, time_cells = (_STATE_CELLS, _TIME_CELLS) if roomy else (_STATE_CELLS - 2, _TIME_CELLS - 2)
    seconds = now - row.began if row.began is not None else row.seconds
    took = f"{seconds:.1f} s" if seconds is not None and row.status else ""
    style = _BAD if bad else QUIET if not row.status else _BUSY if row.began is not None else _GOOD
    kind = wording.kind(row.resource_type).partition("::")[2] if width >= _ROOM_FOR_KIND else ""
    room = width - state_cells - time_cells
    name = set_cell_size(printable(row.logical_id), min(room - 12, _NAME_CELLS) if kind else room)
    line = Content.assemble(
        (state.ljust(state_cells), style), (name, QUIET if not row.status else ""), (f"{took:>{time_cells}}", QUIET)
    )
    if kind:
        rest = max(0, width - cell_len(line.plain) - 2)
        line = Content.assemble(line, (f"  {kind}"[: rest + 2], QUIET))
    if not row.reason:
        return line
    reason = wrapped(printable(row.reason), width - 2)
    return Content.assemble(line, *((f"\n  {part}", "$text-error") for part in reason))


def first_active(work: Work) -> int:
    """The line of the first resource that is being changed, 0 when none is."""
    return next((number for number, row in enumerate(in_turn(work.rows)) if row.began is not None), 0)


# Log -----------------------------------------------------------------------------------------------------------------


def log(lines: Sequence[LogLine], most: int) -> Content:
    """The newest lines of what happened, with AWS's time in UTC."""
    shown = []
    for line in lines[-most:]:
        at = f"{line.at:%H:%M:%S} " if line.at else ""
        shown.append(Content.assemble((at, QUIET), (printable(line.text), "$text-error" if line.is_bad else "")))
    return Content("\n").join(shown) if shown else Content.styled("Nothing has happened yet.", QUIET)


# Ends ----------------------------------------------------------------------------------------------------------------


def failure(work: Work) -> str:
    """The first cause, what to do, and what AWS calls the failed requests, as plain text to hand on."""
    error = work.error
    if error is None:
        return ""
    parts = [printable(error.what)]
    if error.fix:
        parts.append(f"What to do: {printable(error.fix)}")
    ids = request_ids(work)
    if ids:
        parts.append("AWS request id: " + ", ".join(ids))
    elif work.was_applied and work.stage is Stage.FAILED:
        parts.append("AWS named no request id.")
    return "\n\n".join(parts)


def unchanged(work: Work) -> str:
    """What to say of an end before AWS began with the plan."""
    if work.mended:
        return f"Nothing else was changed: {work.name} was led out of {work.mended}."
    return "Nothing was changed."


def done_heading(work: Work) -> Content:
    """How it ended."""
    seconds = work.seconds(work.ended or 0.0)
    took = f"  after {duration_text(seconds)}" if seconds >= 1 else ""
    if work.destroyed is not None:
        gone = work.destroyed
        title = f"{gone.stack} is gone" if gone.changed else f"There is no {gone.stack} to destroy"
        return Content.assemble((title, "bold $text-success"), (took if gone.changed else "", QUIET))
    if work.stage is Stage.DETACHED and work.checks:
        return Content.styled(UNTESTED, "bold $text-warning")
    if work.stage is Stage.DETACHED:
        return Content.styled("Left to AWS: what it has begun it also finishes", "bold $text-warning")
    if work.deployed is None:
        return Content()
    if work.deployed.changed:
        return Content.assemble((f"Release {work.deployed.release} is live", "bold $text-success"), (took, QUIET))
    return Content.styled(
        f"Nothing to change: release {work.deployed.release} is live as configured", "bold $text-success"
    )


def done_lines(work: Work) -> Content:
    """What to know at the end, beside the addresses."""
    if work.destroyed is not None:
        return Content("\n").join(Content(text) for text in work.destroyed.kept)
    if work.stage is Stage.DETACHED and work.checks:
        return Content(TEST_AGAIN)
    if work.stage is Stage.DETACHED:
        return Content(
            "Nobody follows it now. Deploying again joins it, and records and tries what it made. Status shows how far "
            "it is."
        )
    lines = [_smoke(work)] if work.checks else []
    return Content("\n").join([*lines, *(Content.styled(f"Note: {note}", QUIET) for note in _warnings(work))])


def _warnings(work: Work) -> list[str]:
    return [printable(line.text.removeprefix("Warning: ")) for line in work.log if line.text.startswith("Warning: ")]


def _smoke(work: Work) -> Content:
    passed = sum(check.passed for check in work.checks)
    if passed == len(work.checks):
        return Content.assemble(
            ("Smoke test passed", _GOOD), (f": {plural(passed, 'check')} on the deployed URL.", QUIET)
        )
    failed = next(check for check in work.checks if not check.passed)
    return Content.assemble(("Smoke test FAILED", _BAD), f": {failed.title} ({failed.detail})")


def smoke_lines(work: Work) -> Content:
    """Each expectation of the smoke test, and whether it was met."""
    return Content("\n").join(
        Content.assemble(
            (" ok   " if check.passed else " FAIL ", _GOOD if check.passed else _BAD),
            check.title,
            (f" ({check.detail})" if check.detail else "", QUIET),
        )
        for check in work.checks
    )


def endpoints(found: Sequence[EndpointUrl], base: str | None, width: int) -> Content:
    """Each address in full where the lines are long enough, else its path below the one base of all."""
    longest = max((len(one.url) for one in found), default=0)
    in_full = longest + _METHOD_CELLS + _NOTE_CELLS <= width
    longest = longest if in_full else max((len(one.path) for one in found), default=0)
    lines = [Content(base)] if base and found and not in_full else []
    for one in found:
        address = (one.url if in_full else one.path).ljust(longest)
        needs = "   needs the API key" if width >= _ROOM_FOR_NOTE else "  needs key"
        note = needs if one.api_key_required else ""
        lines.append(Content.assemble((f"{one.method:<{_METHOD_CELLS}}", QUIET), address, (note, QUIET)))
    return Content("\n").join(lines)


def key_text(value: str | None, key: Keys, *, asked: bool) -> Content:
    """The API key: hidden, on its way, or in full because somebody asked."""
    name = key("operate.key")
    if value:
        return Content.assemble(value, (f"  {name} hides it", QUIET))
    return Content.styled("asking AWS …" if asked else f"hidden, {name} shows it", QUIET)
