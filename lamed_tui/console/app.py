"""The console: one shell and its modes."""

from __future__ import annotations

import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ScreenStackError, SystemCommand, UnknownModeError
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.worker import Worker, WorkerState

from lamed_tui.console.background import in_background
from lamed_tui.console.clipboard import CopyingApp
from lamed_tui.console.crash import crash_report
from lamed_tui.console.help import HelpScreen
from lamed_tui.console.key_names import active_keys, key_name, with_key_names
from lamed_tui.console.opening import Mode
from lamed_tui.console.setup.messages import SetupDone, WayOn
from lamed_tui.console.snippet.messages import SnippetLeft, SnippetMade, SnippetWanted
from lamed_tui.console.themes import DARK, THEMES
from lamed_tui.console.watching import MONITOR, WatchingApp
from lamed_tui.errors import ExitCode, LamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.binding import BindingType
    from textual.command import Provider
    from textual.driver import Driver
    from textual.screen import Screen
    from textual.theme import Theme
    from textual.widget import AwaitMount

    from lamed_tui.console.operate.screen import OperateScreen
    from lamed_tui.console.workplace import Workplace
    from lamed_tui.experiments.source import SnapshotSource

_SNIPPET, _OPERATE = "snippet", "operate"


def _palette() -> type[Provider]:
    from lamed_tui.console.palette import OrderedCommands  # brings what only the palette needs

    return OrderedCommands


class LamedConsole(WatchingApp, CopyingApp):
    """The shell around the modes, and the way from one to the other.

    Attributes:
        wanted: what the person left the console for, such as `demo`; whoever opened the console sees to it.
        crash: the report of a failure of the console itself; empty when there was none.
        keep_theme: called, in a thread, with the name of a theme that the person chooses; may raise a `LamedError`.
        snippet: the last complete code of the snippet builder; empty when there was none.

    Args:
        source: what is watched; the caller closes it. Without one, the console opens on setting up.
        workplace: the file that the console may set up; without one, it only watches.
        interval: seconds between readings.
        note: a word about the whole session, such as "demo", shown in the title.
        clock: seconds on a clock that never goes back.
    """

    TITLE = "lamed"
    # With those of whatever opens over other screens: one that brings its own has all of them parsed again, at a key.
    CSS_PATH = [  # noqa: RUF012 - Textual declares it without ClassVar
        "widgets/title_bar.tcss",
        "dialogs/dialogs.tcss",
    ]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?", id="app.help", tooltip="Keys, and what is shown"),
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Close the console"),
        # Where text is typed, letters are letters: the same two actions by keys that always work.
        Binding("f1", "help", "Help", key_display="F1", id="app.help-always", tooltip="Keys, and what is shown"),
        Binding("ctrl+q", "quit", "Quit", id="app.quit-always", priority=True, tooltip="Close, always"),
        Binding("ctrl+p", "command_palette", "Palette", id="app.palette", priority=True, tooltip="Find an action"),
        Binding("ctrl+c", "interrupt", "Copy what is selected, else quit", id="app.interrupt", show=False),
    ]

    def __init__(
        self,
        source: SnapshotSource | None = None,
        *,
        workplace: Workplace | None = None,
        interval: float = 2.0,
        note: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(workplace, interval=interval, note=note, clock=clock)
        self.wanted: str | None = None
        self.snippet = ""
        self.crash = ""
        self.keep_theme: Callable[[str], None] | None = None
        self._operate: OperateScreen | None = None
        self._mode_before = ""
        self._snippet_wanted: SnippetWanted | None = None
        if source is not None:
            self.take_source(source)
        if workplace is not None:
            if not workplace.read_only:
                self.offer_mode(Mode("setup", "Setup", self._setup_screen))
            self._offer_operating(workplace)
        self.offer_mode(Mode(_SNIPPET, "Snippet", self._snippet_screen))
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def get_driver_class(self) -> type[Driver]:
        """As Textual chooses, with an Esc that is answered as soon as any other key."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from lamed_tui.console.terminal_input import QuickEscapeDriver  # there is none to derive from elsewhere

        return QuickEscapeDriver

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, self._theme_chosen)
        self.start_feed()
        self.switch_mode(self.modes[0].id)
        self.prepare()

    def _theme_chosen(self, theme: Theme) -> None:
        if self.keep_theme is not None:
            self.run_worker(
                self._remember(partial(self.keep_theme, theme.name)),
                name="theme",
                description="remembers the theme",
                exit_on_error=False,
            )

    async def _remember(self, keep: Callable[[], None]) -> None:
        try:
            await in_background(keep, name="remembering the theme")
        except LamedError as error:
            self.notify(str(error), severity="warning")

    @on(SetupDone)
    def _set_up(self, event: SetupDone) -> None:
        if self._workplace is not None:
            self._offer_operating(self._workplace)
        self.run_worker(
            self.watch_anew(event.loaded, go=event.way == "watch"),
            name="watch",
            description="opens what has been set up",
            exit_on_error=False,
        )

    @on(WayOn)
    async def _leave_setup(self, event: WayOn) -> None:
        """Go where the person wants to go from setting up, or from the end of an operation."""
        if event.way in {mode.id for mode in self.modes}:
            await self.go_to(event.way)
            if self._operate is not None and event.way == _OPERATE:
                self._operate.begin_deploying()
        elif event.way == MONITOR:
            self.notify("The monitor opens as soon as what it watches is known.")
        else:
            self.wanted = event.way
            self.exit()

    @on(SnippetWanted)
    async def _build_snippet(self, event: SnippetWanted) -> None:
        self._snippet_wanted = event
        await self.go_to(_SNIPPET)
        from lamed_tui.console.snippet.screen import SnippetScreen  # the mode has brought it

        if isinstance(screen := self.screen, SnippetScreen):
            await screen.begin_with(event)

    @on(SnippetMade)
    def _keep_snippet(self, event: SnippetMade) -> None:
        self.snippet = event.text

    @on(SnippetLeft)
    def _leave_snippet(self) -> None:
        known = [mode.id for mode in self.modes]
        self.switch_mode(self._mode_before if self._mode_before in known else known[0])

    def switch_mode(self, mode: str) -> AwaitMount:
        """Go to another mode, and remember which one the way back leads to."""
        if mode != self.current_mode:
            self._mode_before = self.current_mode
        return super().switch_mode(mode)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that fails unexpectedly is a defect: say so instead of showing old numbers for ever."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._end_with_report(event.worker.error)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: the other modes, then every action of the screen and of the shell by the words of its key."""
        for mode in self.modes:
            if mode.id != self.current_mode:
                yield SystemCommand(f"Go to {mode.title}", "", partial(self.go_to_soon, mode.id))
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.tooltip and binding.id and not binding.id.startswith("app.") and active.enabled:
                key = f"Key: {self.get_key_display(binding)}"
                yield SystemCommand(binding.tooltip, key, self._runner(active.node, binding))
        yield SystemCommand("Theme", "Choose colours, dark or light", self.action_change_theme)
        yield SystemCommand("Help", "Keys, and what is shown", self.action_help)
        yield SystemCommand("Quit", "Close the console", self.action_quit)

    def action_help(self) -> None:
        """Explain the present screen."""
        screen: Screen[Any] = self.screen
        if isinstance(screen, HelpScreen):
            return
        keys = [
            (self.get_key_display(active.binding), active.binding.tooltip or active.binding.description)
            for active in active_keys(screen)
            if active.binding.id
        ]
        text = with_key_names(screen.HELP or "", partial(key_name, screen))
        self.push_screen(HelpScreen(screen.title or "", text, dict.fromkeys(keys)))

    def action_interrupt(self) -> None:
        """Ctrl+C where nothing is selected: leave, as everywhere in a terminal."""
        self.exit(return_code=ExitCode.INTERRUPTED)

    def _setup_screen(self) -> Screen[None]:
        from lamed_tui.console.setup.screen import SetupScreen  # brings what only setting up needs

        if self._workplace is None:
            raise RuntimeError("there is nothing to set up")
        return SetupScreen(self._workplace, note=self._note, clock=self._clock)

    def _snippet_screen(self) -> Screen[None]:
        from lamed_tui.console.snippet.opening import open_builder  # brings what only code needs

        return open_builder(lambda: self._feed, self._workplace, first=self._snippet_wanted, note=self._note)

    def _offer_operating(self, workplace: Workplace) -> None:
        """Operate what is configured, as soon as something is."""
        if workplace.path.exists() and all(mode.id != _OPERATE for mode in self.modes):
            self.offer_mode(Mode(_OPERATE, "Operate", self._operate_screen))

    def _operate_screen(self) -> Screen[None]:
        from lamed_tui.console.operate.screen import OperateScreen  # brings what only operating needs

        if self._workplace is None:
            raise RuntimeError("there is nothing to operate")
        self._operate = OperateScreen(self._workplace, note=self._note, clock=self._clock)
        return self._operate

    def farewell(self, seconds: float) -> str:
        """What the closed console has left behind, in a sentence; empty when nothing. Waits at most so long."""
        return self._operate.farewell(seconds) if self._operate else ""

    def _runner(self, node: Any, binding: Binding) -> Callable[[], Any]:
        return lambda: self.run_action(binding.action, default_namespace=node)

    def _end_with_report(self, error: BaseException) -> None:
        """Close, and leave a report on the terminal that comes back."""
        self.crash = self.crash or crash_report(error)
        self.exit(return_code=ExitCode.FAILED, message=Text(self.crash))

    def _handle_exception(self, error: Exception) -> None:
        """What still begins while the console closes finds its widgets and screens gone, which is no failure."""
        if not (self._exit and isinstance(error, NoMatches | NoScreen | ScreenStackError | UnknownModeError)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Textual's own report prints the local variables of every frame, passwords included: print ours."""
        error = sys.exc_info()[1] or self._exception or RuntimeError()
        self.crash = self.crash or crash_report(error)
        self._exit_renderables.append(Text(self.crash))
        self._close_messages_no_wait()
