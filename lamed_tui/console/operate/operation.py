"""One operation behind the screens: the core works in a thread, and asks; the person answers from the event loop."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing, suppress
from contextvars import copy_context
from dataclasses import replace
from queue import SimpleQueue
from typing import TYPE_CHECKING

from lamed_tui.console.background import in_background
from lamed_tui.console.operate.progress import AT_WORK, ENDS, WAITING_FOR_AN_ANSWER, Asked, Failed, Stage, Work, after
from lamed_tui.deploy.events import Applying, Attached, Mending
from lamed_tui.errors import LamedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamed_tui.console.operate.backend import Events, Person
    from lamed_tui.console.operate.progress import Happening, Kind
    from lamed_tui.deploy.following import Wish
    from lamed_tui.deploy.plan import Plan


class Operation:
    """Runs once. What is left behind before AWS begins takes itself back; what AWS has begun it finishes alone.

    Args:
        begin: starts it, with this operation as the person who answers.
        publish: called in the event loop whenever more is known.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        kind: Kind,
        begin: Callable[[Person], Events],
        *,
        publish: Callable[[Work], None],
        clock: Callable[[], float],
    ) -> None:
        self.work = Work(kind, clock())
        self._begin = begin
        self._publish = publish
        self._clock = clock
        self._answers: SimpleQueue[bool] = SimpleQueue()
        self._wish = "follow"
        self._left = False
        self._begun, self._over = threading.Event(), threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = copy_context()

    async def run(self) -> None:
        """Work to the end. Cancelling this stops waiting, as `leave` does."""
        self._loop, self._context = asyncio.get_running_loop(), copy_context()
        await in_background(self._work, name=self.work.kind.noun)

    def answer(self, *, yes: bool) -> None:
        """Answer the question that is asked; without one, this does nothing."""
        if self.work.stage not in WAITING_FOR_AN_ANSWER:
            return
        began = self.work.stage is Stage.ASKING and yes
        stage = Stage.WORKING if began else Stage.PLANNING
        total = len(self.work.plan.changes) if began and self.work.plan else None
        self._set(replace(self.work, stage=stage, question="", total=total, began=self._clock()))
        self._answers.put(yes)

    def cancel(self) -> None:
        """Ask AWS to undo what it is doing."""
        if self.work.stage is Stage.WORKING and not self.work.asked:
            self._wish = "cancel"
            self._set(replace(self.work, asked="cancel"))

    def leave(self) -> None:
        """Go away: before AWS begins everything is taken back, afterwards AWS goes on alone. Never waits."""
        if self._left or self.work.stage in ENDS:
            return
        at_work = self.work.stage in AT_WORK
        self._left = True
        self._wish = "detach"
        self._answers.put(False)  # noqa: FBT003 - a no to whatever is asked or will be
        self._set(replace(self.work, stage=Stage.DETACHED if at_work else Stage.DECLINED, ended=self._clock()))

    def wait(self, seconds: float) -> bool:
        """Whether its thread ends within that time."""
        return self._over.wait(seconds)

    def is_begun(self, seconds: float) -> bool:
        """Whether AWS is seen at work within that time, also once nobody listens any more."""
        return self._begun.wait(seconds)

    # In the operation's thread ---------------------------------------------------------------------------------------

    def confirm(self, _plan: Plan) -> bool:
        """Wait for the person's answer to the plan."""
        return self._answers.get() and not self._left

    def mend(self, question: str) -> bool:
        """Wait for the person's answer."""
        self._tell(Asked(question))
        return self._answers.get() and not self._left

    def wish(self) -> Wish:
        """What the person wants by now."""
        from lamed_tui.deploy.following import Wish

        return Wish(self._wish)

    def _work(self) -> None:
        try:
            if self._left:
                return
            with closing(self._begin(self)) as events:
                announced = False  # what follows in this event's wake is AWS at work
                for event in events:
                    if announced or isinstance(event, Attached):
                        self._begun.set()
                    announced = isinstance(event, Applying | Mending)
                    if self._left and self.work.stage is Stage.DECLINED:
                        return  # closing takes everything back
                    self._tell(event)
        except LamedError as error:
            self._tell(Failed(error))
        finally:
            self._over.set()

    def _tell(self, happening: Happening) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                # In the context of whoever runs this: what is published there may open dialogs.
                self._loop.call_soon_threadsafe(self._take, happening, self._clock(), context=self._context)

    # In the event loop -----------------------------------------------------------------------------------------------

    def _take(self, happening: Happening, at: float) -> None:
        if not self._left:
            self._set(after(self.work, happening, at))

    def _set(self, work: Work) -> None:
        self.work = work
        self._publish(work)
