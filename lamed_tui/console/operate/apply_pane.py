"""AWS at work: each resource turns as it goes, and what happens is told beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from lamed_tui.console.operate import work_views
from lamed_tui.console.operate.pane import Pane, Sight
from lamed_tui.console.operate.progress import AT_WORK, Stage

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from lamed_tui.console.operate.pane import Surroundings
    from lamed_tui.console.operate.progress import Work

_LOG_LINES = 200
_ENDED_BADLY = {Stage.FAILED, Stage.CANCELLED}


class ApplyPane(Pane):
    """Follows the operation from AWS's first step to its end."""

    HELP_TITLE = "Apply"
    HELP_TEXT = """\
AWS works by itself now. Each line is one resource: waiting, being created, updated or deleted, then done, with the \
time it took. Below stands what happened, at AWS's time in UTC; where there is little room, {operate.turn} turns to \
it and back.

{operate.cancel} asks AWS to undo what it has done so far. {operate.detach} leaves it to AWS: it finishes what it has \
begun, and deploying again joins it. So does quitting.

When it fails, the first cause is told, and what AWS calls the request that failed. AWS has then undone everything.
"""

    def __init__(self, page: str, around: Surroundings) -> None:
        super().__init__(page, around)
        self._work: Work | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="apply-heading")
        with Sight(id="apply-failure"):
            yield Static(id="apply-cause")
        yield Static(id="apply-smoke")
        with Container(id="apply-parts"):
            with Sight(id="apply-rows"):
                yield Static(id="apply-resources")
            with Sight(id="apply-log"):
                yield Static(id="apply-lines")

    @property
    def offers(self) -> frozenset[str]:
        work = self._work
        if work is None:
            return frozenset()
        screen = self.screen
        one_at_a_time = screen.has_class("-narrow") or screen.has_class("-short")
        one_at_a_time |= work.stage in _ENDED_BADLY and not screen.has_class("-wide")
        turn = {"turn"} if one_at_a_time else set()
        if work.stage in _ENDED_BADLY:
            return frozenset({"back", "retry", "copy", *turn})
        changes = {"cancel"} if work.stage is Stage.WORKING and not work.asked and not self.around.read_only else set()
        leave = {"detach"} if work.stage in AT_WORK and (work.is_begun or work.checks) else set()
        return frozenset({*turn, *changes, *leave})

    @property
    def to_copy(self) -> str:
        return work_views.failure(self._work) if self._work else ""

    def opened(self) -> None:
        self._focus()

    def show(self, work: Work) -> None:
        """Show how far it is."""
        new_stage = self._work is None or self._work.stage is not work.stage
        self._work = work
        if new_stage:
            self.draw()
            self._focus()
        else:
            self.draw_soon()

    def tick(self) -> None:
        if self._work is not None and self._work.stage in AT_WORK:
            self.draw()

    def turn(self) -> None:
        """Show the log in place of the resources, or the other way round, where there is no room for both."""
        self.set_class(not self.has_class("-log"), "-log")
        self._focus()

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        work = self._work
        rows, log = self.query_one("#apply-rows"), self.query_one("#apply-log", Sight)
        width = rows.scrollable_content_region.width or log.scrollable_content_region.width
        if work is None or width <= 0:
            return
        now = self.around.clock()
        self.say("#apply-heading", work_views.heading(work, now, self.scrollable_content_region.width))
        failed = work.stage in _ENDED_BADLY
        self.set_class(failed, "-failed")
        self.query_one("#apply-failure").display = failed
        self.query_one("#apply-cause", Static).update(Content(work_views.failure(work)))
        self.say("#apply-smoke", work_views.smoke_lines(work))
        self.query_one("#apply-resources", Static).update(work_views.rows(work, now, width))
        told = work_views.log(work.log, _LOG_LINES)
        self.query_one("#apply-lines", Static).update(told)
        log.follow_end(told.plain.count("\n") + 1)
        if work.stage is Stage.WORKING and not rows.has_focus_within:
            rows.scroll_to(y=max(0, work_views.first_active(work) - 2), animate=False)

    def _focus(self) -> None:
        if not self.display or self._work is None:
            return
        if self._work.stage in _ENDED_BADLY:
            self.query_one("#apply-failure").focus()
        elif self.has_class("-log") and not self.query_one("#apply-rows").display:
            self.query_one("#apply-log").focus()
        else:
            self.screen.set_focus(None)
