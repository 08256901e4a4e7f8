"""What operations say, the same on every face: states, kinds of resources, plans and drift in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.deploy.differences import Difference
    from lamed_tui.deploy.drift import Drifted
    from lamed_tui.deploy.plan import Action, Change, Plan
    from lamed_tui.deploy.releases import Release

MARKS: Mapping[Action, str] = {"add": "+", "modify": "~", "replace": "!", "remove": "-"}
"""The sign before each action, in the order they are counted."""

DETACHED = "Detached: what AWS has begun it also finishes. lamed deploy follows it, lamed status shows it."

NOT_BEGUN = "AWS had not been seen to begin, so most likely nothing was changed. lamed status shows it."

_WORDS = {
    "CREATE_COMPLETE": "created",
    "UPDATE_COMPLETE": "updated",
    "DELETE_COMPLETE": "deleted",
    "DELETE_SKIPPED": "kept",
    "CREATE_IN_PROGRESS": "being created",
    "UPDATE_IN_PROGRESS": "being updated",
    "DELETE_IN_PROGRESS": "being deleted",
    "CREATE_FAILED": "creation FAILED",
    "UPDATE_FAILED": "update FAILED",
    "DELETE_FAILED": "deletion FAILED",
    "REVIEW_IN_PROGRESS": "planned",
    "ROLLBACK_IN_PROGRESS": "being undone",
    "ROLLBACK_COMPLETE": "undone",
    "ROLLBACK_FAILED": "undoing FAILED",
    "UPDATE_ROLLBACK_IN_PROGRESS": "being put back",
    "UPDATE_ROLLBACK_COMPLETE": "put back",
    "UPDATE_ROLLBACK_FAILED": "return FAILED",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "tidying up",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "tidying up",
    "IMPORT_IN_PROGRESS": "being imported",
    "IMPORT_COMPLETE": "imported",
    "IMPORT_ROLLBACK_IN_PROGRESS": "being undone",
    "IMPORT_ROLLBACK_COMPLETE": "undone",
    "IMPORT_ROLLBACK_FAILED": "undoing FAILED",
}


def state_in_words(status: str) -> str:
    """`CREATE_COMPLETE` is "created"; states without a word of their own keep CloudFormation's, in lower case."""
    return _WORDS.get(status, status.lower().replace("_", " "))


def is_bad(status: str) -> bool:
    """Whether a state means that something failed or is undone."""
    return "FAILED" in status or "ROLLBACK" in status


def kind(resource_type: str) -> str:
    """`AWS::Lambda::Function` is "Lambda::Function"."""
    return resource_type.removeprefix("AWS::")


def plan_title(plan: Plan) -> str:
    """What would happen, in a few words."""
    if plan.removes:
        return f"Destroying {plan.stack}"
    if plan.restores:
        return f"Release {plan.release} of {plan.stack}: release {plan.restores} once more"
    return f"Release {plan.release} of {plan.stack}" + (" (a new stack)" if plan.creates else "")


def plan_question(plan: Plan) -> str:
    """The question that a plan is answered with yes or no."""
    if plan.restores:
        return f"Restore release {plan.restores}?"
    return "Destroy this?" if plan.removes else "Deploy this?"


def must_be_typed(plan: Plan) -> bool:
    """Whether something of the users' breaks, so that the answer is to be typed out."""
    return any(consequence.grave for consequence in plan.consequences)


def plan_counts(plan: Plan) -> str:
    """How many resources each action is done to."""
    counts = ", ".join(f"{plan.count(action)} to {action}" for action in MARKS if plan.count(action))
    return f"{counts or 'No resource changes'}."


def retagged(plan: Plan) -> str:
    """How many resources change by a tag alone; empty when none does."""
    count = sum(change.only_tags for change in plan.changes)
    return f"and the tag with the release's number on {count} more" if count else ""


def change_notes(change: Change) -> str:
    """Which properties of a resource change, and what else there is to know."""
    notes = ", ".join(name for name in change.properties if name != "Tags")
    if change.may_be_replaced:
        notes += " (may be replaced)"
    if change.kept:
        notes += " (stays in AWS)"
    return notes.strip()


def told_differences(change: Change) -> tuple[Difference, ...]:
    """The values that change, but for tags."""
    return tuple(one for one in change.differences if not one.path.startswith("Tags"))


def value(text: str | None) -> str:
    """A value, or that there is none."""
    return "(none)" if text is None else text


def drift_title(item: Drifted) -> str:
    """What somebody did to a resource."""
    what = "was deleted" if item.status == "DELETED" else "was changed by hand"
    return f"{item.logical_id} ({kind(item.resource_type)}) {what}"


AS_MADE = "everything is as it was made"


def drift_values(one: Difference) -> str:
    """One value that drifted."""
    return f"{one.path}: made as {one.before}, found as {one.after}"


def when(record: Release) -> str:
    """When a release was deployed."""
    return record.deployed_at.replace("T", " ").replace("+00:00", " UTC")


def by_whom(record: Release) -> str:
    """The last part of the ARN of whoever deployed it."""
    return record.deployed_by.rpartition(":")[2]


def tested(record: Release) -> str:
    """Whether its smoke test passed."""
    return "passed" if record.tested_at else "not passed"


def release_notes(record: Release, live: int | None) -> str:
    """What is special about a release."""
    notes = ["live"] if record.release == live else []
    notes += [f"restores {record.restores}"] if record.restores else []
    return ", ".join(notes)
