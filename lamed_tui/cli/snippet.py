"""`lamed snippet`: the JavaScript that puts an experiment into a page."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.addresses import tracking_endpoints
from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.output import say, write_file
from lamed_tui.errors import UsageError

if TYPE_CHECKING:
    from lamed_tui.cli.context import Invocation
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.events import EndpointUrl
    from lamed_tui.snippet.spec import Format, Goal, Variant


@click.command()
@click.option("--experiment", "--name", metavar="NAME", help="Else the first of the configuration, else an example.")
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="NAME[:WEIGHT]",
    help="Repeat for each variant. Weights are whole numbers; give every variant one, or none.",
)
@click.option("--goal", "goals", multiple=True, metavar="NAME", help="Counted once a visitor. Repeat for each goal.")
@click.option("--non-unique-goal", "repeatable_goals", multiple=True, metavar="NAME", help="Counted each time.")
@click.option("--sample", type=float, default=1.0, metavar="SHARE", help="Share of the visitors who take part: 0.5.")
@click.option("--user-id", metavar="EXPR", help="JavaScript for the id of the person signed in: currentUser.id.")
@click.option(
    "--trigger", metavar="EXPR", help='JavaScript, true when a visitor should take part: location.pathname === "/".'
)
@click.option("--namespace", metavar="NAME", help="Else the configured one.")
@click.option("--track-url", metavar="URL", help="Where events go; else the deployed stack is asked.")
@click.option("--endpoint", metavar="PATH", help="Which deployed tracking endpoint to use, such as /events.")
@click.option("--format", "form", type=click.Choice(["html", "module"]), default="html", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file, not stdout.")
@click.option("--copy", "copies", is_flag=True, help="Copy it, and do not print it: clipboard, tmux or terminal.")
@pass_invocation
def snippet(
    invocation: Invocation,
    *,
    experiment: str | None,
    variants: tuple[str, ...],
    goals: tuple[str, ...],
    repeatable_goals: tuple[str, ...],
    sample: float,
    user_id: str | None,
    trigger: str | None,
    namespace: str | None,
    track_url: str | None,
    endpoint: str | None,
    form: Format,
    output: Path | None,
    copies: bool,
) -> None:
    """Print the JavaScript that puts an experiment into a page.

    What no option says comes from the configuration's experiments, or is an example to edit. A variant whose name ends
    in a colon and digits needs a weight after it.
    """
    if track_url and endpoint:
        raise click.UsageError("--track-url and --endpoint exclude each other.")
    from lamed_tui.snippet import settings
    from lamed_tui.snippet.build import build
    from lamed_tui.snippet.spec import Goal, NameLimits, SnippetSpec

    config = invocation.load().config
    name = settings.experiment_of(config.experiments) if experiment is None else experiment
    known = config.experiments.get(name)
    named: tuple[Goal, ...] = (
        *(Goal(goal) for goal in goals),
        *(Goal(goal, unique=False) for goal in repeatable_goals),
    )
    spec = SnippetSpec(
        experiment=name,
        variants=tuple(_variant(text) for text in variants) or settings.variants_of(known),
        goals=named or settings.goals_of(known),
        track_url=track_url or _deployed_url(config, endpoint),
        namespace=config.namespace if namespace is None else namespace,
        sample=sample,
        user_id=user_id,
        trigger=trigger,
        format=form,
        uuid_expiry_seconds=config.uuid_expiry_seconds,
    )
    text = build(spec, NameLimits(config.limits.name_bytes, config.limits.namespace_bytes))
    if warning := settings.warning_about(name, config.limits):
        say(f"Warning: {warning}")
    if output is not None:
        write_file(output, text.encode())
        say(f"Written to {output.absolute()}")
    if copies:
        _copy(text)
    if output is None and not copies:
        click.echo(text, nl=False)


def _variant(text: str) -> Variant:
    from lamed_tui.snippet.spec import Variant

    name, colon, weight = text.rpartition(":")
    if colon and re.fullmatch(r"[0-9]{1,9}", weight):
        return Variant(name, int(weight))
    return Variant(text)


def _deployed_url(config: Config, path: str | None) -> str:
    """Where a deployed tracking endpoint answers: the one with this path, else the first.

    Raises:
        UsageError: nothing is deployed, or no tracking endpoint has this path.
        AwsError: AWS cannot tell what is deployed.
    """
    tracking = tracking_endpoints(config)
    chosen = _chosen(tracking, path)
    others = [endpoint.path for endpoint in tracking if endpoint is not chosen]
    if path is None and others:
        say(f"Events go to {chosen.path}, which ad blockers may know. Choose with --endpoint: {', '.join(others)}")
    return chosen.url


def _chosen(tracking: list[EndpointUrl], path: str | None) -> EndpointUrl:
    if path is None:
        return tracking[0]
    wanted = "/" + path.lstrip("/")
    for endpoint in tracking:
        if endpoint.path == wanted:
            return endpoint
    raise UsageError(
        f"No tracking endpoint {wanted} is deployed.", f"There is: {', '.join(endpoint.path for endpoint in tracking)}."
    )


def _copy(text: str) -> None:
    """Copy by the best way there is, and say which it was.

    Raises:
        UsageError: nothing here can copy.
    """
    from lamed_tui.console import copying

    tool = copying.copied_by(text, copying.tools(os.environ, sys.platform, shutil.which))
    if tool is not None:
        say(f"{tool.said}.")
        return
    try:
        with Path("/dev/tty").open("w", encoding="ascii") as terminal:
            terminal.write(copying.osc52(text))
    except OSError:
        raise UsageError(
            "There is no clipboard, no tmux and no terminal to copy to here.", "Write it with --output FILE."
        ) from None
    say(f"{copying.SENT}. If it did not: --output FILE.")
