"""What every page of the wizard has in common, and the pages that are a list of choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import ContentSwitcher, OptionList, Static
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult

    from lamed_tui.setup.state import SetupState


class Pane(VerticalScroll, can_focus=False):
    """One page. It shows a state, and makes new ones out of answers."""

    class Changed(Message):
        """An answer has made a new state."""

        def __init__(self, state: SetupState) -> None:
            super().__init__()
            self.state = state

    class Advised(Message):
        """There is something else to say below the page."""

    class Busy(Message):
        """Something that can be stopped has begun or ended."""

    def __init__(self, pane: str) -> None:
        super().__init__(id=pane, classes="pane")

    @property
    def advice(self) -> str:
        """What to know just now."""
        return ""

    def show(self, state: SetupState) -> None:
        """Show these answers."""

    def focus_first(self) -> None:
        """Begin at the top."""

    def begin_at_top(self) -> None:
        """Scroll to the top, once what has just got the focus is no longer pulled into view."""
        self.call_after_refresh(self.scroll_home, animate=False)

    def settled(self, state: SetupState) -> SetupState:
        """The state with every answer of this page in it, also one that was typed this very moment."""
        return state

    def obstacle(self) -> str:
        """Why one cannot go on from here, with the place to correct in focus; empty when one can."""
        return ""


class ChoicePane(Pane):
    """A heading, a few sentences, and what one can do next."""

    class Chosen(Message):
        """Somebody wants this."""

        def __init__(self, choice: str) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, pane: str, title: str, text: str, options: Iterable[tuple[str, Content]]) -> None:
        super().__init__(pane)
        self._title = title
        self._text = text
        self._options = list(options)

    def compose(self) -> ComposeResult:
        yield Static(Content(self._title), classes="pane-title")
        yield Static(Content(self._text), classes="about")
        options: list[Option] = []
        for choice, prompt in self._options:
            options += [Option(prompt, id=choice), Option("", disabled=True)]  # an empty line between two
        yield OptionList(*options[:-1])

    def focus_first(self) -> None:
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(event.option_id or ""))


class Pages(ContentSwitcher):
    """The pages that have been made so far, one of them in sight."""

    @property
    def pane(self) -> Pane | None:
        """The page in sight."""
        content = self.visible_content
        return content if isinstance(content, Pane) else None

    def made(self, pane: str) -> Pane | None:
        """The page with an id, if there is one already."""
        return next((one for one in self.query_children(Pane) if one.id == pane), None)

    async def turn_to(self, pane: Pane) -> None:
        """Show a page, a new one in place of any with the same id."""
        if pane.parent is self:
            self.current = pane.id
            return
        await self.query_children(f"#{pane.id}").remove()
        await self.add_content(pane, set_current=True)
