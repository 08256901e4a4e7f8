"""The snippet builder's screen: the form, the code that it makes, and the ways to take the code along."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.app import SuspendNotSupported
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from lamed_tui.console.background import in_background
from lamed_tui.console.dialogs.asking import Choice
from lamed_tui.console.dialogs.telling import refused, saved
from lamed_tui.console.snippet.answers import Known, Made, begin, begin_with, make
from lamed_tui.console.snippet.code import CodeView
from lamed_tui.console.snippet.form import SnippetForm
from lamed_tui.console.snippet.messages import SnippetLeft, SnippetMade, SnippetWanted
from lamed_tui.console.snippet.plain import show_plainly
from lamed_tui.console.snippet.saving import save
from lamed_tui.console.widgets.key_bar import KeyBar
from lamed_tui.console.widgets.title_bar import TitleBar
from lamed_tui.errors import LamedError
from lamed_tui.experiments.names import printable
from lamed_tui.snippet.build import ALEPHBET_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget

    from lamed_tui.console.snippet.answers import Answers

_PINNED = f"AlephBet {ALEPHBET_VERSION}, pinned by its hash"


class State(NamedTuple):
    """What can be said of the code: what kind of thing, in a few words, and the rest of the sentence."""

    kind: str
    short: str
    rest: str


class SnippetScreen(Screen[None]):
    """Whatever is typed is kept, right or wrong; the code is always that of the last answers that were right.

    Args:
        known: tells what the settings know, at every moment.
        first: what to begin with, instead of an experiment of the configuration.
        find_address: makes what finds where pages send events, which takes as long as AWS does, and raises LamedError.
            Makes None while nothing can tell.
        note: a word about the whole session, shown in the title.
    """

    CSS_PATH = "snippet.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-normal"), (110, "-wide")]  # noqa: RUF012 - Textual's declaration
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall"), (32, "-roomy")]  # noqa: RUF012 - Textual's declaration
    TITLE = "Snippet"
    AUTO_FOCUS = ""
    HELP = f"""\
The form on the left makes the code on the right. On small screens {{snippet.turn}} turns from one to the other.

The list of variants, and that of goals, ends with an empty row: type there to add one. Clear a name to take its row \
out of the code.

The code loads {_PINNED}: browsers refuse any other file. Put it into the page, and write into each variant's \
activate what the page shall look like; nothing else has to be changed.

Copying takes the clipboard of this machine, else the buffer of tmux, else it asks the terminal, which never answers: \
then nobody knows whether it did. A file always works, and the plain view shows the code on the bare terminal, where \
the terminal's own selection takes it.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "turn", "Form/Code", id="snippet.turn", tooltip="Go from the form to the code, and back"),
        Binding("ctrl+y", "copy", "Copy", id="snippet.copy", tooltip="Copy the code"),
        Binding("ctrl+g", "save", "Save", id="snippet.save", tooltip="Save the code to a file"),
        Binding("ctrl+l", "begin", "Experiments", id="snippet.begin", tooltip="Start from another experiment"),
        Binding("escape", "leave", "Back", id="snippet.back", tooltip="Go back; the answers stay"),
        Binding("v", "plain", "Plain view", id="snippet.plain", tooltip="Show the code on the bare terminal"),
        Binding("c", "copy", "Copy", id="snippet.copy-code", show=False, tooltip=""),
        Binding("s", "save", "Save", id="snippet.save-code", show=False, tooltip=""),
    ]

    def __init__(
        self,
        known: Callable[[], Known],
        *,
        first: SnippetWanted | None = None,
        find_address: Callable[[], Callable[[], str] | None] = lambda: None,
        note: str = "",
    ) -> None:
        super().__init__()
        self._known = known
        self._wanted = first
        self._find_address = find_address
        self._note = note
        self._first: Answers | None = None
        self._made = Made("", {}, is_addressed=False)
        self._address_trouble = "Nobody knows yet where events go."
        self._asking = False
        self._left: Widget | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar("Snippet", _PINNED, self._note)
        yield Static(id="tabs")
        with Horizontal(id="sides"):
            with Vertical(id="form-side"):
                yield SnippetForm()
                yield Static(id="advice")
            with Vertical(id="code-side"):
                yield CodeView()
                yield Static(id="state")
        yield KeyBar()

    async def on_mount(self) -> None:
        await self.begin_with(self._wanted or SnippetWanted())

    def on_screen_resume(self) -> None:
        self._ask()
        self._judge()  # the settings may be other ones now

    # What is asked for from elsewhere --------------------------------------------------------------------------------

    async def begin_with(self, wanted: SnippetWanted) -> None:
        """Begin anew, unless that would begin with the same again: then what was answered since stays."""
        known = self._known()
        first = begin(known) if wanted.experiment is None else begin_with(known, wanted.experiment)
        if first != self._first:
            self._first = first
            await self.show(first)

    async def show(self, answers: Answers) -> None:
        """Ask with these answers; an address that is known stays."""
        form = self.query_one(SnippetForm)
        address = form.answers.track_url
        await form.show(answers)
        form.fill_address(address)
        form.offer(self._known().experiments)
        self._judge()
        if not self.has_class("-code"):
            form.focus_first()

    # What is known changes -------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Find out where events go, unless that is known: it may have been deployed since."""
        find = self._find_address()
        if find is None or self._asking or self.query_one(SnippetForm).answers.track_url.strip():
            return
        self._asking, self._address_trouble = True, "AWS is asked where events go."
        # The app's own, because only then is it told when one fails.
        self.app.run_worker(self._find(find), name="address", description="finds the address", exit_on_error=False)

    async def _find(self, find: Callable[[], str]) -> None:
        try:
            url = await in_background(find, name="finding the address")
        except LamedError as error:
            self._address_trouble = error.what
        else:
            self.query_one(SnippetForm).fill_address(url)
        finally:
            self._asking = False
        self._judge()

    @on(SnippetForm.Changed)
    def _judge(self) -> None:
        form = self.query_one(SnippetForm)
        answers = form.answers
        self._made = made = make(answers, self._known())
        form.tell(made.problems)
        code = self.query_one(CodeView)
        code.set_class(bool(made.problems), "-old")
        if made.text:
            code.show(made.text, answers.form)
        if made.is_complete:
            self.post_message(SnippetMade(made.text))
        state = self._state()
        line = self.query_one("#state", Static)
        line.set_classes(state.kind)
        line.update(Content(f"{state.short} {state.rest}"))
        self._advise()

    def _state(self) -> State:
        made = self._made
        if made.problems:
            found = sum(map(len, made.problems.values()))
            return State("-wrong", f"✗ {found} to correct", "in the form. The code above is from before.")
        if not made.is_addressed:
            return State("-wrong", "✗ No address.", f"{self._address_trouble} Deploy, or type it.")
        if made.warning:
            return State("-warned", "! Not allowed yet.", made.warning)
        return State("-sound", "✓ Ready for the page", "to be copied, saved, or shown plain.")

    @on(SnippetForm.Advised)
    def _advise(self) -> None:
        self.query_one("#advice", Static).update(Content(self.query_one(SnippetForm).advice))
        at_code = self.has_class("-code")
        form, code = ("  Form", "▸ Code") if at_code else ("▸ Form", "  Code")
        self.query_one("#tabs", Static).update(Content(f"{form}   {code}   {'' if at_code else self._state().short}"))

    # What the person does --------------------------------------------------------------------------------------------

    def action_turn(self) -> None:
        """Go to the code, or back to the form."""
        self._turn_to_code() if not self.query_one(CodeView).has_focus else self._turn_to_form()

    async def action_copy(self) -> None:
        """Copy the code."""
        if self._may_be_taken():
            self.app.copy_to_clipboard(self._made.text)

    def action_save(self) -> None:
        """Save the code to a file of its own, and say where it is."""
        if self._may_be_taken():
            self.app.run_worker(self._save(), name="save", description="writes a file", exit_on_error=False)

    def action_plain(self) -> None:
        """Show the code on the bare terminal."""
        if self._may_be_taken():
            self.app.run_worker(self._plain(), name="plain", description="shows the code", exit_on_error=False)

    def action_begin(self) -> None:
        """Start from an experiment of the configuration."""
        known = self._known()
        options = [(name, printable(name)) for name in known.experiments]

        async def chosen(name: str | None) -> None:
            if name is not None:
                await self.show(begin(self._known(), name))

        text = "Its variants and goals take the place of those in the form."
        self.app.push_screen(Choice("Start from", text, options, other="Another one, by its name"), chosen)

    def action_leave(self) -> None:
        """Go back to where the person came from."""
        if self.has_class("-code"):
            self._turn_to_form()
        else:
            self.post_message(SnippetLeft())

    async def _save(self) -> None:
        answers = self.query_one(SnippetForm).answers
        write = partial(save, self._made.text, answers.experiment, answers.form)
        try:
            path = await in_background(write, name="saving")
        except LamedError as error:
            self.app.push_screen(refused("Not saved", error))
        else:
            self.app.push_screen(saved("Snippet", path))

    async def _plain(self) -> None:
        try:
            await show_plainly(self.app, self._made.text)
        except SuspendNotSupported:
            self.notify("There is no terminal here to show it on. Save it to a file instead.", severity="warning")

    def _may_be_taken(self) -> bool:
        """Whether the code is right; if not, go to what is wrong."""
        self._judge()  # something may have been typed this very moment
        form = self.query_one(SnippetForm)
        if self._made.is_complete:
            return True
        state = self._state()
        self.notify(f"{state.short} {state.rest}", severity="warning")
        self._turn_to_form()
        form.focus_wrong() if self._made.problems else form.focus_address()
        return False

    def _turn_to_code(self) -> None:
        self._left = self.focused
        self.add_class("-code")
        self.query_one(CodeView).focus()
        self._advise()

    def _turn_to_form(self) -> None:
        self.remove_class("-code")
        if self._left is not None and self._left.is_attached:
            self._left.focus()
        else:
            self.query_one(SnippetForm).focus_first()
        self._advise()
