"""`lamed results`: one look at the counters. `lamed watch`: looking again and again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.output import print_json, say, table_console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from lamed_tui.cli.context import Invocation
    from lamed_tui.experiments.snapshot import Experiment, Snapshot
    from lamed_tui.experiments.source import SnapshotSource

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
