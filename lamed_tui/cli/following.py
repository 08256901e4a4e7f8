"""Following an operation at the terminal: every event told, Ctrl-C understood, one exit code at the end."""

from __future__ import annotations

import signal
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.output import say
from lamed_tui.errors import ExitCode, LamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from lamed_tui.cli.deploy_report import Report
    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.deploy.following import Wish
    from lamed_tui.deploy.options import Options
    from lamed_tui.deploy.plan import Plan


class CtrlC:
    """While AWS works, the first Ctrl-C asks what is meant, and a second one detaches.

    Where nobody can answer, the first one detaches.
    """

    def __init__(self, *, can_ask: bool) -> None:
        self._can_ask = can_ask
        self._pressed = False
        self._impatient: signal.Handlers | Callable[..., object] | int | None = None

    def ask_from_now_on(self) -> None:
        """AWS has begun."""
        if self._can_ask and self._impatient is None and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            self._impatient = signal.signal(signal.SIGINT, self._press)

    def wish(self) -> Wish:
        """What whoever pressed it wants; to go on following when nobody did."""
        from lamed_tui.deploy.following import Wish

        if not self._pressed:
            return Wish.FOLLOW
        signal.signal(signal.SIGINT, self._impatient or signal.default_int_handler)
        answer = click.prompt(
            "\nAWS is at work. [f]ollow on, [d]etach and let it finish, or [c]ancel and undo it",
            type=click.Choice(["f", "d", "c"]),
            default="f",
            err=True,
        )
        self._pressed = False
        signal.signal(signal.SIGINT, self._press)
        return {"f": Wish.FOLLOW, "d": Wish.DETACH, "c": Wish.CANCEL}[str(answer)]

    def _press(self, *_: object) -> None:
        if self._pressed:
            raise KeyboardInterrupt
        self._pressed = True


def confirming(*, yes: bool, plan_only: bool = False) -> Callable[[Plan], bool]:
    """Who answers to a plan: the flags, or the person at the terminal."""
    from lamed_tui.cli.deploy_report import ask

    if yes or plan_only:
        return lambda _plan: yes and not plan_only
    return ask


def mending(*, yes: bool, plan_only: bool = False) -> Callable[[str], bool]:
    """Who answers when a stack is stuck: the flags, or the person at the terminal."""
    if yes or plan_only:
        return lambda _question: yes and not plan_only
    return lambda question: click.confirm(question, default=False, err=True)


def options_of(ctrl_c: CtrlC, report: Report, *, yes: bool, plan_only: bool, smoke_test: bool) -> Options:
    """How a deployment or a rollback is to go, by the flags and the person at the terminal."""
    from lamed_tui.deploy.options import Options

    return Options(
        confirm=confirming(yes=yes, plan_only=plan_only),
        mend=mending(yes=yes, plan_only=plan_only),
        wish=ctrl_c.wish,
        on_live=report.found_live,
        smoke_test=smoke_test,
    )


def refuse_without_a_person(deed: str, *, yes: bool, more: str = "") -> None:
    """Stop where a question could not be answered.

    Raises:
        UsageError: standard input is not a terminal, and --yes was not given.
    """
    from lamed_tui.errors import UsageError

    if not (yes or sys.stdin.isatty()):
        raise UsageError(
            f"Nobody is there to confirm {deed}: standard input is not a terminal.",
            f"Add --yes to go on without asking{more}.",
        )


def follow(
    events: Generator[DeployEvent, None, None],
    report: Report,
    ctrl_c: CtrlC | None = None,
    *,
    plan_only: bool = False,
) -> ExitCode:
    """Tell every event; Ctrl-C takes back what AWS has not begun, and asks or leaves to AWS what it has.

    Args:
        plan_only: whether the plan is all that was asked for, so that a no to it is no refusal.
    """
    from lamed_tui.cli.signals import ended_by_signals
    from lamed_tui.deploy.events import Applying, Attached, Declined, Detached, Mending

    left = _LeftBehind()
    outcome = ExitCode.OK
    try:
        with ended_by_signals(), closing(events):
            for event in events:
                left.happened(event)
                if isinstance(event, Applying | Attached | Mending) and ctrl_c is not None:
                    ctrl_c.ask_from_now_on()
                elif isinstance(event, Declined) and not plan_only:
                    outcome = ExitCode.DECLINED
                elif isinstance(event, Detached):
                    raise KeyboardInterrupt  # noqa: TRY301 - detached by choice ends like detached by signal
                report.tell(event)
    except (KeyboardInterrupt, click.Abort):
        report.close()
        report.failed(None)
        say(left.farewell)
        return ExitCode.INTERRUPTED
    report.close()
    if outcome is ExitCode.DECLINED:
        say(f"Declined: {left.unchanged}")
    return outcome


class _LeftBehind:
    """What an operation that ends now leaves behind, in words."""

    def __init__(self) -> None:
        self.unchanged = "nothing was changed."
        self.farewell = f"Interrupted: {self.unchanged}"

    def happened(self, event: DeployEvent) -> None:
        from lamed_tui.deploy import wording
        from lamed_tui.deploy.events import (
            Applying,
            Attached,
            Detached,
            Mending,
            Planned,
            ResourceChanged,
            SmokeChecked,
        )

        match event:
            case Mending():
                self.unchanged = f"nothing else was changed: {event.stack} was led out of {event.status}."
                self.farewell = f"Interrupted. {wording.NOT_BEGUN}"
            case Planned():
                self.farewell = f"Interrupted: {self.unchanged}"
            case Applying():
                self.farewell = f"Interrupted. {wording.NOT_BEGUN}"
            case Attached() | ResourceChanged() | Detached():
                self.farewell = wording.DETACHED
            case SmokeChecked():
                self.farewell = "Interrupted: the deployment is live, but its test was not finished."


def told(run: Callable[[], ExitCode], report: Report) -> ExitCode:
    """Run a command so that its report ends in order whatever it raises.

    Raises:
        LamedError: what the command raised.
    """
    try:
        return run()
    except LamedError as error:
        report.close()
        report.failed(error)
        raise
