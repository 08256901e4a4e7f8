"""Lines of a form that a person fills in by keys alone: Enter and the arrows go to the neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.widgets import Checkbox, Input

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.geometry import Size


class TextField(Input):
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
