"""`lamed deploy`, `lamed status` and `lamed package`."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.output import print_json, say
from lamed_tui.errors import ExitCode, LamedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from lamed_tui.cli.context import Invocation
    from lamed_tui.cli.deploy_report import Report
    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.deploy.plan import Plan
    from lamed_tui.deploy.status import Status

_TOLD_BY_THE_ENGINE = {"config.endpoints", "package.template"}
"""Checks whose warnings a deployment gives itself."""


@click.command()
@click.option("--yes", is_flag=True, help="Go on without asking.")
@click.option("--plan", "plan_only", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--no-preflight", is_flag=True, help="Skip the checks that come first.")
@click.option("--no-smoke", is_flag=True, help="Do not try the deployed URL afterwards.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line; the last is the result.")
@pass_invocation
def deploy(
    invocation: Invocation, *, yes: bool, plan_only: bool, no_preflight: bool, no_smoke: bool, as_json: bool
) -> int:
    """Deploy the backend to AWS: plan, confirm, apply, try it."""
    if not (yes or plan_only or sys.stdin.isatty()):
        raise UsageError(
            "Nobody is there to confirm the deployment: standard input is not a terminal.",
            "Add --yes to go on without asking, or --plan to see what would change.",
        )
    from lamed_tui.aws.session import connect
    from lamed_tui.cli.deploy_report import HumanReport, JsonReport, ask
    from lamed_tui.deploy import engine

    report: Report = JsonReport() if as_json else HumanReport(plan_is_the_answer=plan_only)
    confirm: Callable[[Plan], bool] = ask
    if yes or plan_only:
        confirm = _answering(yes=yes and not plan_only)
    try:
        config = invocation.load().config
        aws = connect(config.aws, os.environ)
        if not (no_preflight or plan_only):
            _check_first(invocation, report)
        options = engine.Options(confirm=confirm, smoke_test=not no_smoke)
        outcome = _follow(engine.deploy(config, aws, options=options), report)
    except LamedError as error:
        report.close()
        report.failed(error)
        raise
    if outcome is ExitCode.DECLINED and plan_only:
        return ExitCode.OK
    if outcome is ExitCode.DECLINED:
        say("Declined: nothing was changed.")
    return outcome


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--show-key", is_flag=True, help="Show the API key too.")
@pass_invocation
def status(invocation: Invocation, *, as_json: bool, show_key: bool) -> None:
    """Show what is deployed and where it answers."""
    from lamed_tui.aws.session import connect
    from lamed_tui.deploy import status as deployed

    config = invocation.load().config
    found = deployed.read(connect(config.aws, os.environ), config, show_key=show_key)
    if as_json:
        print_json(
            {
                "name": found.name,
                "stack_status": found.stack_status,
                "release": found.release,
                "region": found.region,
                "base_url": found.base_url,
                "endpoints": [dict(endpoint.as_json()) for endpoint in found.endpoints],
                "api_key": found.api_key,
            }
        )
    else:
        _print_status(found, show_key=show_key)


@click.command()
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write the zip.",
)
def package(*, output: Path) -> None:
    """Write the Lambda package; the same version always gives the same bytes."""
    from lamed_tui.deploy import package as packages

    built = packages.build()
    try:
        output.write_bytes(built.content)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.", "Name another file.") from None
    click.echo(f"{output}: {len(built.content)} bytes, sha256 {built.sha256}")


def _check_first(invocation: Invocation, report: Report) -> None:
    """Run the checks of `lamed preflight`; warnings are told, and a failure ends the deployment before it begins."""
    from lamed_tui.deploy.events import Warned
    from lamed_tui.errors import DeployError
    from lamed_tui.preflight.run import run_checks

    results = list(run_checks(invocation.load, os.environ))
    failed = [result for result in results if result.state == "fail"]
    if failed:
        problems = " ".join(f"{result.title}: {result.detail}" for result in failed)
        error = DeployError(
            f"Not ready to deploy, {len(failed)} of {len(results)} checks failed. {problems}",
            f"{failed[0].fix} All checks: lamed preflight. To deploy all the same: --no-preflight.".lstrip(),
        )
        error.exit_code = failed[0].exit_code
        raise error
    for result in results:
        if result.state == "warn" and result.id not in _TOLD_BY_THE_ENGINE:
            report.tell(Warned(f"{result.title}: {result.detail} {result.fix}".rstrip()))
    report.note(f"None of {len(results)} checks failed.")


def _answering(*, yes: bool) -> Callable[[Plan], bool]:
    return lambda _plan: yes


def _follow(events: Generator[DeployEvent, None, None], report: Report) -> ExitCode:
    """Tell every event; Ctrl-C takes back what AWS has not begun, and leaves to AWS what it has."""
    from lamed_tui.cli.signals import ended_by_signals
    from lamed_tui.deploy.events import Applying, Attached, Declined, SmokeChecked

    farewell = "Interrupted: nothing was changed."
    outcome = ExitCode.OK
    try:
        with ended_by_signals(), closing(events):
            for event in events:
                if isinstance(event, Applying | Attached):
                    farewell = (
                        "Detached: what AWS has begun it also finishes. lamed deploy follows it, lamed status shows it."
                    )
                elif isinstance(event, SmokeChecked):
                    farewell = "Interrupted: the deployment is live, but its test was not finished."
                elif isinstance(event, Declined):
                    outcome = ExitCode.DECLINED
                report.tell(event)
    except (KeyboardInterrupt, click.Abort):
        report.close()
        report.failed(None)
        say(farewell)
        return ExitCode.INTERRUPTED
    report.close()
    return outcome


def _print_status(found: Status, *, show_key: bool) -> None:
    from lamed_tui.cli.deploy_report import print_endpoints

    if found.stack_status is None:
        say(f"{found.name} is not deployed in {found.region}. Deploy it with: lamed deploy")
        return
    release = f"release {found.release}, " if found.release else ""
    click.echo(f"{found.name}: {release}{found.stack_status} in {found.region}")
    print_endpoints(found.endpoints)
    if show_key and found.api_key:
        click.echo(f"API key {found.api_key}")
