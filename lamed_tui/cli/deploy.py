"""`lamed deploy`, `lamed status` and `lamed package`."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.following import CtrlC, follow, options_of, refuse_without_a_person, told
from lamed_tui.cli.output import print_json, say, write_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamed_tui.cli.context import Invocation
    from lamed_tui.cli.deploy_report import Report
    from lamed_tui.deploy.drift import Drifted
    from lamed_tui.deploy.status import Status
    from lamed_tui.errors import ExitCode
    from lamed_tui.preflight.subject import Subject

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
    refuse_without_a_person("the deployment", yes=yes or plan_only, more=", or --plan to see what would change")
    from lamed_tui.cli.deploy_report import HumanReport, JsonReport
    from lamed_tui.deploy import engine
    from lamed_tui.preflight.subject import Subject

    report: Report = JsonReport() if as_json else HumanReport(plan_is_the_answer=plan_only)
    ctrl_c = CtrlC(can_ask=not (yes or as_json))

    def run() -> ExitCode:
        # The deployment uses what the checks have fetched: AWS's clients, the package.
        subject = Subject(invocation.load(), os.environ)
        aws = subject.aws
        if not (no_preflight or plan_only):
            _check_first(subject, report)
        options = options_of(ctrl_c, report, yes=yes, plan_only=plan_only, smoke_test=not no_smoke)
        events = engine.deploy(subject.config, aws, package=subject.package, options=options)
        return follow(events, report, ctrl_c, plan_only=plan_only)

    return told(run, report)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--show-key", is_flag=True, help="Show the API key too.")
@click.option("--drift", "with_drift", is_flag=True, help="Let AWS compare what is there with what was made.")
@pass_invocation
def status(invocation: Invocation, *, as_json: bool, show_key: bool, with_drift: bool) -> None:
    """Show what is deployed and where it answers."""
    from lamed_tui.aws.session import connect
    from lamed_tui.deploy import drift
    from lamed_tui.deploy import status as deployed
    from lamed_tui.deploy.clock import Clock

    config = invocation.load().config
    aws = connect(config.aws, os.environ)
    found = deployed.read(aws, config, show_key=show_key)
    drifted = drift.detect(aws, found.stack_id, Clock()) if with_drift and found.stack_id else None
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
                **({"drift": [asdict(item) for item in drifted]} if drifted is not None else {}),
            }
        )
    else:
        _print_status(found, show_key=show_key)
        if drifted is not None:
            _print_drift(drifted)


@click.command()
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write the zip.",
)
def package(*, output: Path) -> None:
    """Write the Lambda package.

    The same version always gives the same bytes.
    """
    from lamed_tui.deploy import package as packages

    built = packages.build()
    write_file(output, built.content)
    click.echo(f"{output}: {len(built.content)} bytes, sha256 {built.sha256}")


def _check_first(subject: Subject, report: Report) -> None:
    """Run the checks of `lamed preflight`; warnings are told, and a failure ends the deployment before it begins."""
    from lamed_tui.deploy.events import Warned
    from lamed_tui.errors import DeployError
    from lamed_tui.preflight.checklist import checklist
    from lamed_tui.preflight.schedule import run_all
    from lamed_tui.preflight.summary import obstacles

    with closing(subject):
        results = list(run_all(checklist(subject)))
    failed = obstacles(results)
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
    stuck = [result for result in results if result.state == "fail"]
    if stuck:
        problems = " ".join(f"{result.title}: {result.detail}" for result in stuck)
        report.note(f"{len(stuck)} of {len(results)} checks failed, which the deployment sees to itself. {problems}")
    else:
        report.note(f"None of {len(results)} checks failed.")


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


def _print_drift(drifted: Sequence[Drifted]) -> None:
    from lamed_tui.deploy import wording

    if not drifted:
        click.echo(f"No drift: {wording.AS_MADE}.")
    for item in drifted:
        click.echo(f"Drift: {wording.drift_title(item)}")
        for one in item.differences:
            click.echo(f"  {wording.drift_values(one)}")
