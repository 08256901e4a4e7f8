"""`lamed releases`, `lamed rollback` and `lamed destroy`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.following import CtrlC, confirming, follow, options_of, refuse_without_a_person, told
from lamed_tui.cli.output import print_json, say, table_console

if TYPE_CHECKING:
    from lamed_tui.cli.context import Invocation
    from lamed_tui.cli.deploy_report import Report
    from lamed_tui.deploy.releases import Release
    from lamed_tui.deploy.status import Listing
    from lamed_tui.errors import ExitCode


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_invocation
def releases(invocation: Invocation, *, as_json: bool) -> None:
    """Show what was deployed when, the newest first."""
    from lamed_tui.aws.session import connect
    from lamed_tui.deploy import status

    config = invocation.load().config
    listing = status.read_releases(connect(config.aws, os.environ), config)
    if as_json:
        print_json([{**_document(record), "live": record.release == listing.live} for record in listing.releases])
    elif not listing.releases:
        say(f"There are no releases of {listing.name} in {listing.region}. Make the first with: lamed deploy")
    else:
        _print_releases(listing)


def _document(record: Release) -> dict[str, object]:
    return {
        "release": record.release,
        "deployed_at": record.deployed_at,
        "deployed_by": record.deployed_by,
        "tool": record.tool,
        "package": record.package,
        "tested_at": record.tested_at,
        "restores": record.restores,
    }


def _print_releases(listing: Listing) -> None:
    from rich.table import Table

    from lamed_tui.deploy import wording

    table = Table(box=None, pad_edge=False)
    for name in ("release", "deployed at", "by", "lamed-tui", "smoke test", ""):
        table.add_column(name, overflow="fold")
    for record in listing.releases:
        table.add_row(
            str(record.release),
            wording.when(record),
            wording.by_whom(record),
            record.tool,
            wording.tested(record),
            wording.release_notes(record, listing.live),
        )
    table_console().print(table)


@click.command()
@click.argument("release", type=click.IntRange(min=1), required=False)
@click.option("--yes", is_flag=True, help="Go on without asking.")
@click.option("--plan", "plan_only", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--no-smoke", is_flag=True, help="Do not try the deployed URL afterwards.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line; the last is the result.")
@pass_invocation
def rollback(
    invocation: Invocation, *, release: int | None, yes: bool, plan_only: bool, no_smoke: bool, as_json: bool
) -> int:
    """Return to an earlier release.

    Without RELEASE, to the latest earlier one that passed its smoke test.
    """
    refuse_without_a_person("the rollback", yes=yes or plan_only, more=", or --plan to see what would change")
    from lamed_tui.aws.session import connect
    from lamed_tui.cli.deploy_report import HumanReport, JsonReport
    from lamed_tui.deploy import engine

    report: Report = JsonReport() if as_json else HumanReport(plan_is_the_answer=plan_only)
    ctrl_c = CtrlC(can_ask=not (yes or as_json))

    def run() -> ExitCode:
        config = invocation.load().config
        options = options_of(ctrl_c, report, yes=yes, plan_only=plan_only, smoke_test=not no_smoke)
        events = engine.rollback(config, connect(config.aws, os.environ), release, options=options)
        return follow(events, report, ctrl_c, plan_only=plan_only)

    return told(run, report)


@click.command()
@click.option("--yes", is_flag=True, help="Go on without asking.")
@click.option("--artefacts", "with_artefacts", is_flag=True, help="Remove release records and packages too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line; the last is the result.")
@pass_invocation
def destroy(invocation: Invocation, *, yes: bool, with_artefacts: bool, as_json: bool) -> int:
    """Remove the backend from AWS; counters in Redis stay."""
    refuse_without_a_person("the destruction", yes=yes)
    from lamed_tui.aws.session import connect
    from lamed_tui.cli.deploy_report import HumanReport, JsonReport
    from lamed_tui.deploy import destroy as destruction
    from lamed_tui.deploy.options import Options

    report: Report = JsonReport() if as_json else HumanReport(plan_is_the_answer=False)
    ctrl_c = CtrlC(can_ask=not (yes or as_json))

    def run() -> ExitCode:
        config = invocation.load().config
        options = Options(confirm=confirming(yes=yes), wish=ctrl_c.wish)
        events = destruction.destroy(
            config, connect(config.aws, os.environ), with_artefacts=with_artefacts, options=options
        )
        return follow(events, report, ctrl_c)

    return told(run, report)
