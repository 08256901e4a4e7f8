"""`lamed logs`: what the handlers wrote, over all functions, in the order of time."""

from __future__ import annotations

import os
import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.output import print_json_line, say
from lamed_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from lamed_tui.cli.context import Invocation
    from lamed_tui.deploy.logs import Level, Line

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_STYLES: Mapping[Level, str] = {"debug": "dim", "info": "", "warning": "yellow", "error": "bold red"}


def _length_of_time(_context: click.Context, _option: click.Parameter, value: str) -> timedelta:
    """90s, 10m, 2h or 3d."""
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", value.strip())
    if not found:
        raise click.BadParameter(f"{value} is not a length of time such as 90s, 10m, 2h or 3d.")
    return timedelta(seconds=int(found.group(1)) * _UNITS[found.group(2)])


@click.command()
@click.option("--follow", is_flag=True, help="Go on with new lines as they come, until Ctrl-C.")
@click.option("--function", "wanted", multiple=True, metavar="NAME", help="Only this function; may be repeated.")
@click.option(
    "--since", callback=_length_of_time, default="10m", show_default=True, metavar="TIME", help="How far to look back."
)
@click.option("--all", "everything", is_flag=True, help="Show Lambda's own lines about starts and ends too.")
@click.option("--plain", is_flag=True, help="No colours, one line a line.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@pass_invocation
def logs(
    invocation: Invocation,
    *,
    follow: bool,
    wanted: Sequence[str],
    since: timedelta,
    everything: bool,
    plain: bool,
    as_json: bool,
) -> None:
    """Show the handlers' logs."""
    from lamed_tui.aws.session import connect
    from lamed_tui.deploy.clock import Clock
    from lamed_tui.deploy.logs import Tail
    from lamed_tui.deploy.status import log_groups

    config = invocation.load().config
    aws, clock = connect(config.aws, os.environ), Clock()
    groups = _chosen(log_groups(aws, config), wanted, config.name)
    if not groups:
        say(f"{config.name} is not deployed in {aws.region}. Deploy it with: lamed deploy")
        return
    tail = Tail(aws, groups, beginning(since, time.time()))
    console = _console(plain=plain)
    try:
        for line in tail.follow(clock, say) if follow else tail.read():
            if everything or line.level != "debug":
                _show(line, console, as_json=as_json)
    except KeyboardInterrupt:
        if not follow:  # to stop following is what Ctrl-C is for
            raise


def beginning(since: timedelta, now: float) -> int:
    """Where to begin, in milliseconds of the epoch, which CloudWatch knows nothing from before."""
    return max(0, int((now - since.total_seconds()) * 1000))


def _chosen(groups: Mapping[str, str], wanted: Sequence[str], name: str) -> Mapping[str, str]:
    """The log groups of the functions asked for, by their name in AWS or what is left of it without our prefix."""
    if not wanted or not groups:
        return groups
    chosen = {}
    for asked in wanted:
        function = asked if asked in groups else f"{name}-{asked}"
        if function not in groups:
            raise UsageError(f"There is no function {asked} in {name}.", f"It has: {', '.join(sorted(groups))}.")
        chosen[function] = groups[function]
    return chosen


def _console(*, plain: bool) -> Console:
    from rich.console import Console

    return Console(highlight=False, no_color=True if plain else None, force_terminal=False if plain else None)


def _show(line: Line, console: Console, *, as_json: bool) -> None:
    if as_json:
        print_json_line(line.as_json())
        return
    at = line.at.astimezone().strftime("%H:%M:%S.%f")[:-3]
    # Control characters in a log line must not reach the terminal.
    text = "".join(character if character.isprintable() else "·" for character in line.text)
    console.print(
        f"{at} {line.level:<7} {line.function} {text}", style=_STYLES[line.level], markup=False, soft_wrap=True
    )
