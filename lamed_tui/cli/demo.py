"""`lamed demo`: the whole product on this machine, with real parts and simulated visitors."""

from __future__ import annotations

import random
import shlex
import sys
import threading
import time
from typing import TYPE_CHECKING

import click

from lamed_tui.cli.numbers import Number
from lamed_tui.cli.output import print_json, say
from lamed_tui.cli.signals import ended_by_signals
from lamed_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from lamed_tui.config.model import Config
    from lamed_tui.deploy.events import Deployed
    from lamed_tui.embedded.stack import Stack
    from lamed_tui.embedded.visitors import Crowd, Tally

_SETTLE_SECONDS = 60.0
_DEFAULT_SECONDS = 20.0


@click.command()
@click.option("--headless", is_flag=True, help="Run without a screen, then compare the counters with what was sent.")
@click.option(
    "--seconds",
    type=Number(min=0, min_open=True, max=86_400),
    help=f"How long visitors come with --headless; {_DEFAULT_SECONDS:.0f} when not given.",
)
@click.option("--json", "as_json", is_flag=True, help="With --headless: print the outcome as one JSON document.")
@click.option("--serve", is_flag=True, help="Run only Valkey and the AWS emulator, and print exports for a shell.")
def demo(*, headless: bool, seconds: float | None, as_json: bool, serve: bool) -> int:
    """Try the whole product here: no account, no server, no network.

    A real Valkey and an AWS emulator start on loopback, the handlers are deployed to them, simulated visitors send
    real HTTP requests, and the console opens on the live monitor. Quitting leaves nothing behind.
    """
    _check_options(headless=headless, seconds=seconds, as_json=as_json, serve=serve)
    from lamed_tui.embedded.stack import running_stack

    with ended_by_signals():
        say("Starting Valkey and the AWS emulator on loopback ...")
        with running_stack() as stack:
            if serve:
                return _serve(stack)
            if headless:
                return _measure(stack, seconds or _DEFAULT_SECONDS, as_json=as_json)
            exit_code, tally = _show(stack)
    say(_summary(tally))
    say("The servers are stopped and their files removed.")
    return exit_code


def _check_options(*, headless: bool, seconds: float | None, as_json: bool, serve: bool) -> None:
    if serve and (headless or seconds or as_json):
        raise UsageError("--serve runs only the servers, so it goes with no other option of this command.")
    if (seconds or as_json) and not headless:
        raise UsageError("--seconds and --json describe a run without a screen.", "Add --headless.")
    if not (headless or serve or (sys.stdin.isatty() and sys.stdout.isatty())):
        raise UsageError(
            "The demo opens the console, which needs a terminal, and there is none here.",
            "Run it with --headless, or with --serve for the servers alone.",
        )


def _serve(stack: Stack) -> int:
    for name, value in stack.environment.items():
        click.echo(f"export {name}={shlex.quote(value)}")
    sys.stdout.flush()
    say("Paste these lines into another shell, and every lamed command there works on this stack.")
    say("It stays until Ctrl-C and keeps nothing.")
    threading.Event().wait()
    return ExitCode.OK


def _show(stack: Stack) -> tuple[int, Tally]:
    """The console over the visitors' traffic; its exit code, and what the visitors did."""
    from lamed_tui.console.running import run_console
    from lamed_tui.embedded.demo import demo_config
    from lamed_tui.embedded.visitors import visiting
    from lamed_tui.experiments.operations import SessionBook, operations
    from lamed_tui.experiments.source import RedisSource
    from lamed_tui.store.connect import open_store

    config = demo_config(stack)
    deployed = _deploy(stack, config)
    say("Visitors are arriving; opening the monitor. Press q to quit.")
    allowed = operations(config, SessionBook(config), track_url=lambda: _track_url(deployed))
    with visiting(_crowd(deployed, config)) as crowd, open_store(config.redis) as store:
        source = RedisSource(store, config.namespace, config.experiments, operations=allowed)
        exit_code = run_console(source, note="demo")
    return exit_code, crowd.tally()


def _measure(stack: Stack, seconds: float, *, as_json: bool) -> int:
    from lamed_tui.embedded.demo import demo_config, mismatches
    from lamed_tui.embedded.visitors import visiting
    from lamed_tui.experiments.assessing import Assessor
    from lamed_tui.experiments.document import snapshot_document
    from lamed_tui.experiments.source import RedisSource
    from lamed_tui.store.connect import open_store

    config = demo_config(stack)
    deployed = _deploy(stack, config)
    say(f"Visitors are arriving for {seconds:g} seconds ...")
    with visiting(_crowd(deployed, config)) as crowd:
        time.sleep(seconds)
        crowd.stop(settle_seconds=_SETTLE_SECONDS)
        tally = crowd.tally()
    with open_store(config.redis) as store:
        source = RedisSource(store, config.namespace, config.experiments)
        snapshot = source.read()
        assessments = Assessor(source, config.experiments, clock=time.monotonic).assess(snapshot)
    wrong = mismatches(tally.acknowledged, snapshot)
    if as_json:
        print_json(
            {
                "base_url": deployed.base_url,
                "redis_url": stack.redis_url,
                "events_sent": tally.sent,
                "events_acknowledged": sum(tally.acknowledged.values()),
                "duplicates_sent": tally.duplicates,
                "experiments": snapshot_document(snapshot, assessments)["experiments"],
            }
        )
    say(_summary(tally))
    for one in wrong:
        experiment, event, variant = one.counter
        say(f"WRONG: {experiment} / {event} / {variant}: {one.acknowledged} acknowledged, {one.counted} counted.")
    if tally.outstanding:
        say(f"WRONG: {tally.outstanding} events were never acknowledged; the last answer was {tally.last_failure}.")
    if wrong or tally.outstanding:
        return ExitCode.FAILED
    say("Every counter equals the distinct events acknowledged.")
    return ExitCode.OK


def _deploy(stack: Stack, config: Config) -> Deployed:
    """Deploy the way any operator does, saying how far it is.

    Raises:
        LamedError: the deployment or its smoke test failed.
    """
    from lamed_tui.aws.session import connect
    from lamed_tui.deploy import engine, events

    began = time.monotonic()
    deployed: events.Deployed | None = None
    checks = 0
    for event in engine.deploy(config, connect(config.aws, stack.environment)):
        match event:
            case events.Applying(total):
                say(f"Deploying {total} resources through the AWS API ...")
            case events.Warned(message):
                say(f"Note: {message}")
            case events.SmokeChecked():
                checks += 1
            case events.Deployed():
                deployed = event
    if deployed is None:
        raise RuntimeError("the deployment ended without an outcome")
    say(f"Deployed in {time.monotonic() - began:.1f} s; {checks} checks of the smoke test passed: {deployed.base_url}")
    return deployed


def _crowd(deployed: Deployed, config: Config) -> Crowd:
    from lamed_tui.embedded.truths import DEMO_TRUTHS
    from lamed_tui.embedded.visitors import Crowd

    return Crowd(_track_url(deployed), config.namespace, DEMO_TRUTHS, rng=random.Random())  # noqa: S311 - dice, not secrets


def _track_url(deployed: Deployed) -> str:
    from lamed_tui.deploy.wiring import TRACK

    return next(endpoint.url for endpoint in deployed.endpoints if endpoint.handler == TRACK)


def _summary(tally: Tally) -> str:
    return (
        f"{tally.sent:,} requests sent, {tally.duplicates:,} of them duplicates; "
        f"{sum(tally.acknowledged.values()):,} distinct events acknowledged."
    )
