"""A question as a line of a form: its title, and the widget that takes the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Checkbox, Input, Select, Static

from lamed_tui.console.widgets.inputs import TextField, YesNo, pasted_line
from lamed_tui.experiments.names import printable
from lamed_tui.setup.questions import default_text, has_value, text_of, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.selection import Selection

    from lamed_tui.setup.questions import Choice, Given, Question

_URL_MARK = "://"


class SecretField(TextField):
    """What is typed here leaves this field only as an answer: it is never shown, copied or cut."""

    ALLOW_SELECT = False

    def __init__(self, placeholder: str) -> None:
        super().__init__("", placeholder, password=True)

    def action_copy(self) -> None:
        """Refuse, and say so."""
        self._refuse()

    def action_cut(self) -> None:
        """Refuse, and say so."""
        self._refuse()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:  # noqa: ARG002 - Textual's signature
        """Nothing, also for the mouse."""
        return None

    def _refuse(self) -> None:
        self.notify("A password is not copied from here.", timeout=3)


class AddressField(TextField):
    """A host name, or a URL that is taken as a whole: while it is typed, it means nothing yet."""

    class Completed(Message):
        """A URL was pasted."""

    def _on_paste(self, event: events.Paste) -> None:
        line = pasted_line(event).strip()
        if _URL_MARK not in line:
            return  # Textual calls the handlers of the classes before this one next
        event.stop()
        event.prevent_default()
        self.value = line
        self.post_message(self.Completed())


class Field(Vertical):
    """A question with its answer, and what is wrong with it.

    Args:
        question: what is asked.
        document: where the answer so far is.
        decided_by: the environment variable that decides instead of the answer; the field is then only shown.
        choices: values to choose from, where they are known from elsewhere than the question.
    """

    class Answered(Message):
        """The person has answered, rightly or not."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> Field:
            """Whose answer it is."""
            return self.field

    def __init__(
        self,
        question: Question,
        document: Mapping[str, Any],
        *,
        decided_by: str = "",
        choices: Sequence[Choice] = (),
    ) -> None:
        super().__init__(classes="field")
        self.question = question
        self.decided_by = decided_by
        self.problem = ""
        self._told = ("", "")
        self._taken = 0  # a hash, because it may be of a secret
        self._document = document
        self._choices = [*(choices or question.choices)]
        self.disabled = bool(decided_by)

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field-line"):
            yield Static(Content(self.question.title), classes="field-title")
            if self.decided_by:
                yield Static(Content(f"decided by {self.decided_by}"), classes="field-decided")
            else:
                yield self._control()
        yield Static(classes="field-note")

    @property
    def given(self) -> Given:
        """The answer as it stands."""
        control = self.query_one(".control")
        if isinstance(control, YesNo):
            return control.value
        if isinstance(control, Select):
            return str(control.value)
        return control.value if isinstance(control, Input) else ""

    @property
    def is_whole_address(self) -> bool:
        """Whether the answer is a URL, which answers other questions too."""
        return self.question.kind == "address" and _URL_MARK in str(self.given)

    @property
    def is_new(self) -> bool:
        """Whether the answer is one that nobody has taken yet."""
        return not self.decided_by and hash(self.given) != self._taken

    def take(self) -> Given:
        """The answer, which is then no longer new."""
        given = self.given
        self._taken = hash(given)
        return given

    def on_mount(self) -> None:
        if not self.decided_by:
            self.take()

    def focus_control(self) -> None:
        """Let the person answer."""
        self.query_one(".control").focus()

    def on_descendant_focus(self) -> None:
        self.add_class("-active")

    def on_descendant_blur(self) -> None:
        self.remove_class("-active")

    def tell(self, problem: str, remark: str = "") -> None:
        """Show what is wrong with the answer; if nothing is, what there is to know about it, if anything."""
        if (problem, remark) == self._told:
            return
        self._told = (problem, remark)
        self.problem = problem
        self.set_class(bool(problem), "-wrong")
        self.set_class(bool(problem or remark), "-told")
        self.query_one(".field-note", Static).update(Content(f"✗ {problem}" if problem else remark))

    def show(self, document: Mapping[str, Any]) -> None:
        """Show the document's answer, without counting that as one."""
        if self.decided_by:
            return
        self._document = document
        control = self.query_one(".control")
        with self.prevent(Input.Changed, Checkbox.Changed, Select.Changed):
            if isinstance(control, YesNo):
                control.value = bool(value_of(self.question, document))
            elif isinstance(control, Select):
                control.value = text_of(self.question, document)
            elif isinstance(control, SecretField):
                control.placeholder = self._secret_hint()
            elif isinstance(control, Input) and control.value != text_of(self.question, document):
                control.value = text_of(self.question, document)
        if not isinstance(control, SecretField):
            self.take()

    def offer(self, choices: Sequence[Choice]) -> None:
        """Let the person choose from these, besides what is chosen already."""
        control = self.query_one(".control")
        if isinstance(control, Select):
            now = str(control.value)
            with self.prevent(Select.Changed):
                control.set_options(_options(choices, now))
                control.value = now
        elif isinstance(control, Input):
            control.suggester = SuggestFromList([choice.value for choice in choices])

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_whole_address:
            return  # it is an answer once it is complete
        self.post_message(self.Answered(self))

    @on(Input.Blurred)
    @on(AddressField.Completed)
    def _completed(self) -> None:
        if self.is_whole_address:
            self.post_message(self.Answered(self))

    @on(Checkbox.Changed)
    def _toggled(self, event: Checkbox.Changed) -> None:
        event.stop()
        self.post_message(self.Answered(self))

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        event.stop()
        self.post_message(self.Answered(self))

    def _control(self) -> Input | YesNo | Select[str]:
        question, document = self.question, self._document
        control: Input | YesNo | Select[str]
        if question.kind == "flag":
            control = YesNo(value=bool(value_of(question, document)))
        elif question.kind == "choice":
            now = text_of(question, document)
            control = Select(_options(self._choices, now), value=now, allow_blank=False, compact=True)
        elif question.kind == "secret":
            control = SecretField(self._secret_hint())
        elif question.kind == "address":
            control = AddressField(text_of(question, document), default_text(question))
        else:
            control = TextField(text_of(question, document), question.hint or default_text(question))
        control.add_class("control")
        return control

    def _secret_hint(self) -> str:
        return "set, not shown" if has_value(self.question, self._document) else "not set"


def _options(choices: Sequence[Choice], now: str) -> list[tuple[Content, str]]:
    """What to choose from, with what is chosen already, whether it is among them or not."""
    options = [(Content(printable(choice.label)), choice.value) for choice in choices]
    return options if now in {value for _, value in options} else [(Content(printable(now)), now), *options]
