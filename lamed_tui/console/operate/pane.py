"""What every page of operating has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static

from lamed_tui.console.background import in_background
from lamed_tui.console.key_names import key_name
from lamed_tui.console.operate import views
from lamed_tui.errors import LamedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from textual.app import App
    from textual.worker import Worker

    from lamed_tui.console.operate.backend import Backend

Result = TypeVar("Result")


class Surroundings(Protocol):
    """What a page has at hand."""

    @property
    def backend(self) -> Backend: ...

    @property
    def read_only(self) -> bool: ...

    @property
    def clock(self) -> Callable[[], float]: ...

    @property
    def now(self) -> Callable[[], datetime]: ...


class Pane(Vertical):
    """One page.

    Attributes:
        offers: the screen's actions that can be taken here, just now.
    """

    class Changed(Message):
        """Other actions can be taken now."""

    HELP_TITLE: ClassVar[str] = ""
    HELP_TEXT: ClassVar[str] = ""

    def __init__(self, page: str, around: Surroundings) -> None:
        super().__init__(id=page, classes="pane")
        self.around = around
        self._workers: dict[str, Worker[None]] = {}
        self._is_due = False

    @property
    def offers(self) -> frozenset[str]:
        return frozenset()

    @property
    def next_label(self) -> str:
        """What going on from here is called; empty when one cannot."""
        return ""

    @property
    def to_copy(self) -> str:
        """What somebody may want to hand on; only asked for while the page offers it."""
        return ""

    def key(self, name: str) -> str:
        """The name of an action's key, for sentences."""
        return key_name(self.screen, name)

    @property
    def is_alive(self) -> bool:
        """Whether there is still something to draw on: background work may end while the console closes."""
        return self.is_attached and not self._pruning

    def opened(self) -> None:
        """The page has come into sight."""

    def tick(self) -> None:
        """Time has passed."""

    def draw(self) -> None:
        """Show what is known."""

    def draw_soon(self) -> None:
        """Show what is known at the next opportunity: many things may happen in one moment."""
        self._is_due = True

    def draw_if_due(self) -> None:
        """Show what has become known since the last time."""
        if self._is_due and self.is_alive:
            self._is_due = False
            self.draw()

    def in_background(self, work: Callable[[], Awaitable[None]], description: str) -> None:
        """Work beside the screen, in place of the same work from before; the app hears of defects."""
        self.leave_off(description)
        app: App[object] = self.app
        # The description is explicit because the default one spells out arguments.
        self._workers[description] = app.run_worker(
            work(), name=self.id or "", description=description, exit_on_error=False
        )

    def leave_off(self, description: str) -> None:
        """Cancel what works beside the screen under this description, if anything does."""
        if (worker := self._workers.pop(description, None)) is not None:
            worker.cancel()

    def say(self, selector: str, text: Content) -> None:
        """Show a text, or nothing in its place."""
        widget = self.query_one(selector, Static)
        widget.update(text)
        widget.display = bool(text.plain)


class AskingPane(Pane):
    """A page that shows what AWS says, asked when it opens and again on request.

    What is there stays in sight while AWS is asked anew.
    """

    WHAT: ClassVar[str] = "Asking AWS"

    def __init__(self, page: str, around: Surroundings) -> None:
        super().__init__(page, around)
        self._began: float | None = None
        self._failed: LamedError | None = None

    @property
    def offers(self) -> frozenset[str]:
        return frozenset({"refresh"})

    def opened(self) -> None:
        self.refresh_from_aws()

    def refresh_from_aws(self) -> None:
        """Ask now."""
        self._began = self.around.clock()
        self.in_background(self._ask, f"asks for {self.id}")
        self.draw()

    def tick(self) -> None:
        if self._began is not None:
            self.draw_notice()

    def fetch(self) -> None:
        """Ask AWS, in a thread; keep what it says for `draw`."""

    def draw_notice(self) -> None:
        """Say that an answer is awaited, or why there is none."""
        self.say("#notice", self.notice())

    def notice(self) -> Content:
        """What there is to say about the asking itself."""
        if self._began is not None:
            return views.waiting(self.WHAT, self.around.clock() - self._began)
        if self._failed is not None:
            return views.trouble(self._failed.what, self._failed.fix, f"{self.key('operate.refresh')} asks again.")
        return Content()

    async def _ask(self) -> None:
        self._failed = None
        try:
            await in_background(self.fetch, name=f"asking for {self.id}")
        except LamedError as error:
            self._failed = error
        self._began = None
        if self.is_alive:
            self.draw()
            self.post_message(self.Changed())


class Sight(VerticalScroll, can_focus=True):
    """A part of a page that scrolls by keyboard."""

    _has_end_in_sight = False

    def follow_end(self, lines: int) -> None:
        """Keep the end in sight as soon as so many lines are too many, until the person scrolls up."""
        too_many = lines > self.size.height
        if too_many is not self._has_end_in_sight:  # saying so again would take a person who scrolled up down again
            self._has_end_in_sight = too_many
            self.anchor(too_many)


class Choices(OptionList):
    """A list that keeps its place when its lines are said anew."""

    def say(self, number: int, prompt: Content) -> None:
        """Show another text for an option, if it is another."""
        if self.get_option_at_index(number).prompt != prompt:
            self.replace_option_prompt_at_index(number, prompt)
