"""What is shown after the console has failed: an app of its own, because nothing of the failed one can be relied on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lamed_tui.console.clipboard import CopyingApp
from lamed_tui.console.themes import DARK, THEMES
from lamed_tui.console.widgets.key_bar import KeyBar
from lamed_tui.errors import ExitCode

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class CrashApp(CopyingApp):
    """Shows a report that can be read, selected and copied; however it is left, that is a failure.

    Args:
        report: holds no secret, see `crash_report`.
        theme: the failed app's.
    """

    TITLE = "lamed"
    CSS_PATH = "crash_app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy the report", id="crash.copy"),
        Binding("q,escape,enter", "interrupt", "Quit", key_display="q", id="crash.quit"),
        Binding("ctrl+q", "interrupt", "Quit", show=False, priority=True, id="crash.quit-always"),
        Binding("ctrl+c", "interrupt", "Quit", show=False, id="crash.interrupt"),
    ]

    def __init__(self, report: str, theme: str = DARK.name) -> None:
        super().__init__()
        self._report = report
        for own in THEMES:
            self.register_theme(own)
        self.theme = theme

    def compose(self) -> ComposeResult:
        yield Static("lamed stopped on an error of its own", id="crash-title")
        with VerticalScroll(id="crash-report"):
            yield Static(Content(self._report))
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_copy(self) -> None:
        """Copy the report."""
        self.copy_to_clipboard(self._report)

    def action_interrupt(self) -> None:
        """Leave."""
        self.exit(return_code=ExitCode.FAILED)
