"""The monitor's questions, each a box over it that answers with a value, or with None when it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from lamed_tui.console.key_names import key_name
from lamed_tui.console.monitor.settings_form import FIELDS, filled, parsed
from lamed_tui.experiments.names import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lamed_tui.config.model import ExperimentSettings


class Confirm(ModalScreen[bool]):
    """Asks for a name to be typed before something is taken away.

    Args:
        verb: what will be done, such as "Delete".
        name: what must be typed.
        consequence: what that means, in a sentence or two.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", id="confirm.leave", show=False)]

    def __init__(self, verb: str, name: str, consequence: str) -> None:
        super().__init__()
        self._verb = verb
        self._experiment = name
        self._consequence = consequence

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box", can_focus=False) as box:
            box.border_title = Content(f"{self._verb} {printable(self._experiment)}")
            yield Static(Content(self._consequence))
            yield Label(Content(f"Type its name to {self._verb.lower()} it: {printable(self._experiment)}"))
            yield Input(id="confirm-name")
            with Horizontal(classes="buttons"):
                yield Button(self._verb, id="confirm-yes", variant="error", disabled=True)
                yield Button("Keep it", id="confirm-no")

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

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(result=False)

    def _is_right(self, typed: str) -> bool:
        return typed in (self._experiment, printable(self._experiment))


class Choice(ModalScreen[str | None]):
    """Asks for one of several things; with `other`, also for something typed.

    Args:
        options: what is answered, and how it is shown.
        other: what may be typed instead; empty when nothing may.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", id="choice.leave", show=False)]

    def __init__(self, title: str, text: str, options: Sequence[tuple[str, str]], *, other: str = "") -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._options = options
        self._other = other

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box", can_focus=False) as box:
            box.border_title = Content(self._title)
            box.border_subtitle = f"Enter choose, {key_name(self, 'choice.leave')} leave"
            if self._text:
                yield Static(Content(self._text))
            yield OptionList(
                *[Option(Content(shown), id=str(number)) for number, (_, shown) in enumerate(self._options)]
            )
            if self._other:
                yield Input(placeholder=self._other)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._options[event.option_index][0])

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)


class SettingsForm(ModalScreen[dict[str, Any] | None]):
    """Asks what is decided about an experiment; answers with the values that changed.

    Args:
        place: where the answer is kept.
        hints: for fields that are empty, instead of the usual ones.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", id="settings.leave", show=False)]

    def __init__(self, name: str, settings: ExperimentSettings, place: str, hints: Mapping[str, str]) -> None:
        super().__init__()
        self._experiment = name
        self._before = filled(settings)
        self._place = place
        self._hints = hints

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box wide", can_focus=False) as box:
            box.border_title = Content(f"Settings of {printable(self._experiment)}")
            box.border_subtitle = f"Enter save, {key_name(self, 'settings.leave')} leave"
            yield Static(Content("Decide before the start: a change while it runs voids the proof."), classes="quiet")
            for field in FIELDS:
                with Horizontal(classes="field"):
                    yield Label(field.label)
                    hint = self._hints.get(field.key, field.hint)
                    yield Input(self._before[field.key], placeholder=hint, id=f"field-{field.key}", compact=True)
            yield Static(id="settings-problem")
            yield Static(Content(f"Kept in {self._place}"), classes="quiet")

    def on_mount(self) -> None:
        self.query(Input).first().focus()

    @on(Input.Submitted)
    def _save(self) -> None:
        texts = {field.key: self.query_one(f"#field-{field.key}", Input).value for field in FIELDS}
        changed = {key: text for key, text in texts.items() if text != self._before[key]}
        try:
            self.dismiss(parsed(changed))
        except ValueError as error:
            self.query_one("#settings-problem", Static).update(Content(str(error)))

    def action_leave(self) -> None:
        """Decide nothing."""
        self.dismiss(None)


class Told(ModalScreen[None]):
    """Shows a text that can be scrolled and selected.

    Args:
        first: what was done, in a sentence; a path stands here in full.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "Close", id="told.leave", show=False),
    ]

    def __init__(self, title: str, first: str, text: str = "") -> None:
        super().__init__()
        self._title = title
        self._first = first
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box wide") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = f"↑ ↓ scroll, {key_name(self, 'told.leave')} close"
            yield Static(Content(self._first))
            if self._text:
                yield Static(Content("\n" + self._text))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)
