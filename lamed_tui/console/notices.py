"""The part of the app that tells in passing: a notification says exactly what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

from lamed_tui.experiments.names import visible

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel


class NoticesApp(App[None]):
    """Shows notifications as plain text."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 - Textual's signature
    ) -> None:
        """Show a message for a while.

        Names and errors stand in messages. Textual would take what stands in brackets there for markup, and fail where
        it is none.
        """
        shown = "\n".join(visible(line) for line in message.splitlines())
        super().notify(shown, title=title, severity=severity, timeout=timeout, markup=False)
