"""What a plan shows, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from lamed_tui.console.check_text import QUIET
from lamed_tui.deploy import wording

if TYPE_CHECKING:
    from lamed_tui.deploy.plan import Change, Plan

Label = tuple[tuple[str, str], ...]
"""Texts and their tones: an action, `bold`, `quiet`, `before`, `after`, or nothing."""

TONES = ("add", "modify", "replace", "remove", "bold", "quiet", "before", "after")

_FEW = 12


def heading(plan: Plan) -> Content:
    """What would happen, and how much of it."""
    return Content.assemble((wording.plan_title(plan), "bold"), "\n", (wording.plan_counts(plan), QUIET))


def consequences(plan: Plan) -> Content:
    """What it means for the people who use the backend, the grave first, told apart by sign and word."""
    lines = []
    for one in plan.consequences:
        sign, style = ("! Breaks: ", "bold $text-error") if one.grave else ("· ", QUIET)
        lines.append(Content.assemble((sign, style), (one.text, "" if one.grave else QUIET)))
    return Content("\n").join(lines)


def groups(plan: Plan) -> dict[str, list[Change]]:
    """The changes that are worth a line, by the service that they are made in."""
    found: dict[str, list[Change]] = {}
    for change in plan.changes:
        if not change.only_tags:
            found.setdefault(wording.kind(change.resource_type).partition("::")[0], []).append(change)
    return dict(sorted(found.items()))


def group_label(service: str, changes: list[Change]) -> Label:
    """A service, and how much of what happens in it."""
    counts = [(action, sum(change.action == action for change in changes)) for action in wording.MARKS]
    told = [(f"  {wording.MARKS[action]} {count} to {action}", str(action)) for action, count in counts if count]
    return ((service, "bold"), *told)


def is_open(plan: Plan, changes: list[Change]) -> bool:
    """Whether a group is unfolded from the start: where there is little to see, or something that is not plain."""
    shown = sum(len(group) for group in groups(plan).values())
    return shown <= _FEW or (not plan.removes and any(change.action != "add" for change in changes))


def change_label(change: Change) -> Label:
    """A resource, and what happens to it."""
    notes = wording.change_notes(change)
    return (
        (f"{wording.MARKS[change.action]} {change.action:<8}", change.action),
        (change.logical_id, ""),
        (f"  {wording.kind(change.resource_type).partition('::')[2]}", "quiet"),
        (f"  {notes}" if notes else "", ""),
    )


def difference_labels(change: Change) -> list[Label]:
    """Each value that changes, before and after."""
    return [
        (
            (f"{one.path}: ", "quiet"),
            (wording.value(one.before), "before"),
            (" → ", "quiet"),
            (wording.value(one.after), "after"),
        )
        for one in wording.told_differences(change)
    ]
