"""`lamed delete` and `lamed reset`: taking an experiment's counts away."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.output import say
from lamed_tui.cli.sources import namespace_option, watched_source
from lamed_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamed_tui.cli.context import Invocation
    from lamed_tui.config.model import Config

_YES = click.option("--yes", is_flag=True, help="Do not ask.")
_NAMESPACE = namespace_option("The experiment's namespace; else the configured one.")


@click.command()
@click.argument("experiment")
@_YES
@_NAMESPACE
@pass_invocation
def delete(invocation: Invocation, *, experiment: str, yes: bool, namespace: str | None) -> int:
    """Delete an experiment.

    Its counts go, its history, and what is remembered of its events. Pages that still run it will make it appear again.
    """
    from lamed_tui.store.removal import delete_experiment

    return _remove(invocation, experiment, namespace, yes=yes, verb="delete", remove=delete_experiment)


@click.command()
@click.argument("experiment")
@_YES
@_NAMESPACE
@pass_invocation
def reset(invocation: Invocation, *, experiment: str, yes: bool, namespace: str | None) -> int:
    """Start an experiment anew.

    Every count becomes 0, and its history is deleted.
    """
    from lamed_tui.store.removal import reset_experiment

    return _remove(invocation, experiment, namespace, yes=yes, verb="reset", remove=reset_experiment)


def _remove(
    invocation: Invocation,
    name: str,
    namespace: str | None,
    *,
    yes: bool,
    verb: str,
    remove: Callable[[Config, str, str], None],
) -> int:
    from lamed_tui.experiments.names import printable
    from lamed_tui.experiments.selection import select
    from lamed_tui.experiments.wording import plural

    config = invocation.load().config
    space = namespace or config.namespace
    with watched_source(config, space, "redis") as source:
        (experiment,) = select(source.read(), [name]).experiments
    conversions = plural(experiment.events - experiment.visitors, "conversion")
    where = f"{printable(space)} at {config.redis.location}"
    say(f'"{printable(experiment.name)}" in {where}: {plural(experiment.visitors, "visitor")} and {conversions}.')
    say("  They cannot be brought back.")
    if not yes and not _confirmed(experiment.name, verb):
        say("Nothing was changed.")
        return ExitCode.DECLINED
    remove(config, space, experiment.name)
    say(f"{printable(experiment.name)}: {'deleted' if verb == 'delete' else 'every count is 0'}.")
    return ExitCode.OK


def _confirmed(name: str, verb: str) -> bool:
    """Whether the person types the name, or what is shown of it.

    Raises:
        UsageError: there is nobody to ask.
    """
    from lamed_tui.experiments.names import printable

    if not sys.stdin.isatty():
        raise UsageError(f"This would {verb} an experiment, and there is no terminal to confirm it.", "Add --yes.")
    typed: str = click.prompt(f"Type the experiment's name to {verb} it", default="", show_default=False, err=True)
    return typed in {name, printable(name)}
