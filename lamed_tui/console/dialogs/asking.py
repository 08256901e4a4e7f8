"""Questions, each a box over the screen that answers with a value, or with None when it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from lamed_tui.console.dialogs.dialog import Dialog
from lamed_tui.console.widgets.inputs import TextLine
from lamed_tui.experiments.names import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


class Confirm(Dialog[bool]):
    """Asks for a name to be typed before something is taken away.

    Args:
        verb: what will be done, such as "Delete".
        name: what must be typed.
        consequence: what that means, in a sentence or two.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", id="confirm.leave")]

    def __init__(self, verb: str, name: str, consequence: str) -> None:
        super().__init__()
        self._verb = verb
        self._wanted = name
        self._consequence = consequence

    def box(self) -> ComposeResult:
        with VerticalScroll(classes="box", can_focus=False) as box:
            box.border_title = Content(f"{self._verb} {printable(self._wanted)}")
            yield Static(Content(self._consequence))
            what = f"Type its name to {self._verb.lower()} it: {printable(self._wanted)}"
            yield Static(Content(what), id="confirm-what")
            yield TextLine(compact=True)
            with Horizontal(classes="buttons"):
                yield Button(self._verb, id="confirm-yes", compact=True, variant="error", disabled=True)
                yield Button("Keep it", compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _compare(self, event: Input.Changed) -> None:
        self.query_one("#confirm-yes", Button).disabled = not self._is_right(event.value)

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        if self._is_right(event.value):
            self.dismiss(result=True)

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "confirm-yes")

    def _is_right(self, typed: str) -> bool:
        return typed in (self._wanted, printable(self._wanted))


class Sure(Dialog[bool]):
    """Asks before something is done that cannot simply be undone.

    Args:
        title: what is asked, in a few words.
        text: what it means.
        yes: what doing it is called.
        no: what leaving it is called.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="sure.leave"),
        Binding("left,right", "app.focus_next", "Other answer", id="sure.other", show=False),
    ]

    def __init__(self, title: str, text: str, yes: str, no: str) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._yes = yes
        self._no = no

    def box(self) -> ComposeResult:
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


class Options(OptionList):
    """What there is to choose from."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Choose", id="choice.choose")]


class Other(TextLine):
    """Something else, which is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Choose", id="choice.other")]


class Choice(Dialog[str]):
    """Asks for one of several things; with `other`, also for something typed.

    Args:
        options: what is answered, and how it is shown.
        other: what may be typed instead; empty when nothing may.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", id="choice.leave")]

    def __init__(self, title: str, text: str, options: Sequence[tuple[str, str]], *, other: str = "") -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._options = options
        self._other = other

    def box(self) -> ComposeResult:
        with VerticalScroll(classes="box", can_focus=False) as box:
            box.border_title = Content(self._title)
            if self._text:
                yield Static(Content(self._text))
            yield Options(*[Option(Content(shown), id=str(number)) for number, (_, shown) in enumerate(self._options)])
            if self._other:
                yield Other(placeholder=self._other, compact=True)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._options[event.option_index][0])

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())
