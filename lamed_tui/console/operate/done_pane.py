"""The end of an operation: where the backend answers, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lamed_tui.console.operate import views, work_views
from lamed_tui.console.operate.keyring import KeyHolder
from lamed_tui.console.operate.pane import Pane, Sight
from lamed_tui.console.operate.progress import Stage

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from lamed_tui.console.operate.pane import Surroundings
    from lamed_tui.console.operate.progress import Work

SNIPPET, MONITOR, STATUS, JOIN, QUIT = "snippet", "monitor", "status", "deploy", "quit"

_NEXT = {
    SNIPPET: ("Snippet", "code that puts an experiment into a page"),
    MONITOR: ("Monitor", "watch visitors and conversions arrive"),
    JOIN: ("Follow it again", "and record and try what it made"),
    STATUS: ("Status", "what is deployed, and where it answers"),
    QUIT: ("Quit", "close the console"),
}


class DonePane(Pane):
    """Says how it ended. The API key stays hidden until it is asked for."""

    HELP_TITLE = "Done"
    HELP_TEXT = """\
The addresses are those that pages and programs call. The smoke test sent one event to the deployed address, the same \
once more, one without what it needs, and read the results with and without the key, for an experiment of its own that \
it removed.

{operate.key} asks AWS for the API key, which reads results, and shows it until {operate.key} is pressed again or the \
page is left.
"""

    class Chosen(Message):
        """Somebody wants to go on there."""

        def __init__(self, choice: str) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, page: str, around: Surroundings) -> None:
        super().__init__(page, around)
        self._work: Work | None = None
        self._key = KeyHolder(self, self.draw)

    def compose(self) -> ComposeResult:
        with Sight(id="done-sight", can_focus=False):
            yield Static(id="done-heading")
            yield Static(id="done-endpoints")
            yield Static(id="done-key")
            yield Static(id="done-lines")
            yield OptionList(id="done-next")

    @property
    def offers(self) -> frozenset[str]:
        return frozenset({"key", "copy"}) if self._work and self._work.deployed else frozenset()

    @property
    def to_copy(self) -> str:
        return self._work.deployed.base_url if self._work and self._work.deployed else ""

    def opened(self) -> None:
        self._begin()

    def show(self, work: Work, ways: list[str]) -> None:
        """Show how it ended, and these ways on."""
        self._work = work
        self._key.hide()
        listed = self.query_one(OptionList)
        listed.clear_options()
        for way in ways:
            name, does = _NEXT[way]
            listed.add_option(
                Option(Content.assemble((f"{name:<9}", "bold"), (f" {does}", "$foreground-muted")), id=way)
            )
        listed.highlighted = 0 if ways else None
        self.draw()
        if self.display:
            self._begin()

    def toggle_key(self) -> None:
        """Show the API key, or hide it."""
        self._key.toggle()

    def closed(self) -> None:
        """The page is out of sight."""
        self._key.hide()

    def on_resize(self) -> None:
        self.draw()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(event.option_id or ""))

    def _begin(self) -> None:
        self.query_one(OptionList).focus()
        # The news stand at the top, whatever the focus pulls into view.
        self.call_after_refresh(self.query_one("#done-sight").scroll_home, animate=False)

    def draw(self) -> None:
        work = self._work
        width = self.query_one("#done-sight").scrollable_content_region.width
        if work is None or width <= 0:
            return
        self.say("#done-heading", work_views.done_heading(work))
        deployed = work.deployed if work.stage is Stage.DONE else None
        self.say(
            "#done-endpoints",
            work_views.endpoints(deployed.endpoints, deployed.base_url, width) if deployed else Content(),
        )
        key = [("API key", self._key.text())] if deployed else []
        self.say("#done-key", views.facts(key))
        self.say("#done-lines", work_views.done_lines(work))
