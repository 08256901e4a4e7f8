"""Leading an operation over the pages: which page it is on, what is asked of the person, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.console.dialogs.asking import Confirm, Sure
from lamed_tui.console.key_names import key_name
from lamed_tui.console.operate import done_pane, views, work_views
from lamed_tui.console.operate.apply_pane import ApplyPane
from lamed_tui.console.operate.done_pane import DonePane
from lamed_tui.console.operate.operation import Operation
from lamed_tui.console.operate.plan_pane import PlanPane
from lamed_tui.console.operate.progress import ENDS, Kind, Stage
from lamed_tui.deploy import wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamed_tui.console.operate.backend import Events, Person
    from lamed_tui.console.operate.progress import Work
    from lamed_tui.console.operate.screen import OperateScreen
    from lamed_tui.deploy.plan import Plan

_VERBS = {Kind.DEPLOY: "Deploy", Kind.ROLLBACK: "Roll back", Kind.DESTROY: "Destroy"}
_BEFORE_AWS = {Stage.PLANNING, Stage.STUCK, Stage.ASKING}
_CANCELLING = (
    "AWS undoes what it has done so far, and the release before stays live; of a new backend nothing stays. That may "
    "take as long as it has taken up to now."
)
_NOT_TAKEN_BACK = (
    "AWS did not answer in time to take the plan back. A change set without effect may be left there; it stands in "
    "nobody's way."
)


class Conduct:
    """At most one operation at a time.

    Attributes:
        kind: what the pages of an operation are about.
    """

    def __init__(self, screen: OperateScreen) -> None:
        self.kind = Kind.DEPLOY
        self._screen = screen
        self._operation: Operation | None = None
        self._not_over: list[Operation] = []
        self._again: Callable[[Person], Events] | None = None
        self._asked = ""
        self._is_untold = False
        self._is_closed = False
        self._left: Operation | None = None

    @property
    def work(self) -> Work | None:
        """What is known of the present operation, or the last one."""
        return self._operation.work if self._operation else None

    @property
    def is_to_be_shown(self) -> bool:
        """Whether there is an operation that the person may want to see: under way, or failed while they were away."""
        work = self.work
        return work is not None and (work.stage not in ENDS or self._is_untold)

    def begin(self, kind: Kind, start: Callable[[Person], Events]) -> None:
        """Begin an operation, unless another one is under way: then show that."""
        work = self.work
        if work is not None and work.stage not in ENDS:
            self._screen.notify(f"The {work.kind.noun} that has begun comes first.", severity="warning")
            self.show()
            return
        self.kind, self._again, self._asked, self._is_untold = kind, start, "", False
        operation = self._operation = Operation(kind, start, publish=self._heard, clock=self._screen.clock)
        self._not_over = [*(one for one in self._not_over if not one.wait(0)), operation]
        self._screen.turn_to(views.PLAN)
        self._heard(operation.work)
        # The app's own, because only then is it told of a defect; explicit, because the default spells out arguments.
        self._screen.app.run_worker(
            operation.run(), name=kind.noun, description=f"works on a {kind.noun}", exit_on_error=False
        )

    def retry(self) -> None:
        """Begin the same operation again."""
        if self._again is not None:
            self.begin(self.kind, self._again)

    def show(self) -> None:
        """Turn to the page that the operation is on."""
        if self.work is not None:
            self._is_untold = False
            self.kind = self.work.kind
            self._screen.turn_to(_page_of(self.work))

    def carry_out(self) -> None:
        """Let AWS begin; what breaks something, or goes back, is asked about once more."""
        operation = self._operation
        plan = operation.work.plan if operation else None
        if operation is None or plan is None or operation.work.stage is not Stage.ASKING:
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - what the dialog answers
            if yes:
                operation.answer(yes=True)

        if plan.removes or wording.must_be_typed(plan):
            self._screen.app.push_screen(Confirm(_VERBS[self.kind], plan.stack, _graves(plan)), answered)
        elif plan.restores:
            text = f"Release {plan.restores} of {plan.stack} becomes live once more, as release {plan.release}."
            self._screen.app.push_screen(Sure(wording.plan_question(plan), text, "Roll back", "Not now"), answered)
        else:
            operation.answer(yes=True)

    def cancel(self) -> None:
        """Ask whether AWS shall undo it."""
        operation = self._operation

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - what the dialog answers
            if yes and operation is not None:
                operation.cancel()

        self._screen.app.push_screen(Sure(f"Cancel the {self.kind.noun}?", _CANCELLING, "Cancel it", "Go on"), answered)

    def detach(self) -> None:
        """Leave it to AWS."""
        if self._operation is not None:
            self._operation.leave()

    def go_back(self) -> None:
        """Leave the operation before AWS begins, or its bad end."""
        work = self.work
        if self._operation is not None and work is not None and work.stage in _BEFORE_AWS:
            self._operation.leave()
        else:
            self._screen.turn_to(views.RELEASES if self.kind is Kind.ROLLBACK else views.STATUS)

    def close(self) -> None:
        """The console closes: take back what AWS has not begun, and leave the rest to it. Never waits."""
        self._is_closed = True
        operation = self._operation
        if operation is not None and operation.work.stage not in ENDS:
            if operation.work.stage not in _BEFORE_AWS:
                self._left = operation
            operation.leave()

    def farewell(self, seconds: float) -> str:
        """What is left behind once the console is closed; empty when nothing is. Waits at most so long."""
        until = self._screen.clock() + seconds
        told = [self._left_words(self._left, seconds)] if self._left is not None else []
        # Also those that were declined long ago: to the person each was over at once, and its thread may still take
        # back what it prepared.
        declined = [one for one in self._not_over if one.work.stage is Stage.DECLINED]
        if not all(one.wait(max(0.0, until - self._screen.clock())) for one in declined):
            told.append(_NOT_TAKEN_BACK)
        return " ".join(told)

    def _left_words(self, left: Operation, seconds: float) -> str:
        if left.work.checks:
            return f"{work_views.UNTESTED}. {work_views.TEST_AGAIN}"
        return wording.DETACHED if left.is_begun(seconds) else wording.NOT_BEGUN

    # What becomes known ----------------------------------------------------------------------------------------------

    def _heard(self, work: Work) -> None:
        screen = self._screen
        if self._is_closed:
            return
        if screen.read_only and work.stage in {Stage.ASKING, Stage.STUCK} and self._operation is not None:
            self._operation.leave()
            return
        screen.query_one(PlanPane).show(work)
        screen.query_one(ApplyPane).show(work)
        if work.stage in {Stage.DONE, Stage.DETACHED}:
            screen.query_one(DonePane).show(work, self._ways_on(work))
        page = _page_of(work)
        in_flow = screen.page in views.FLOW and screen.page != views.PREFLIGHT
        if work.stage is Stage.DECLINED:
            screen.notify(work_views.unchanged(work))
            if in_flow:
                screen.turn_to(views.RELEASES if work.kind is Kind.ROLLBACK else views.STATUS)
        elif in_flow and page != screen.page:
            screen.turn_to(page)
        elif work.stage in ENDS and not in_flow:
            self._is_untold = work.stage is Stage.FAILED
            told = _told(work, key_name(screen, "operate.deploy"))
            screen.notify(told, severity="information" if work.stage is Stage.DONE else "warning")
        screen.refresh_shell()
        self._ask_about_mending(work)

    def _ask_about_mending(self, work: Work) -> None:
        operation = self._operation
        if work.stage is not Stage.STUCK or work.question == self._asked or operation is None:
            return
        self._asked = work.question

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - what the dialog answers
            self._asked = ""
            operation.answer(yes=bool(yes))

        self._screen.app.push_screen(Sure("The stack is stuck", work.question, "Go on", "Leave it"), answered)

    def _ways_on(self, work: Work) -> list[str]:
        app = self._screen.app
        modes = {mode.id for mode in getattr(app, "modes", ())}
        if work.destroyed is not None:
            return [done_pane.STATUS, done_pane.QUIT]
        if work.stage is Stage.DETACHED:
            return [done_pane.JOIN, done_pane.STATUS, done_pane.QUIT]
        further = [way for way in (done_pane.SNIPPET, done_pane.MONITOR) if way in modes]
        return [*further, done_pane.STATUS, done_pane.QUIT]


def _page_of(work: Work) -> str:
    match work.stage:
        case Stage.PLANNING | Stage.STUCK | Stage.ASKING:
            return views.PLAN
        case Stage.WORKING | Stage.TESTING:
            return views.APPLY
        case Stage.FAILED | Stage.CANCELLED:
            return views.APPLY if work.was_applied else views.PLAN
        case Stage.DECLINED:
            return views.STATUS
        case _:
            return views.DONE


def _told(work: Work, key: str) -> str:
    match work.stage:
        case Stage.FAILED:
            return f"The {work.kind.noun} failed: {work.error.what if work.error else ''} {key} shows it."
        case Stage.CANCELLED:
            return f"The {work.kind.noun} was cancelled."
        case Stage.DETACHED:
            return f"The {work.kind.noun} is left to AWS."
        case _:
            return f"The {work.kind.noun} is done."


def _graves(plan: Plan) -> str:
    return "\n".join(consequence.text for consequence in plan.consequences if consequence.grave) or (
        f"Everything that belongs to {plan.stack} alone is removed from AWS. Counters in Redis stay."
    )
