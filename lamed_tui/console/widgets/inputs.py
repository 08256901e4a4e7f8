"""Lines that a person types into, and lines of a form, which Enter and the arrows lead through."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.keys import format_key
from textual.widgets import Checkbox, Input

from lamed_tui.experiments.names import visible

if TYPE_CHECKING:
    from rich.text import Text
    from textual import events
    from textual.binding import BindingType
    from textual.geometry import Size

_STAND_IN = "\N{REPLACEMENT CHARACTER}"


class TextLine(Input):
    """One line of text, drawn so that nothing in it reaches the terminal as a command."""

    @property
    def _value(self) -> Text:
        """What is drawn: each character that would command the terminal has another in its place, cell by cell."""
        drawn = super()._value
        drawn.plain = "".join(one if visible(one) == one else _STAND_IN for one in drawn.plain)
        return drawn

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Whether a key is a letter here. Textual does not know the characters of `slash` and `minus`."""
        written = format_key(key)
        is_letter = len(written) == 1 and written.isascii()
        return super().check_consume_key(key, character or (written if is_letter else None))

    def _on_paste(self, event: events.Paste) -> None:
        """Textual's own handler, which is called next, takes the first line, also where it is an empty one."""
        event.text = pasted_line(event)


class FilterField(TextLine):
    """Where a part of what is listed is typed; the screen's `back` ends that."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Keep the filter", key_display="Enter", id="filter.keep"),
        Binding("escape", "screen.back", "Show all", key_display="Esc", id="filter.clear"),
    ]

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, compact=True)
        self.display = False


class TextField(TextLine):
    """One line of text. Enter and the arrows go to the neighbours."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "app.focus_next", "Next field", show=False, id="field.next"),
        Binding("up", "app.focus_previous", "Field before", show=False, id="field.previous"),
    ]

    def __init__(self, text: str, placeholder: str = "", *, password: bool = False) -> None:
        super().__init__(text, placeholder, password=password, compact=True, select_on_focus=False)


class YesNo(Checkbox):
    """Yes or no, in words. Enter goes on, so that a person who only wants to get through changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,left,right", "toggle_button", "Yes or no", key_display="space", id="yes-no.toggle"),
        Binding("enter,down", "app.focus_next", "Next field", show=False, id="yes-no.next"),
        Binding("up", "app.focus_previous", "Field before", show=False, id="yes-no.previous"),
    ]

    def __init__(self, *, value: bool) -> None:
        super().__init__("", value, compact=True)

    def render(self) -> Content:
        """The answer in words: a box that only changes its colour says nothing on a terminal without colours."""
        return Content("[x] yes" if self.value else "[ ] no ")

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - Textual's signature
        """As wide as either answer."""
        return len("[x] yes")


def pasted_line(event: events.Paste) -> str:
    """The first line of a paste that says something."""
    return next((line for line in event.text.splitlines() if line.strip()), "")
