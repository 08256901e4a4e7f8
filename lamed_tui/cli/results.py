"""`lamed results`: one look at the counters. `lamed watch`: looking again and again."""

from __future__ import annotations

import select
import shlex
import sys
import time
from typing import TYPE_CHECKING

import click

from lamed_tui.cli import numbers
from lamed_tui.cli.console import INTERVAL
from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.output import print_json, print_json_line, say, say_command, table_console
from lamed_tui.cli.sources import source_options, watched_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lamed_tui.cli.context import Invocation
    from lamed_tui.errors import StoreError
    from lamed_tui.experiments.assessment import Assessment
    from lamed_tui.experiments.snapshot import Snapshot

PLAIN_INTERVAL = 5.0  # what is read aloud must not be overtaken all the time


@click.command()
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]...")
@click.option("--json", "form", flag_value="json", help="Print one JSON document.")
@click.option("--csv", "form", flag_value="csv", help="Print comma-separated values, one line a variant and goal.")
@click.option("--markdown", "form", flag_value="markdown", help="Print Markdown, for a pull request.")
@click.option("--plain", "form", flag_value="plain", help="Print flat text: for screen readers.")
@source_options
@pass_invocation
def results(
    invocation: Invocation, *, experiments: tuple[str, ...], form: str | None, namespace: str | None, source: str | None
) -> None:
    """Show what the counters prove now.

    All experiments are shown, or the named ones.
    """
    from lamed_tui.experiments.assessing import Assessor
    from lamed_tui.experiments.document import snapshot_document
    from lamed_tui.experiments.selection import select
    from lamed_tui.experiments.table import as_csv, as_markdown

    config = invocation.load().config
    with watched_source(config, namespace, source) as opened:
        snapshot = select(opened.read(), experiments)
        assessments = Assessor(opened, config.experiments, clock=time.monotonic).assess(snapshot)
        label = opened.label
    match form:
        case "json":
            print_json(snapshot_document(snapshot, assessments))
        case "csv":
            click.echo(as_csv(snapshot, assessments), nl=False)
        case "markdown":
            click.echo(as_markdown(snapshot, assessments), nl=False)
        case _ if not snapshot.experiments:
            say(f'No events have been counted in the namespace "{snapshot.namespace}" of {label} yet.')
            say("  Put the snippet into a page (lamed snippet), or name another namespace with --namespace.")
        case "plain":
            _plain_printer(label)(snapshot, assessments)
        case _:
            from lamed_tui.cli.results_table import print_results

            print_results(table_console(), snapshot, assessments)
    _say_what_to_decide(assessments)


@click.command()
@click.option("--plain", is_flag=True, help="Print flat text, then only the lines that change: for screen readers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document a line, one a refresh.")
@click.option(
    "--interval",
    type=numbers.INTERVAL,
    metavar="SECONDS",
    help=f"Time between refreshes; {INTERVAL:g} by default, {PLAIN_INTERVAL:g} with --plain.",
)
@click.option("--read-only", is_flag=True, help="In the console: leave out everything that changes something.")
@click.option(
    "--print-on-exit",
    "prints_snippet",
    is_flag=True,
    help="In the console: print the snippet that was built, at its end.",
)
@click.option("--count", type=click.IntRange(1), metavar="N", help="Stop after N refreshes (with --plain or --json).")
@source_options
@pass_invocation
def watch(
    invocation: Invocation,
    *,
    plain: bool,
    as_json: bool,
    interval: float | None,
    count: int | None,
    namespace: str | None,
    source: str | None,
    read_only: bool,
    prints_snippet: bool,
) -> int | None:
    """Watch the counters, in the console or as text."""
    if plain and as_json:
        raise click.UsageError("--plain and --json exclude each other.")
    if not (plain or as_json):
        if count is not None:
            raise click.UsageError("--count needs --plain or --json.")
        from lamed_tui.cli.console import open_console

        return open_console(
            invocation,
            namespace=namespace,
            interval=interval or INTERVAL,
            source=source,
            read_only=read_only,
            prints_snippet=prints_snippet,
        )

    from lamed_tui.experiments import watching
    from lamed_tui.experiments.assessing import Assessor

    config = invocation.load().config
    with watched_source(config, namespace, source) as opened:
        assessor = Assessor(opened, config.experiments, clock=time.monotonic)
        printed = _plain_printer(opened.label) if plain else _print_document

        def read() -> tuple[Snapshot, Mapping[str, Assessment]]:
            snapshot = opened.read()
            return snapshot, assessor.assess(snapshot)  # asks for the series now and then

        watching.watch(
            read,
            interval=interval or (PLAIN_INTERVAL if plain else INTERVAL),
            count=count,
            show=lambda reading: printed(*reading),
            complain=_complain,
            sleep=_wait_while_read,
            clock=time.monotonic,
        )
    return None


def _print_document(snapshot: Snapshot, assessments: Mapping[str, Assessment]) -> None:
    from lamed_tui.experiments.document import snapshot_document

    print_json_line(snapshot_document(snapshot, assessments))


def _plain_printer(label: str) -> Callable[[Snapshot, Mapping[str, Assessment]], None]:
    """Print everything at first, and later only what reads differently: nothing is read aloud twice."""
    from lamed_tui.experiments.plain import changed_lines, clock_text, flat_lines, heading

    before: dict[tuple[str, str | None, str | None], str] | None = None

    def show(snapshot: Snapshot, assessments: Mapping[str, Assessment]) -> None:
        nonlocal before
        now = flat_lines(snapshot, assessments)
        changes = changed_lines(before or {}, now)
        if before is None:
            click.echo(heading(snapshot, label))
        elif changes:
            click.echo(f"Changes at {clock_text(snapshot)}")
        if changes:
            click.echo("\n".join(changes))
        sys.stdout.flush()
        before = now

    return show


def _complain(error: StoreError, age: float, delay: float) -> None:
    from lamed_tui.experiments.wording import duration_text

    say(f"{error.what} The data shown is {duration_text(age)} old; retrying in {duration_text(delay)}.")


def _wait_while_read(seconds: float) -> None:
    """Sleep, unless whoever reads stdout leaves: without changes to print, nothing else would tell.

    Raises:
        BrokenPipeError: the reader has left.
    """
    poller = select.poll()
    poller.register(sys.stdout.fileno(), 0)  # errors and hang-ups are always reported
    if poller.poll(seconds * 1000):
        raise BrokenPipeError


def _say_what_to_decide(assessments: Mapping[str, Assessment]) -> None:
    """Tell, on stderr, which experiments cannot be judged until somebody names their control."""
    from lamed_tui.config.documents import key_of
    from lamed_tui.experiments.names import printable
    from lamed_tui.experiments.statistics.conclusion import ConclusionCode

    for name, one in assessments.items():
        if one.conclusion.code in {ConclusionCode.NO_CONTROL, ConclusionCode.CONTROL_UNSEEN}:
            why = "no control is known" if one.experiment.control is None else "its control was never seen"
            say(f"{printable(name)}: {why}, so nothing is compared.")
            if printable(name) == name:
                key = shlex.quote(f"{key_of(['experiments', name, 'control'])}=VARIANT")
                say_command(f"  Name it: lamed configure --set {key}")
            else:  # what is shown of it is not its name, and would be configured as another experiment
                say("  Name it on the monitor: lamed watch")
