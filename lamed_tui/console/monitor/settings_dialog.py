"""The box in which a person decides about an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static

from lamed_tui.console.dialogs.dialog import Dialog
from lamed_tui.console.monitor.settings_form import FIELDS, filled, parsed
from lamed_tui.console.widgets.inputs import TextLine
from lamed_tui.errors import LamedError
from lamed_tui.experiments.names import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lamed_tui.config.model import ExperimentSettings

    Keep = Callable[[dict[str, Any]], None]


class SettingsField(TextLine):
    """One line of the form."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Save", id="settings.save")]

    def __init__(self, key: str, text: str, hint: str) -> None:
        super().__init__(text, placeholder=hint, id=f"field-{key}", compact=True)


class SettingsForm(Dialog[None]):
    """Asks what is decided about an experiment, and stays until that is kept or left.

    Args:
        place: where the answer is kept.
        hints: for fields that are empty, instead of the usual ones.
        keep: keeps the values that changed, or raises a `LamedError`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", id="settings.leave")]

    def __init__(
        self, name: str, settings: ExperimentSettings, place: str, hints: Mapping[str, str], keep: Keep
    ) -> None:
        super().__init__()
        self._experiment = name
        self._before = filled(settings)
        self._place = place
        self._hints = hints
        self._keep = keep

    def box(self) -> ComposeResult:
        with VerticalScroll(classes="box wide", can_focus=False) as box:
            box.border_title = Content(f"Settings of {printable(self._experiment)}")
            yield Static(Content("Decide before the start: a change while it runs voids the proof."), classes="quiet")
            for field in FIELDS:
                with Horizontal(classes="field"):
                    yield Label(field.label)
                    hint = self._hints.get(field.key, field.hint)
                    yield SettingsField(field.key, self._before[field.key], hint)
            yield Static(id="settings-problem")
            yield Static(Content(f"Kept in {self._place}"), classes="quiet")

    def on_mount(self) -> None:
        self.query(Input).first().focus()

    @on(Input.Submitted)
    def _save(self) -> None:
        texts = {field.key: self.query_one(f"#field-{field.key}", Input).value for field in FIELDS}
        changed = {key: text for key, text in texts.items() if text != self._before[key]}
        try:
            if values := parsed(changed):
                self._keep(values)
        except (ValueError, LamedError) as error:
            problem = self.query_one("#settings-problem", Static)
            problem.update(Content(str(error)))
            self.call_after_refresh(problem.scroll_visible, animate=False)
        else:
            self.dismiss(None)
