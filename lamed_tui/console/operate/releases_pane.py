"""What was deployed when, and the way back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from lamed_tui.console.operate import place_views
from lamed_tui.console.operate.pane import AskingPane, Choices

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from lamed_tui.console.operate.pane import Surroundings
    from lamed_tui.deploy.releases import Release
    from lamed_tui.deploy.status import Listing

_BORDERS = 4


class ReleasesPane(AskingPane):
    """The newest first; any but the live one can be gone back to."""

    WHAT = "Asking AWS for the releases"
    HELP_TITLE = "Releases"
    HELP_TEXT = """\
Every deployment that went live is recorded, without secrets. {operate.roll-back} goes back to the chosen release: \
you see the plan first, and nothing changes before you agree. The way back makes a release of its own, so it can be \
undone the same way.

Counters in Redis are not part of a release and are never touched.
"""

    def __init__(self, page: str, around: Surroundings) -> None:
        super().__init__(page, around)
        self._listing: Listing | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="notice")
        yield Static(id="releases-summary")
        yield Static(id="releases-heading")
        listed = Choices()
        listed.display = False  # from the start: hidden once it has the focus, it would lose it
        yield listed

    @property
    def chosen(self) -> Release | None:
        """The release under the cursor."""
        number = self.query_one(Choices).highlighted
        found = self._listing.releases if self._listing else ()
        return found[number] if number is not None and number < len(found) else None

    @property
    def offers(self) -> frozenset[str]:
        chosen, listing = self.chosen, self._listing
        can_return = chosen is not None and listing is not None and listing.live not in (None, chosen.release)
        return frozenset({"refresh", *({"roll_back"} if can_return else ())})

    def opened(self) -> None:
        super().opened()
        self.query_one(Choices).focus()

    def fetch(self) -> None:
        self._listing = self.around.backend.releases()

    @on(Choices.OptionHighlighted)
    def _move(self, event: Choices.OptionHighlighted) -> None:
        event.stop()
        self.post_message(self.Changed())

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        self.draw_notice()
        listing, listed = self._listing, self.query_one(Choices)
        width = self.size.width - _BORDERS
        if width <= 0:  # for a moment
            return
        if listing is None:
            self.say("#releases-summary", Content())
            self.say("#releases-heading", Content())
            return
        self.say("#releases-summary", place_views.releases_summary(listing, self.key))
        heading = place_views.releases_heading(width) if listing.releases else Content()
        self.say("#releases-heading", heading)
        texts = [place_views.release_text(record, listing.live, width) for record in listing.releases]
        listed.display = bool(texts)
        if [option.prompt for option in listed.options] != texts:
            before = listed.highlighted
            listed.clear_options()
            listed.add_options([Option(text) for text in texts])
            listed.highlighted = min(before or 0, len(texts) - 1) if texts else None
