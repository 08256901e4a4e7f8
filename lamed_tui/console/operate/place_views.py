"""What is deployed, and what was: as pure functions of what AWS says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from textual.content import Content

from lamed_tui.console.check_text import QUIET
from lamed_tui.deploy import states, wording
from lamed_tui.deploy.states import Situation
from lamed_tui.experiments.names import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamed_tui.console.key_names import Keys
    from lamed_tui.deploy.drift import Drifted
    from lamed_tui.deploy.releases import Release
    from lamed_tui.deploy.status import Listing, Status

_ROOM_FOR_COLUMNS, _ROOM_FOR_TOOL = 68, 100
_HEADINGS = (("release", 9), ("deployed at (UTC)", 19), ("by", 14), ("lamed-tui", 13), ("smoke test", 12))


# Status --------------------------------------------------------------------------------------------------------------


def is_deployed(status: Status | None) -> bool:
    """Whether there is a stack, in whatever state."""
    return status is not None and situation(status) is not Situation.ABSENT


def situation(status: Status) -> Situation:
    """What may be done with the stack."""
    return states.of(status.stack_status).situation


def state_text(status: Status, key: Keys) -> Content:
    """The stack's state in words, with AWS's own word, and what it means."""
    word = status.stack_status or "not deployed"
    deploy, follow = key("operate.deploy"), key("operate.follow")
    match situation(status):
        case Situation.ABSENT:
            return Content.assemble((" not deployed ", f"{QUIET} on $panel"), (f"  {deploy} deploys it.", QUIET))
        case Situation.READY:
            return Content.assemble((" ready ", "$text-success on $success-muted"), (f"  {word}", QUIET))
        case Situation.BUSY:
            return Content.assemble(
                (" at work ", "$text-primary on $primary-muted"),
                (f"  {word}. {follow} follows what is running.", QUIET),
            )
        case Situation.EMPTY | Situation.STUCK:
            return Content.assemble(
                (" needs repair ", "$text-error on $error-muted"), (f"  {word}. {deploy} offers the way out.", QUIET)
            )


def drift_text(drifted: Sequence[Drifted] | None, key: Keys, *, asked: bool) -> Content:
    """What is no longer as it was made."""
    if asked:
        return Content.styled("comparing …", QUIET)
    if drifted is None:
        return Content.styled(f"not compared, {key('operate.drift')} compares", QUIET)
    if not drifted:
        return Content.styled(f"none, {wording.AS_MADE}", "$text-success")
    lines = []
    for item in drifted:
        lines.append(Content.styled(wording.drift_title(item), "$text-warning"))
        lines += [Content.styled(f"  {printable(wording.drift_values(one))}", QUIET) for one in item.differences]
    return Content("\n").join(lines)


# Releases ------------------------------------------------------------------------------------------------------------


def releases_heading(width: int) -> Content:
    """The names of the columns; none where there is no room for columns."""
    if width < _ROOM_FOR_COLUMNS:
        return Content()
    return Content.styled("".join(name.ljust(cells) for name, cells in _columns(width)).rstrip(), QUIET)


def _columns(width: int) -> list[tuple[str, int]]:
    return [column for column in _HEADINGS if column[0] != "lamed-tui" or width >= _ROOM_FOR_TOOL]


def release_text(record: Release, live: int | None, width: int) -> Content:
    """One release, in columns where there is room."""
    notes = wording.release_notes(record, live)
    tested = wording.tested(record)
    tone = "$text-success" if record.tested_at else "$text-warning"
    at = wording.when(record).removesuffix(" UTC")[:16]
    if width < _ROOM_FOR_COLUMNS:
        return Content.assemble(
            (f"Release {record.release}", "bold"),
            (f"  {notes}" if notes else "", "$text-success" if record.release == live else ""),
            (f"\n{at}Z, test ", QUIET),
            (tested, tone),
        )
    values = {
        "release": (str(record.release), "bold"),
        "deployed at (UTC)": (at, ""),
        "by": (printable(wording.by_whom(record)), QUIET),
        "lamed-tui": (record.tool, QUIET),
        "smoke test": (tested, tone),
    }
    parts = [(set_cell_size(values[name][0], cells - 1) + " ", values[name][1]) for name, cells in _columns(width)]
    return Content.assemble(*parts, (notes, "$text-success" if record.release == live else QUIET))


def releases_summary(listing: Listing, key: Keys) -> Content:
    """How many there are, or what to do when there is none."""
    if not listing.releases:
        none = f"There are no releases of {listing.name} in {listing.region}."
        return Content.assemble((none, "bold"), (f"\n{key('operate.deploy')} deploys the first.", QUIET))
    count = len(listing.releases)
    what = "1 release" if count == 1 else f"{count} releases"
    live = f", release {listing.live} is live" if listing.live is not None else ", nothing is deployed now"
    return Content.assemble((f"{what} of {listing.name}", "bold"), (live, QUIET))
