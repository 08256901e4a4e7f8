"""Operating's own question: yes or no, with no as the answer that is nearer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class Sure(ModalScreen[bool]):
    """Asks before something is done that cannot simply be undone.

    Args:
        title: what is asked, in a few words.
        text: what it means.
        yes: what doing it is called.
        no: what leaving it is called.
    """

    CSS_PATH = "sure.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="sure.leave", show=False),
        Binding("left,right", "app.focus_next", "Other answer", id="sure.other", show=False),
    ]

    def __init__(self, title: str, text: str, yes: str, no: str) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box", can_focus=False) as box:
            box.border_title = Content(self._title)
            yield Static(Content(self._text))
            with Horizontal(classes="buttons"):
                yield Button(self._no, id="sure-no", compact=True)
                yield Button(self._yes, id="sure-yes", compact=True, variant="error")

    def on_mount(self) -> None:
        self.query_one("#sure-no").focus()

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "sure-yes")

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(result=False)
