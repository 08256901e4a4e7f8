"""What every box over a screen has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual.screen import ModalScreen

from lamed_tui.console.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None]):
    """A box that answers, or is left without an answer.

    The bar of keys is its own: those of the screen behind it do not work here.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-normal")]  # noqa: RUF012 - Textual declares it without ClassVar
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - Textual declares it without ClassVar

    def compose(self) -> ComposeResult:
        yield from self.box()
        yield KeyBar()

    def box(self) -> ComposeResult:
        """What stands in the middle."""
        raise NotImplementedError

    def action_leave(self) -> None:
        """Go back without an answer."""
        self.dismiss(None)
