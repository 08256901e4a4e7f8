"""The form: a line for each answer, with what is wrong with it below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Checkbox, Input, Select, Static

from lamed_tui.console.snippet.answers import Answers
from lamed_tui.console.snippet.rows import GoalRows, VariantRows
from lamed_tui.console.widgets.inputs import TextField

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.app import ComposeResult

    from lamed_tui.snippet.spec import Format

_LINES = (
    # Field, title, hint, advice.
    ("experiment", "Experiment", "button color", "Its name, as the monitor will show it."),
    ("track_url", "Address", "https://…/track", "Where the page sends events: known once it is deployed."),
    ("sample", "Sample", "100%", "The share of the visitors who take part, such as 50%."),
    ("user_id", "User id", "currentUser.id", "JavaScript: who is signed in. Each person then counts once, everywhere."),
    ("trigger", "Trigger", 'location.pathname === "/"', "JavaScript: true when a visitor should take part."),
    ("namespace", "Namespace", "alephbet", "Keeps sites apart that share one backend."),
)
_ABOUT_VARIANTS = "Versions of the page. Weights are whole numbers; give every variant one, or none."
_ABOUT_GOALS = "What visitors can do. A unique goal counts once a visitor, another one every time."
_ABOUT_FORMAT = "HTML for the end of the page's body, or an ES module."
_FORMATS: tuple[tuple[str, Format], ...] = (("HTML", "html"), ("ES module", "module"))


class Line(Vertical):
    """A title, a control, and a place for what is wrong.

    Args:
        field: the name of the field in problems.
    """

    def __init__(self, field: str, title: str, control: Input | Select[Format]) -> None:
        super().__init__(id=field, classes="line")
        self._title = title
        self._control = control

    def compose(self) -> ComposeResult:
        with Horizontal(classes="row"):
            yield Static(Content(self._title), classes="title")
            yield self._control
        yield Static(classes="note")


class SnippetForm(VerticalScroll, can_focus=False):
    """Everything that is asked. It judges nothing itself."""

    class Changed(Message):
        """An answer is another one now."""

    class Advised(Message):
        """Something else is in focus."""

    ADVICE: ClassVar[Mapping[str, str]] = {
        **{field: advice for field, _, _, advice in _LINES},
        "variants": _ABOUT_VARIANTS,
        "goals": _ABOUT_GOALS,
        "format": _ABOUT_FORMAT,
    }

    def compose(self) -> ComposeResult:
        lines = {field: Line(field, title, TextField("", hint).add_class("text")) for field, title, hint, _ in _LINES}
        yield lines.pop("experiment")
        yield VariantRows()
        yield GoalRows()
        yield lines.pop("track_url")
        yield Line("format", "Format", Select(_FORMATS, value="html", allow_blank=False, compact=True))
        yield from lines.values()

    @property
    def answers(self) -> Answers:
        """As they stand."""
        return Answers(
            experiment=self._text("experiment").value,
            variants=self.query_one(VariantRows).answers,
            goals=self.query_one(GoalRows).answers,
            track_url=self._text("track_url").value,
            namespace=self._text("namespace").value,
            sample=self._text("sample").value,
            user_id=self._text("user_id").value,
            trigger=self._text("trigger").value,
            form="module" if self.query_one(Select).value == "module" else "html",
        )

    @property
    def advice(self) -> str:
        """What to know of the answer in focus."""
        return self.ADVICE.get(self._field_in_focus(), "")

    async def show(self, answers: Answers) -> None:
        """Show these answers instead."""
        with self.prevent(Input.Changed, Checkbox.Changed, Select.Changed):
            for field, *_ in _LINES:
                self._text(field).value = getattr(answers, field)
            self.query_one(Select).value = answers.form
            await self.query_one(VariantRows).show(answers.variants)
            await self.query_one(GoalRows).show(answers.goals)
        self.post_message(self.Changed())

    def offer(self, experiments: Iterable[str]) -> None:
        """Complete these names while one is typed."""
        self._text("experiment").suggester = SuggestFromList(list(experiments))

    def fill_address(self, url: str) -> None:
        """Answer where events go, unless the person has."""
        field = self._text("track_url")
        if not field.value.strip():
            field.value = url

    def tell(self, problems: Mapping[str, tuple[str, ...]]) -> None:
        """Show what is wrong, each below its answer."""
        for place in self._places():
            found = problems.get(place.id or "", ())
            note = place.query_one(".note", Static)
            place.set_class(bool(found), "-wrong")
            note.update(Content("\n".join(f"✗ {sentence}" for sentence in found)))

    def focus_wrong(self) -> None:
        """Go to the first answer to correct."""
        place = next((place for place in self._places() if place.has_class("-wrong")), None)
        if place is not None:
            place.query("TextField, Select").first().focus()

    def focus_first(self) -> None:
        """Begin at the top."""
        self._text("experiment").focus()

    def focus_address(self) -> None:
        """Ask where events go."""
        self._text("track_url").focus()

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(Select.Changed)
    def _answer(self) -> None:
        self.post_message(self.Changed())

    def on_descendant_focus(self) -> None:
        self.post_message(self.Advised())

    def _places(self) -> list[Vertical]:
        return [place for place in self.query_children(Vertical) if place.id]

    def _text(self, field: str) -> Input:
        return self.query_one(f"#{field} .text", Input)

    def _field_in_focus(self) -> str:
        return next((place.id or "" for place in self._places() if place.has_focus_within), "")
