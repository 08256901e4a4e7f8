"""Operations that a script plays: planned, followed to their end, and what is said of one that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.deploy import apply
from lamed_tui.deploy.changeset import ChangeSet
from lamed_tui.deploy.following import Follower, Wish, always_follow
from tests.unit.deploy.stubs import CHANGE_SET, STACK_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamed_tui.deploy.events import ResourceChanged, Warned
    from lamed_tui.deploy.following import Outcome
    from lamed_tui.errors import LamedError
    from tests.unit.deploy.stubs import CloudFormationScript, PlayedTime


def pending(*, creates: bool = False) -> ChangeSet:
    """A plan that waits to be carried out."""
    return ChangeSet(CHANGE_SET, STACK_ID, "lamed", creates)


def follower(
    script: CloudFormationScript,
    time: PlayedTime,
    *,
    creates: bool = False,
    hide: Callable[[str], str] = str,
    wish: Callable[[], Wish] = always_follow,
) -> Follower:
    """One who follows an operation that began after event 0."""
    return Follower(script.aws, STACK_ID, time.clock(), "event-0", hide, deletes_on_failure=creates, wish=wish)


def followed(following: Follower) -> tuple[list[ResourceChanged | Warned], Outcome]:
    """Everything that is told, and how it ends."""
    told: list[ResourceChanged | Warned] = []
    steps = following.follow()
    while True:
        try:
            told.append(next(steps))
        except StopIteration as end:
            return told, end.value


def failure(script: CloudFormationScript, outcome: Outcome) -> LamedError:
    """What is said of an operation that failed."""
    return apply.failure(script.aws, outcome, "lamed")
