"""`lamed results`: one look at the counters. `lamed watch`: looking again and again."""

from __future__ import annotations

import select
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.output import print_json, print_json_line, say, table_console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.table import Table

    from lamed_tui.cli.context import Invocation
    from lamed_tui.errors import StoreError
    from lamed_tui.experiments.snapshot import Experiment, Snapshot
    from lamed_tui.experiments.source import SnapshotSource

DEFAULT_INTERVAL = 2.0
PLAIN_INTERVAL = 5.0  # what is read aloud must not be overtaken all the time

namespace_option = click.option("--namespace", metavar="NAME", help="The namespace to read; else the configured one.")


@click.command()
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@namespace_option
@pass_invocation
def results(invocation: Invocation, *, experiments: tuple[str, ...], as_json: bool, namespace: str | None) -> None:
    """Show what the counters say now, for all experiments or the named ones."""
    from lamed_tui.experiments.document import snapshot_document
    from lamed_tui.experiments.selection import select

    with redis_source(invocation, namespace) as source:
        snapshot = select(source.read(), experiments)
    if as_json:
        print_json(snapshot_document(snapshot))
    elif not snapshot.experiments:
        say(f'No events have been counted in the namespace "{snapshot.namespace}" of {source.label} yet.')
        say("  Put the snippet into a page (lamed snippet), or name another namespace with --namespace.")
    else:
        table_console().print(_table(snapshot))


@click.command()
@click.option("--plain", is_flag=True, help="Print flat text, then only the lines that change: for screen readers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document a line, one a refresh.")
@click.option(
    "--interval",
    type=click.FloatRange(0.2, 3600),
    metavar="SECONDS",
    help=f"Time between refreshes; {DEFAULT_INTERVAL:g} by default, {PLAIN_INTERVAL:g} with --plain.",
)
@click.option("--count", type=click.IntRange(1), metavar="N", help="Stop after N refreshes (with --plain or --json).")
@namespace_option
@pass_invocation
def watch(
    invocation: Invocation,
    *,
    plain: bool,
    as_json: bool,
    interval: float | None,
    count: int | None,
    namespace: str | None,
) -> int | None:
    """Watch the counters: in the console, or as text that other programs read."""
    if plain and as_json:
        raise click.UsageError("--plain and --json exclude each other.")
    if not (plain or as_json):
        if count is not None:
            raise click.UsageError("--count needs --plain or --json.")
        from lamed_tui.cli.console import open_console

        return open_console(invocation, namespace=namespace, interval=interval or DEFAULT_INTERVAL)

    from lamed_tui.experiments import watching
    from lamed_tui.experiments.document import snapshot_document

    with redis_source(invocation, namespace) as source:
        watching.watch(
            source,
            interval=interval or (PLAIN_INTERVAL if plain else DEFAULT_INTERVAL),
            count=count,
            show=_plain_printer(source.label) if plain else lambda taken: print_json_line(snapshot_document(taken)),
            complain=_complain,
            sleep=_wait_while_read,
            clock=time.monotonic,
        )
    return None


def _plain_printer(label: str) -> Callable[[Snapshot], None]:
    """Print everything at first, and later only what reads differently: nothing is read aloud twice."""
    from lamed_tui.experiments.plain import changed_lines, clock_text, flat_lines, heading

    before: dict[tuple[str, str | None, str | None], str] | None = None

    def show(snapshot: Snapshot) -> None:
        nonlocal before
        now = flat_lines(snapshot)
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


@contextmanager
def redis_source(invocation: Invocation, namespace: str | None) -> Iterator[SnapshotSource]:
    """The configured Redis as a source of snapshots, closed at the end.

    Raises:
        ConfigError: the settings cannot be read.
    """
    from lamed_tui.experiments.source import RedisSource
    from lamed_tui.store.connect import open_store

    config = invocation.load().config
    with open_store(config.redis) as store:
        yield RedisSource(store, namespace or config.namespace, config.experiments)


def _table(snapshot: Snapshot) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table("Experiment", "Goal", "Variant")
    for heading in ("Visitors", "Conversions", "Rate"):
        table.add_column(heading, justify="right", no_wrap=True)
    for experiment in snapshot.experiments:
        for row in _rows(experiment):
            table.add_row(*(Text(cell) for cell in row))
        table.add_section()
    return table


def _rows(experiment: Experiment) -> Iterator[tuple[str, ...]]:
    """An experiment's rows; its name and each goal's stand in their first row only."""
    from lamed_tui.experiments.names import printable
    from lamed_tui.experiments.wording import UNKNOWN, count_text, rate_text

    heading = printable(experiment.name)

    def label(variant: str) -> str:
        return printable(variant) + (" (control)" if variant == experiment.control else "")

    for goal in experiment.goals:
        title = printable(goal.name)
        for one in goal.variants:
            counts = (count_text(one.visitors), count_text(one.conversions), rate_text(one.rate))
            yield heading, title, label(one.name), *counts
            heading = title = ""
    if not experiment.goals:
        for variant in experiment.variants:
            yield heading, UNKNOWN, label(variant.name), count_text(variant.visitors), UNKNOWN, UNKNOWN
            heading = ""
    if not experiment.variants:
        yield heading, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
