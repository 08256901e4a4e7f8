"""The wizard's screen: where one is, the present page, and the way back and on."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from lamed_tui.console.background import in_background
from lamed_tui.console.setup import views, ways
from lamed_tui.console.setup.endpoints import EndpointsPane
from lamed_tui.console.setup.foot import Foot
from lamed_tui.console.setup.form import FormPane
from lamed_tui.console.setup.keeping import Keeping
from lamed_tui.console.setup.messages import SetupDone, WayOn
from lamed_tui.console.setup.pane import ChoicePane, Pages, Pane
from lamed_tui.console.setup.review_pane import ReviewPane
from lamed_tui.console.setup.trying import real_attempt
from lamed_tui.console.widgets.key_bar import KeyBar
from lamed_tui.console.widgets.title_bar import TitleBar
from lamed_tui.errors import ConfigError
from lamed_tui.setup import drafts, saving
from lamed_tui.setup.state import SetupState, begin, completed, step_after
from lamed_tui.setup.steps import ENDPOINTS, REVIEW, step_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lamed_tui.console.setup.trying import AttemptMaker
    from lamed_tui.console.workplace import Workplace
    from lamed_tui.setup.drafts import Draft
    from lamed_tui.setup.steps import StepId


_ROOM_FOR_TRAIL = 60


class SetupScreen(Screen[None]):
    """One step a service. Every answer is kept, secrets aside, also over the end of the program.

    More methods than usual: a page's worth of actions and messages each, all of them short.

    Args:
        workplace: the file to set up.
        note: a word about the whole session, shown in the title.
        attempt: makes the tries of answers.
        clock: seconds that only go forward.
    """

    # The dialog's as well: reading it when the dialog opens would make that take a moment.
    CSS_PATH = ["fields.tcss", "setup.tcss", "route_dialog.tcss"]  # noqa: RUF012 - Textual declares it without ClassVar
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal"), (120, "-wide")]  # noqa: RUF012 - Textual's declaration
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall"), (32, "-roomy")]  # noqa: RUF012 - Textual's declaration
    TITLE = "Setup"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next", "Next", id="setup.next", tooltip="Go on to the next step"),
        Binding("s", "save", "Save", id="setup.save", tooltip="Write the file"),
        Binding("escape", "stop", "Stop", id="setup.stop", tooltip="Stop trying the answers"),
        Binding("escape", "back", "Back", id="setup.back", tooltip="Go back to the step before; answers stay"),
        Binding("ctrl+t", "try", "Test", id="setup.try", tooltip="Try the answers"),
        Binding("ctrl+r", "as_text", "JSON", id="setup.text", tooltip="Edit the endpoints as JSON, or as a table"),
        Binding("pageup", "scroll_page(-1)", "Scroll up", id="setup.up", show=False),
        Binding("pagedown", "scroll_page(1)", "Scroll down", id="setup.down", show=False),
    ]

    def __init__(
        self,
        workplace: Workplace,
        *,
        note: str = "",
        attempt: AttemptMaker = real_attempt,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._workplace = workplace
        self._note = note
        self._attempt = attempt
        self._clock = clock
        self._state: SetupState | None = None
        self._draft: Draft | None = None
        self._keeping = Keeping()
        self._saving = False
        self._was_left = False

    def compose(self) -> ComposeResult:
        yield TitleBar("Setup", self._workplace.label, self._note)
        yield Static(id="trail")
        yield Pages(id="panes")
        yield Foot()
        yield KeyBar()

    async def on_mount(self) -> None:
        await self._open()

    def on_unmount(self) -> None:
        with suppress(ConfigError):  # nobody is there any more to be told
            self._keeping.keep()

    def on_screen_suspend(self) -> None:
        self._was_left = self not in self.app.screen_stack  # else there is only a dialog over it

    async def on_screen_resume(self) -> None:
        if self._was_left and self._pane is not None and self._pane.id == ways.DONE:
            await self._open()

    @property
    def _pane(self) -> Pane | None:
        pages = self.query(Pages)  # none yet when Textual asks the first time what can be done here
        return pages.first().pane if pages else None

    # Pages -----------------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        """Begin with the file as it is now."""
        self._keeping, self._state = Keeping(), None
        await self.query_one(Pages).remove_children()
        try:
            self._state = begin(self._workplace.path)
        except ConfigError as error:
            await self._turn_to(ways.trouble(error))
            return
        self._draft = drafts.find(self._workplace.path)
        await self._turn_to(ways.welcome(self._state, self._draft, in_browser=self.app.is_web))

    async def _turn_to(self, pane: Pane) -> None:
        await self.query_one(Pages).turn_to(pane)
        if self._state is not None:
            at_review = isinstance(pane, ReviewPane)
            pane.show(completed(self._state, self._workplace.environment) if at_review else self._state)
        pane.focus_first()
        self.title, text = views.help_page(pane.id or "", self._state.way if self._state else "deploy")
        self.HELP = text  # type: ignore[misc]  # Textual declares it for the class; here it is the page's
        self._refresh_shell()

    async def _go(self, step: StepId) -> None:
        """Go to a step. Its page is made at the first visit, and keeps what is typed there, right or wrong."""
        if self._state is not None:
            self._follow(replace(self._state, step=step))
            await self._turn_to(self.query_one(Pages).made(step) or self._made(step, self._state))
            self._keeping.keep_soon(self)

    def _made(self, step: StepId, state: SetupState) -> Pane:
        environment = self._workplace.environment
        if step == ENDPOINTS.id:
            return EndpointsPane(environment)
        if step == REVIEW.id:
            return ReviewPane(environment)
        return FormPane(step_named(step), state, environment, self._attempt, self._clock)

    def _refresh_shell(self) -> None:
        """Everything around the page."""
        pane, state, is_step = self._pane, self._state, self._is_step
        trail, foot = self.query_one("#trail", Static), self.query_one(Foot)
        trail.display = foot.display = is_step
        if is_step and state is not None:
            trail.update(views.trail(state.way, state.step, narrow=self.size.width < _ROOM_FOR_TRAIL))
        actions = [action for action in ("try", "next", "save") if self.check_action(action, ())]
        label = ""
        if isinstance(pane, FormPane):
            label = "Stop" if pane.trying.is_running else pane.step.try_it
        foot.offer([*actions, "back"], label)
        self._advise()
        self.refresh_bindings()

    def _advise(self, text: str = "") -> None:
        pane = self._pane
        self.query_one(Foot).tell(text or (pane.advice if pane else ""))

    @property
    def _is_step(self) -> bool:
        """Whether the page is one of the steps, and not before or after them."""
        pane = self._pane
        return pane is not None and not isinstance(pane, ChoicePane)

    # What the person does --------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """Only what can be done on this page, just now."""
        pane = self._pane
        running = isinstance(pane, FormPane) and pane.trying.is_running
        allowed = {
            "next": self._is_step and not isinstance(pane, ReviewPane),
            "save": isinstance(pane, ReviewPane),
            "stop": running,
            "back": self._is_step and not running,
            "try": isinstance(pane, FormPane),
            "as_text": isinstance(pane, EndpointsPane),
        }
        return allowed.get(action, True)

    async def action_next(self) -> None:
        """Go on, if nothing on this page has to be corrected first."""
        pane, state = self._pane, self._state
        if pane is None or state is None:
            return
        self._follow(pane.settled(state))
        if obstacle := pane.obstacle():
            self._advise(f"✗ {obstacle}")
        elif (step := step_after(state, 1)) is not None:
            self._stop_trying()
            await self._go(step)

    async def action_back(self) -> None:
        """Go back; before the first step are the ways in."""
        pane = self._pane
        if self._state is None or pane is None or (isinstance(pane, FormPane) and pane.trying.has_just_ended):
            return
        self._stop_trying()
        self._follow(pane.settled(self._state))
        step = step_after(self._state, -1)
        if step is not None:
            await self._go(step)
        else:
            draft = None if self._state.has_answers else self._draft
            await self._turn_to(ways.welcome(self._state, draft, in_browser=self.app.is_web))

    def action_try(self) -> None:
        """Try the answers, or stop trying them."""
        pane = self._pane
        if isinstance(pane, FormPane):
            pane.trying.stop() if pane.trying.is_running else pane.try_answers()

    def action_stop(self) -> None:
        """Stop trying the answers."""
        self._stop_trying()

    def action_as_text(self) -> None:
        """Show the endpoints as text, or as a table."""
        pane = self._pane
        if isinstance(pane, EndpointsPane):
            pane.toggle_text()

    def action_scroll_page(self, pages: int) -> None:
        """Scroll the page, whatever is in focus."""
        if pane := self._pane:
            pane.scroll_relative(y=pages * max(1, pane.size.height - 1), animate=False)

    def action_save(self) -> None:
        """Write the file as it was reviewed."""
        pane = self._pane
        if pane is None or self._state is None or self._saving:
            return
        if obstacle := pane.obstacle():
            self._advise(f"✗ {obstacle}")
            return
        self._saving = True
        self.app.run_worker(self._save(), name="save", description="writes the configuration", exit_on_error=False)

    async def _save(self) -> None:
        if self._state is None:
            return
        environment, state = self._workplace.environment, self._state
        try:
            whole = completed(state, environment)
            loaded = await in_background(partial(saving.save, whole, environment), name="saving")
        except saving.FileMovedOnError as error:
            self._follow(error.state)
            if isinstance(pane := self._pane, ReviewPane):
                pane.note(str(error))
                await self._turn_to(pane)
        except ConfigError as error:
            self._advise(f"✗ {error}")
        else:
            self._keeping.follow(None)
            await self._turn_to(ways.done(state))
            self.post_message(SetupDone(loaded, state.way))
        finally:
            self._saving = False

    @on(ChoicePane.Chosen)
    async def _choose(self, event: ChoicePane.Chosen) -> None:
        event.stop()
        state = self._state
        match event.choice:
            case ways.WELCOME:
                await self._open()
            case ways.RESUME if state is not None and self._draft is not None:
                try:
                    self._follow(drafts.resumed(state, self._draft), taken_up=True)
                except ConfigError as error:
                    self.notify(str(error), severity="error")
                else:
                    await self._go(self._state.step if self._state else "redis")
            case "deploy" | "watch" as way if state is not None:
                self._follow(replace(state, way=way))
                await self._go("redis")
            case other:
                self.post_message(WayOn(other))

    # What pages say --------------------------------------------------------------------------------------------------

    @on(Pane.Changed)
    def _take_answer(self, event: Pane.Changed) -> None:
        event.stop()
        if self._state is not None:  # told before the person went on to another step, it must not bring this one back
            self._follow(replace(event.state, step=self._state.step))

    @on(Pane.Advised)
    def _take_advice(self, event: Pane.Advised) -> None:
        event.stop()
        self._advise()

    @on(Pane.Busy)
    def _take_note(self, event: Pane.Busy) -> None:
        event.stop()
        self._refresh_shell()

    def on_resize(self) -> None:
        self._refresh_shell()

    def _follow(self, state: SetupState, *, taken_up: bool = False) -> None:
        self._state = state
        self._keeping.follow(state, taken_up=taken_up)

    def _stop_trying(self) -> None:
        if isinstance(pane := self._pane, FormPane):
            pane.trying.stop()
