"""`lamed adopt`: pages that were set up with 0.4.3 keep their URL."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.following import mending, refuse_without_a_person, told
from lamed_tui.cli.output import print_json_line, say
from lamed_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from lamed_tui.cli.context import Invocation
    from lamed_tui.cli.deploy_report import Report
    from lamed_tui.deploy.adopt import Stepped
    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.deploy.legacy_api import Legacy
    from lamed_tui.deploy.plan import Plan


@click.command()
@click.option("--api", metavar="ID", help="The API's id, when there are several.")
@click.option("--undo", "undoing", is_flag=True, help="Give the API back to 0.4.3.")
@click.option("--yes", is_flag=True, help="Go on without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@pass_invocation
def adopt(invocation: Invocation, *, api: str | None, undoing: bool, yes: bool, as_json: bool) -> int:
    """Take over an API deployed by lamed 0.4.3.

    Its URL then counts through the new functions, and --undo gives it back.
    """
    refuse_without_a_person("the adoption", yes=yes)
    from lamed_tui.aws.session import connect
    from lamed_tui.cli.deploy_report import HumanReport, JsonReport
    from lamed_tui.deploy import adopt as adoption
    from lamed_tui.deploy.clock import Clock
    from lamed_tui.deploy.options import Options

    report: Report = JsonReport() if as_json else HumanReport(plan_is_the_answer=False)

    def run() -> ExitCode:
        config = invocation.load().config
        aws = connect(config.aws, os.environ)
        if undoing:
            if not _agree("Give the API back to 0.4.3?", yes=yes):
                return ExitCode.DECLINED
            for step in adoption.undo(config, aws, Clock(), api):
                _tell(step, report, as_json=as_json)
            return ExitCode.OK
        chosen = adoption.Adopting(
            choose=_choose,
            agree=lambda question: _agree(question, yes=yes),
            deployment=Options(confirm=_confirming_what_breaks(yes=yes), mend=mending(yes=yes)),
        )
        return _follow(adoption.adopt(config, aws, chosen, api), report, as_json=as_json)

    outcome = told(run, report)
    report.close()
    if outcome is ExitCode.DECLINED:
        say("Declined. What was done until then stays; lamed adopt goes on from there.")
    return outcome


def _follow(events: Generator[DeployEvent | Stepped, None, bool], report: Report, *, as_json: bool) -> ExitCode:
    from lamed_tui.cli.signals import ended_by_signals

    done = False

    def walk() -> Generator[DeployEvent | Stepped, None, None]:
        nonlocal done
        done = yield from events

    try:
        with ended_by_signals(), closing(events):
            for event in walk():
                _tell(event, report, as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        report.close()
        say("Interrupted. lamed adopt goes on from here, lamed adopt --undo takes it back.")
        return ExitCode.INTERRUPTED
    return ExitCode.OK if done else ExitCode.DECLINED


def _tell(event: DeployEvent | Stepped, report: Report, *, as_json: bool) -> None:
    from lamed_tui.deploy.adopt import Stepped

    if not isinstance(event, Stepped):
        report.tell(event)
    elif as_json:
        print_json_line({"type": "event", "event": "step", "text": event.text})
    else:
        report.note(event.text)


def _confirming_what_breaks(*, yes: bool) -> Callable[[Plan], bool]:
    """The deployment was agreed to already; not that something of the people who use a backend stops working."""
    from lamed_tui.cli.following import confirming

    ask = confirming(yes=yes)
    return lambda plan: not any(consequence.grave for consequence in plan.consequences) or ask(plan)


def _agree(question: str, *, yes: bool) -> bool:
    return yes or click.confirm(question, default=False, err=True)


def _choose(found: Sequence[Legacy]) -> Legacy:
    for legacy in found:
        say(f"{legacy.api}  made {legacy.created or 'some time ago'}  {', '.join(legacy.paths)}")
    ids = [legacy.api for legacy in found]
    if not os.isatty(0):
        raise UsageError("There are several APIs that lamed 0.4.3 may have made.", f"Name one: --api {ids[0]}")
    answer = click.prompt("Which API is it?", type=click.Choice(ids), err=True)
    return next(legacy for legacy in found if legacy.api == answer)
