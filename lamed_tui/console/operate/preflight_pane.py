"""The checklist before a deployment: every check as it goes, with what to do about what it found."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Static
from textual.widgets.option_list import Option

from lamed_tui.console.background import in_background
from lamed_tui.console.dialogs.telling import refused, saved
from lamed_tui.console.folder import write_here
from lamed_tui.console.operate import check_views
from lamed_tui.console.operate.check_views import CheckRow
from lamed_tui.console.operate.pane import Choices, Pane
from lamed_tui.errors import LamedError
from lamed_tui.preflight.result import CheckResult
from lamed_tui.preflight.summary import as_markdown, obstacles

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from textual.app import ComposeResult

    from lamed_tui.console.operate.pane import Surroundings
    from lamed_tui.preflight.schedule import Begun

_BORDERS = 3
"""Cells beside a line: the scrollbar, and a blank on each side."""


class PreflightPane(Pane):
    """Runs the checks when it opens. Going on is offered once all are over; what failed is then named once more."""

    HELP_TITLE = "Preflight"
    HELP_TEXT = """\
Each line is one check: whether it is pending or running, has passed, warns or failed, how long it took, what it \
found, and what to do. Nothing is changed, but for probe keys in Redis that are removed again.

Up and down choose a check; {operate.recheck} runs the chosen one again with those it needs, {operate.again} runs all \
again. A warning stops nothing. After a failure the plan can be made all the same, but will hardly succeed.
"""

    def __init__(self, page: str, around: Surroundings) -> None:
        super().__init__(page, around)
        self._rows: list[CheckRow] = []
        self._began = 0.0
        self._runs = False
        self._run_number = 0
        self._is_unread = False  # nobody was shown yet where to begin

    def compose(self) -> ComposeResult:
        yield Static(id="check-summary")
        yield Choices(id="checks")

    @property
    def offers(self) -> frozenset[str]:
        idle = {"again", "recheck", "export", "next"} if self.is_over else set()
        return frozenset({"back", *(idle if self._rows else ())})

    @property
    def next_label(self) -> str:
        if not self.is_over or self.around.read_only:
            return ""
        return "Plan anyway" if obstacles(check_views.results_of(self._rows)) else "Plan"

    @property
    def is_over(self) -> bool:
        """Whether every check has its result."""
        return bool(self._rows) and not self._runs

    def opened(self) -> None:
        if not self._runs:
            self.run_checks()
        self.query_one(Choices).focus()

    def tick(self) -> None:
        if self._runs:
            self.draw()

    def run_checks(self, only: Collection[str] | None = None) -> None:
        """Run all checks, or these with those they need."""
        self._runs, self._began = True, self.around.clock()
        if only is None:
            self._rows = [CheckRow(row.id, row.title) for row in self._rows]
        self.in_background(partial(self._run, only), "runs the preflight checks")
        self.draw()
        self.post_message(self.Changed())

    def recheck(self) -> None:
        """Run the chosen check again."""
        number = self.query_one(Choices).highlighted
        if number is not None and self.is_over:
            self.run_checks([self._rows[number].id])

    def export(self) -> None:
        """Save the results as Markdown, and say where."""
        results, moment = check_views.results_of(self._rows), self.around.now()

        def write() -> Path:
            text = as_markdown(results, self.around.backend.name(), f"{moment:%Y-%m-%d %H:%M} UTC")
            return write_here(f"lamed-preflight-{moment:%Y%m%d-%H%M%S}.md", text)

        async def save() -> None:
            try:
                path = await in_background(write, name="exporting")
            except LamedError as error:
                self.app.push_screen(refused("Not saved", error))
            else:
                self.app.push_screen(saved("Export", path))

        self.in_background(save, "saves the results")

    async def _run(self, only: Collection[str] | None) -> None:
        backend, loop = self.around.backend, asyncio.get_running_loop()
        if not self._rows:
            entries = await in_background(backend.entries, name="listing the checks")
            self._rows = [CheckRow(entry.id, entry.title) for entry in entries]
        self._run_number += 1
        number = self._run_number

        def check() -> None:
            for happening in backend.check(only):
                if number != self._run_number:
                    return  # somebody has begun anew
                loop.call_soon_threadsafe(self._take, number, happening)

        await in_background(check, name="checking")
        self._runs = False
        if self.is_alive:
            self.draw()
            self.post_message(self.Changed())
            if only is None:
                self._is_unread = True
                self._point_out_soon()

    def _take(self, run: int, happening: Begun | CheckResult) -> None:
        for number, row in enumerate(self._rows):
            if row.id != happening.id or run != self._run_number:
                continue
            if isinstance(happening, CheckResult):
                self._rows[number] = replace(row, state="over", began=None, result=happening)
            else:
                self._rows[number] = replace(row, state="running", began=self.around.clock())
        self.draw_soon()

    def _point_out_soon(self) -> None:
        """Once the lines have their heights, or the list would scroll to another place."""
        self.call_after_refresh(self._point_out)

    def _point_out(self) -> None:
        """Go to the first check that failed, unless somebody has chosen another one meanwhile."""
        listed = self.query_one(Choices)
        if not listed.option_count:  # the page has no size yet
            return
        self._is_unread = False
        failed = (number for number, row in enumerate(self._rows) if row.result and row.result.state == "fail")
        if not listed.highlighted:
            listed.highlighted = next(failed, 0)
            self.draw()
            listed.call_after_refresh(listed.scroll_to_highlight, top=True)

    # Showing ---------------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self.draw()
        if self._is_unread:
            self._point_out_soon()

    @on(Choices.OptionHighlighted)
    def _chosen(self) -> None:
        self.draw()

    def draw(self) -> None:
        listed = self.query_one(Choices)
        width, now = listed.size.width - _BORDERS, self.around.clock()
        self.query_one("#check-summary", Static).update(check_views.summary(self._rows, now - self._began))
        if width <= 0:
            return
        texts = [
            check_views.row_text(row, width, now, chosen=number == listed.highlighted)
            for number, row in enumerate(self._rows)
        ]
        if listed.option_count != len(texts):
            listed.clear_options()
            listed.add_options([Option(text) for text in texts])
            listed.highlighted = 0 if texts else None
        else:
            for number, text in enumerate(texts):
                listed.say(number, text)
