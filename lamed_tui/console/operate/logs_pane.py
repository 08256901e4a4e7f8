"""What the handlers wrote, over all functions, in the order of time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import Input, Static

from lamed_tui.console.background import in_background
from lamed_tui.console.operate import log_views, views
from lamed_tui.console.operate.log_views import Least
from lamed_tui.console.operate.pane import Pane, Sight
from lamed_tui.console.widgets.inputs import FilterField
from lamed_tui.errors import LamedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from lamed_tui.console.operate.backend import LogTail
    from lamed_tui.console.operate.pane import Surroundings
    from lamed_tui.deploy.logs import Line

_FOLLOWING = "follows the logs"
_AFTER_TROUBLE = 5.0
_KEPT = 2_000
_DRAWN = 300
"""Lines that are laid out: more of them would hold up the keys."""


class LogsPane(Pane):
    """Follows from the moment it opens; scrolling up does not stop that, f does."""

    HELP_TITLE = "Logs"
    HELP_TEXT = """\
The last ten minutes, then every line as it comes, with the time in UTC, how much it matters in words, and the \
function that wrote it. {operate.level} shows only what matters more, and at last everything, Lambda's own lines \
about starts and ends too. {operate.filter} shows only lines with a text in them. {operate.follow} stops following, \
and goes on.
"""

    def __init__(self, page: str, around: Surroundings) -> None:
        super().__init__(page, around)
        self._tail: LogTail | None = None
        self._reading: asyncio.Task[Sequence[Line]] | None = None
        self._lines: list[Line] = []
        self._least = Least.INFO
        self._state = "asking"
        self._trouble: LamedError | None = None
        self._began = 0.0
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static(id="log-status")
        yield Static(id="notice")
        yield FilterField("Part of a line")
        with Sight(id="log-sight"):
            yield Static(id="log-lines")

    @property
    def offers(self) -> frozenset[str]:
        more = {"follow", "filter", "level"} if self._tail is not None else set()
        field = self.query_one(FilterField)
        return frozenset({"refresh", *more, *({"back"} if field.display else ())})

    def opened(self) -> None:
        if self._state != "still":
            self.follow()
        self.query_one("#log-sight").focus()

    def closed(self) -> None:
        """The page is out of sight: nothing is asked meanwhile."""
        self.leave_off(_FOLLOWING)

    def follow(self) -> None:
        """Ask for lines again and again."""
        self._state, self._trouble, self._began = "asking", None, self.around.clock()
        self.in_background(self._follow, _FOLLOWING)
        self.draw()

    def begin_again(self) -> None:
        """Forget what is known, and ask."""
        self._tail, self._reading, self._lines = None, None, []
        self.follow()

    def toggle(self) -> None:
        """Stand still, or follow again."""
        if self._state == "still":
            self.follow()
        else:
            self.closed()
            self._state = "still"
            self.draw()

    def change_level(self) -> None:
        """Show only what matters more, or at last everything."""
        self._least = self._least.next()
        self.draw()

    def open_filter(self) -> None:
        """Ask for a part of a line."""
        field = self.query_one(FilterField)
        field.display = True
        field.focus()
        self.post_message(self.Changed())

    def clear_filter(self) -> None:
        """Show all lines again."""
        field = self.query_one(FilterField)
        field.value, field.display = "", False
        self.query_one("#log-sight").focus()
        self.post_message(self.Changed())

    def tick(self) -> None:
        if self._state == "asking" and not self._lines:
            self.draw()

    @on(Input.Changed)
    def _narrow(self) -> None:
        self.draw()

    @on(Input.Submitted)
    def _keep_filter(self) -> None:
        self.query_one("#log-sight").focus()

    def on_resize(self) -> None:
        self.draw()

    async def _follow(self) -> None:
        around = self.around
        try:
            if self._tail is None:
                self._tail = await in_background(around.backend.logs, name="finding the logs")
                self.post_message(self.Changed())
            tail = self._tail
            while tail is not None:
                try:
                    fresh = await self._read(tail)
                except LamedError as error:
                    self._failed(error)
                    await asyncio.sleep(_AFTER_TROUBLE)
                else:
                    self._take(fresh)
                    tail.go_on(around.now())
                    await asyncio.sleep(tail.pause)
            self._state = "absent"
        except LamedError as error:
            self._failed(error)
        if self.is_alive:
            self.draw()

    async def _read(self, tail: LogTail) -> Sequence[Line]:
        """The lines that are new. A reading goes on when the page is left, for a tail gives every line only once."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(in_background(tail.read, name="reading logs"))
            self._reading.add_done_callback(_heard)
        reading = self._reading
        try:
            return await asyncio.shield(reading)
        finally:
            if reading.done() and self._reading is reading:
                self._reading = None

    def _take(self, fresh: Sequence[Line]) -> None:
        self._trouble, self._state = None, "following"
        self._lines = [*self._lines, *fresh][-_KEPT:]
        self.draw_soon()

    def _failed(self, error: LamedError) -> None:
        self._trouble, self._state = error, "failing"
        self.draw()

    def draw(self) -> None:
        if not self.is_alive:
            return
        sight = self.query_one("#log-sight", Sight)
        width = sight.scrollable_content_region.width
        if width <= 0:
            return
        wanted = self.query_one(FilterField).value
        shown = log_views.matching(self._lines, self._least, wanted)
        self._draw_notice(bool(shown), wanted)
        follows = self._state in {"asking", "following", "failing"}
        known = self._tail is not None and (self._state not in {"asking", "failing"} or bool(self._lines))
        self.say(
            "#log-status",
            log_views.status(len(shown), len(self._lines), self._least, follows=follows) if known else Content(),
        )
        drawn = (len(self._lines), self._lines[-1:], self._least, wanted, width)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        lines = [log_views.line_text(line, width) for line in shown[-_DRAWN:]]
        text = Content("\n").join(lines)
        self.query_one("#log-lines", Static).update(text)
        sight.follow_end(text.plain.count("\n") + 1)

    def _draw_notice(self, shown: bool, wanted: str) -> None:  # noqa: FBT001 - private, and named where it is called
        text = Content()
        if self._trouble is not None:
            then = "Asked again by itself." if self._tail is not None else f"{self.key('operate.refresh')} asks again."
            text = views.trouble(self._trouble.what, self._trouble.fix, then)
        elif self._state == "absent":
            deploy = f"\n{self.key('operate.deploy')} deploys it."
            text = Content.assemble(
                ("Nothing is deployed, so nothing is logged.", "bold"), (deploy, "$foreground-muted")
            )
        elif self._state == "asking" and self._tail is None:
            text = views.waiting("Asking AWS for the logs", self.around.clock() - self._began)
        elif self._state == "asking" and not self._lines:
            text = views.waiting("Reading the logs", self.around.clock() - self._began)
        elif not shown:
            text = Content.styled(log_views.empty(self._lines, wanted, self.key), "$foreground-muted")
        self.say("#notice", text)


def _heard(reading: asyncio.Task[Sequence[Line]]) -> None:
    """Look at how it ended, for asyncio complains of failures that nobody looks at: the page may never come back."""
    if not reading.cancelled():
        reading.exception()
