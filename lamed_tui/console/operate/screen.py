"""Operating: the pages, the way between them, and the one operation that may be under way behind them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, ContentSwitcher, Static

from lamed_tui.console.operate import views
from lamed_tui.console.operate.apply_pane import ApplyPane
from lamed_tui.console.operate.backend import Deployments
from lamed_tui.console.operate.conduct import Conduct
from lamed_tui.console.operate.done_pane import DonePane
from lamed_tui.console.operate.logs_pane import LogsPane
from lamed_tui.console.operate.manual import CHANGES, KEYS
from lamed_tui.console.operate.pane import AskingPane, Pane
from lamed_tui.console.operate.plan_pane import PlanPane
from lamed_tui.console.operate.preflight_pane import PreflightPane
from lamed_tui.console.operate.progress import Kind
from lamed_tui.console.operate.releases_pane import ReleasesPane
from lamed_tui.console.operate.status_pane import StatusPane
from lamed_tui.console.setup.messages import WayOn
from lamed_tui.console.widgets.key_bar import KeyBar
from lamed_tui.console.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lamed_tui.console.operate.backend import Backend
    from lamed_tui.console.workplace import Workplace

_TICK = 0.5
_FRAME = 0.15
"""Seconds between two drawings of what happens fast: more would hold up the keys on a busy machine."""
_PAGES: dict[str, type[Pane]] = {
    views.STATUS: StatusPane,
    views.RELEASES: ReleasesPane,
    views.LOGS: LogsPane,
    views.PREFLIGHT: PreflightPane,
    views.PLAN: PlanPane,
    views.APPLY: ApplyPane,
    views.DONE: DonePane,
}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class OperateScreen(Screen[None]):
    """Shows one page at a time; an operation goes on whichever page, or other mode, is shown.

    Args:
        workplace: whose backend this is.
        note: a word about the whole session, shown in the title.
        clock: seconds that only go forward.
        now: the time of day, UTC.
    """

    CSS_PATH = "operate.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal"), (120, "-wide")]  # noqa: RUF012 - Textual's declaration
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - Textual declares it without ClassVar
    TITLE = "Operate"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*KEYS]

    def __init__(
        self,
        workplace: Workplace,
        *,
        note: str = "",
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        super().__init__()
        self.clock = clock
        self.now = now
        self.read_only = workplace.read_only
        self.backend: Backend = workplace.backend or Deployments(workplace.load, workplace.environment)
        self._label = workplace.label
        self._note = "read-only" if workplace.read_only else note
        self._conduct = Conduct(self)
        self._deploys_at_once = False
        self._offered: tuple[object, ...] = ()
        self._trail = Content()

    def compose(self) -> ComposeResult:
        yield TitleBar("Operate", self._label, self._note)
        yield Static(id="trail")
        with ContentSwitcher(initial=views.STATUS, id="pages"):
            for page, kind in _PAGES.items():
                yield kind(page, self)
        with Horizontal(id="foot"):
            yield Button("", id="next", compact=True, variant="primary", action="screen.next")
        yield KeyBar()

    def on_mount(self) -> None:
        self.set_interval(_TICK, self._tick)
        self.set_interval(_FRAME, self._draw)
        self.turn_to(views.PREFLIGHT if self._deploys_at_once else views.STATUS)

    def on_unmount(self) -> None:
        self._conduct.close()

    def farewell(self, seconds: float) -> str:
        """What the closed console has left behind, in a sentence; empty when nothing. Waits at most so long."""
        return self._conduct.farewell(seconds)

    def begin_deploying(self) -> None:
        """Go to the checks before a deployment, also when this screen is about to open."""
        if self.is_mounted:
            self.action_deploy()
        else:
            self._deploys_at_once = True

    # Pages -----------------------------------------------------------------------------------------------------------

    @property
    def page(self) -> str:
        """The id of the page in sight."""
        return self.query_one(ContentSwitcher).current or views.STATUS

    @property
    def pane(self) -> Pane:
        """The page in sight."""
        return self.query_one(f"#{self.page}", Pane)

    def turn_to(self, page: str) -> None:
        """Show a page."""
        before, pages = self.pane, self.query_one(ContentSwitcher)
        if before.id != page and isinstance(before, StatusPane | LogsPane | DonePane):
            before.closed()
        pages.current = page
        pane = self.pane
        self.title = f"Operate: {pane.HELP_TITLE}"
        self.HELP = pane.HELP_TEXT  # type: ignore[misc]  # Textual declares it for the class; here it is the page's
        pane.opened()
        self.refresh_shell()

    @on(Pane.Changed)
    def refresh_shell(self) -> None:
        """Everything around the page."""
        found = self.query_one(StatusPane).status
        subject = f"{found.name} · {found.region} · {self._label}" if found else self._label
        self.query_one("#title-subject", Static).update(Content(subject))
        self._draw_trail()
        pane, button = self.pane, self.query_one("#next", Button)
        label = pane.next_label
        self.query_one("#foot").display = bool(label)
        if label and str(button.label) != label:
            button.label = label
            button.refresh(layout=True)
        offered = (self.page, label, pane.offers)
        if offered != self._offered:  # each time the bar of keys is made anew
            self._offered = offered
            self.refresh_bindings()

    def _draw_trail(self) -> None:
        text = views.trail(self.page, self._conduct.kind, self._conduct.work, self.size.width - 2)
        if text != self._trail:
            self._trail = text
            self.query_one("#trail", Static).update(text)

    def on_resize(self) -> None:
        self.refresh_shell()

    def _draw(self) -> None:
        self.pane.draw_if_due()
        if self._conduct.work is not None:
            self._draw_trail()

    def _tick(self) -> None:
        self.pane.tick()

    # What the person does --------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """Only what can be done on this page, just now; nothing that changes anything where only reading is allowed."""
        if action in CHANGES and self.read_only:
            return False
        if action in {"status", "releases", "logs"}:
            return self.page != action
        if action == "deploy":
            return self.page not in views.FLOW or (self.page == views.DONE)
        if action == "next":
            return bool(self.is_mounted and self.pane.next_label)
        own = {key.action for key in KEYS}
        return action not in own or action in self.pane.offers

    def action_status(self) -> None:
        """Show what is deployed."""
        self.turn_to(views.STATUS)

    def action_releases(self) -> None:
        """Show what was deployed."""
        self.turn_to(views.RELEASES)

    def action_logs(self) -> None:
        """Show what the handlers wrote."""
        self.turn_to(views.LOGS)

    def action_deploy(self) -> None:
        """Go to the operation that is under way or has just failed, else to the checks before a deployment."""
        if self._conduct.is_to_be_shown:
            self._conduct.show()
        elif not self.read_only:
            self._conduct.kind = Kind.DEPLOY
            self.turn_to(views.PREFLIGHT)

    def action_next(self) -> None:
        """From the checks to the plan, from the plan to AWS."""
        if isinstance(self.pane, PreflightPane):
            self._conduct.begin(Kind.DEPLOY, self.backend.deploy)
        else:
            self._conduct.carry_out()

    def action_back(self) -> None:
        """Leave what is in sight; before AWS begins, everything is taken back."""
        pane = self.pane
        if isinstance(pane, LogsPane):
            pane.clear_filter()
        elif isinstance(pane, PlanPane | ApplyPane):
            self._conduct.go_back()
        else:
            self.turn_to(views.STATUS)

    def action_roll_back(self) -> None:
        """Plan the way back to the chosen release."""
        chosen = self.query_one(ReleasesPane).chosen
        if chosen is not None:
            self._conduct.begin(Kind.ROLLBACK, partial(self.backend.roll_back, chosen.release))

    def action_destroy(self) -> None:
        """Plan the destruction."""
        self._conduct.begin(Kind.DESTROY, self.backend.destroy)

    def action_cancel(self) -> None:
        """Ask whether AWS shall undo it."""
        self._conduct.cancel()

    def action_detach(self) -> None:
        """Leave it to AWS."""
        self._conduct.detach()

    def action_retry(self) -> None:
        """Begin the same operation again."""
        self._conduct.retry()

    def action_follow(self) -> None:
        """Join what is running, or follow the log."""
        pane = self.pane
        if isinstance(pane, LogsPane):
            pane.toggle()
        else:
            self._conduct.begin(Kind.DEPLOY, self.backend.deploy)

    def action_refresh(self) -> None:
        """Ask AWS again."""
        pane = self.pane
        if isinstance(pane, AskingPane):
            pane.refresh_from_aws()
        elif isinstance(pane, LogsPane):
            pane.begin_again()

    def action_key(self) -> None:
        """Show the API key, or hide it."""
        pane = self.pane
        if isinstance(pane, StatusPane | DonePane):
            pane.toggle_key()

    def action_drift(self) -> None:
        """Let AWS compare."""
        self.query_one(StatusPane).compare()

    def action_recheck(self) -> None:
        """Run the chosen check again."""
        self.query_one(PreflightPane).recheck()

    def action_again(self) -> None:
        """Run every check again."""
        self.query_one(PreflightPane).run_checks()

    def action_export(self) -> None:
        """Save the checks."""
        self.query_one(PreflightPane).export()

    def action_copy(self) -> None:
        """Copy what the page has to hand on."""
        self.app.copy_to_clipboard(self.pane.to_copy)

    def action_turn(self) -> None:
        """Turn to the log, or back."""
        self.query_one(ApplyPane).turn()

    def action_filter(self) -> None:
        """Ask for a part of a line."""
        self.query_one(LogsPane).open_filter()

    def action_level(self) -> None:
        """Show other levels."""
        self.query_one(LogsPane).change_level()

    @on(DonePane.Chosen)
    def _go_on(self, event: DonePane.Chosen) -> None:
        event.stop()
        if event.choice == views.STATUS:
            self.turn_to(views.STATUS)
        elif event.choice == "deploy":
            self._conduct.begin(Kind.DEPLOY, self.backend.deploy)
        else:
            self.post_message(WayOn(event.choice))
