"""What is deployed now, and where it answers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from lamed_tui.console.background import in_background
from lamed_tui.console.operate import place_views, views, work_views
from lamed_tui.console.operate.keyring import KeyHolder
from lamed_tui.console.operate.pane import AskingPane, Sight
from lamed_tui.deploy.states import Situation
from lamed_tui.errors import LamedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from lamed_tui.console.operate.pane import Surroundings
    from lamed_tui.deploy.drift import Drifted
    from lamed_tui.deploy.status import Status


class StatusPane(AskingPane):
    """The stack's state, its release, its addresses, its key on request, and what drifted on request."""

    WHAT = "Asking AWS what is deployed"
    HELP_TITLE = "Status"
    HELP_TEXT = """\
What AWS says is deployed under this configuration's name. {operate.refresh} asks again.

{operate.deploy} deploys the configuration as it is now: first the checks, then the plan, and nothing changes before \
you agree to it. {operate.destroy} removes everything from AWS, after its name was typed; counters in Redis stay.

{operate.drift} lets AWS compare what is there with what was made, which takes it a while. {operate.key} shows the \
API key, which reads results, until {operate.key} is pressed again or the page is left.
"""

    def __init__(self, page: str, around: Surroundings) -> None:
        super().__init__(page, around)
        self.status: Status | None = None
        self._drifted: Sequence[Drifted] | None = None
        self._comparing = False
        self._key = KeyHolder(self, self.draw)

    def compose(self) -> ComposeResult:
        with Sight(id="status-sight"):
            yield Static(id="notice")
            yield Static(id="status-facts")
            yield Static(id="status-endpoints")
            yield Static(id="status-more")

    @property
    def offers(self) -> frozenset[str]:
        found = self.status
        if found is None or not place_views.is_deployed(found):
            return frozenset({"refresh"})
        more = {"follow"} if place_views.situation(found) is Situation.BUSY else set()
        more |= {"key", "copy"} if found.base_url else set()
        return frozenset({"refresh", "drift", "destroy", *more})

    @property
    def to_copy(self) -> str:
        return (self.status.base_url if self.status else None) or ""

    def opened(self) -> None:
        super().opened()
        self.query_one("#status-sight").focus()

    def fetch(self) -> None:
        self.status = self.around.backend.status(show_key=False)

    def refresh_from_aws(self) -> None:
        self._key.hide()
        self._drifted = None  # what is being compared just now still comes
        super().refresh_from_aws()

    def toggle_key(self) -> None:
        """Show the API key, or hide it."""
        self._key.toggle()

    def closed(self) -> None:
        """The page is out of sight."""
        self._key.hide()

    def compare(self) -> None:
        """Let AWS compare what is there with what was made."""
        found = self.status
        if found is not None and found.stack_id and not self._comparing:
            self._comparing = True
            self.in_background(partial(self._compare, found.stack_id), "compares what is there with what was made")
            self.draw()

    async def _compare(self, stack_id: str) -> None:
        backend = self.around.backend
        try:
            self._drifted = await in_background(lambda: backend.drift(stack_id), name="comparing")
        except LamedError as error:
            self.notify(str(error), severity="error")
        self._comparing = False
        if self.is_alive:
            self.draw()

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        self.draw_notice()
        width = self.query_one("#status-sight").scrollable_content_region.width
        found = self.status
        if width <= 0 or found is None:
            for part in ("#status-facts", "#status-endpoints", "#status-more"):
                self.say(part, Content())
            return
        deployed = place_views.is_deployed(found)
        pairs = [("Stack", Content.styled(found.name, "bold")), ("State", place_views.state_text(found, self.key))]
        if found.release is not None:
            pairs.append(("Release", Content(str(found.release))))
        pairs.append(("Region", Content(found.region)))
        self.say("#status-facts", views.facts(pairs))
        self.say("#status-endpoints", work_views.endpoints(found.endpoints, found.base_url, width))
        more = [("API key", self._key.text())] if found.base_url else []
        more += [("Drift", place_views.drift_text(self._drifted, self.key, asked=self._comparing))] if deployed else []
        self.say("#status-more", views.facts(more))
