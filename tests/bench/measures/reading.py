"""How long reading all results takes."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamed.keys import PARTICIPATE, counter_key, counter_keys_key, experiment_counter_keys_key, experiments_key

from tests.bench.contenders import ask
from tests.bench.row import Budget, Row, alternating
from tests.bench.wire import NAMESPACE
from tests.proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.contenders import Contender
    from tests.bench.stage import Stage

GOALS = (PARTICIPATE, "add to cart", "checkout", "purchase")
VARIANTS = ("control", "blue", "green")
_RUNS = 3
_CONSOLE = Path(__file__).parents[1] / "console_driver.py"


def measure(stage: Stage) -> Iterator[Row]:
    """The handlers' answers on loopback and over a network, and the console's snapshot."""
    written = fill(stage)
    runs = min(_RUNS, stage.sizes.runs)
    what = f"reading {stage.sizes.experiments:,} experiments x {len(GOALS) * len(VARIANTS)} counters"
    budget = Budget(ratio_at_most=1 / 50)
    stage.say("reading every experiment")
    for round_trip, where in ((0.0, ""), (0.001, " at 1 ms network delay")):
        with (
            TcpProxy(stage.valkey.port, round_trip=round_trip) as proxy,
            stage.both(proxy.port if round_trip else stage.valkey.port) as (ours, old),
            _console(proxy.port if round_trip else stage.valkey.port) as console,
        ):
            _must_agree(ours, old)
            ask(console, NAMESPACE)
            by_handlers, by_old = alternating(runs, partial(_read, ours), partial(_read, old))
            yield Row(what + where, "ms", by_handlers, by_old, budget, "the handlers' answer, in a warm process")
            by_console = [ask(console, NAMESPACE) for _ in range(runs)]
        if any(snapshot["events"] != written for snapshot in by_console):
            raise RuntimeError(f"the console has read {by_console}, not {written} events")
        seconds = tuple(1_000 * snapshot["seconds"] for snapshot in by_console)
        yield Row(f"{what} by the console{where}", "ms", seconds, by_old, note="against 0.4.3's handler")


def fill(stage: Stage) -> int:
    """Write the counters as both backends do; how many events they add up to."""
    client = stage.valkey.client
    client.flushall()
    pipeline = client.pipeline(transaction=False)
    total = 0
    for number in range(stage.sizes.experiments):
        experiment = f"experiment {number}"
        counters = {
            counter_key(NAMESPACE, experiment, goal, variant): number + len(goal + variant)
            for goal in GOALS
            for variant in VARIANTS
        }
        total += sum(counters.values())
        pipeline.sadd(experiments_key(NAMESPACE), experiment)
        pipeline.sadd(counter_keys_key(NAMESPACE), *counters)
        pipeline.sadd(experiment_counter_keys_key(NAMESPACE, experiment), *counters)
        pipeline.mset(counters)
    pipeline.execute()
    return total


def _read(backend: Contender) -> float:
    return 1_000 * backend.time_all("all", [{}])[0]


def _must_agree(ours: Contender, old: Contender) -> None:
    if _sorted(ours.read("all", {})) != _sorted(old.read("all", {})):
        raise RuntimeError("both backends read different results")


def _sorted(value: Any) -> Any:
    if isinstance(value, list):
        return sorted((_sorted(item) for item in value), key=repr)
    return {key: _sorted(item) for key, item in value.items()} if isinstance(value, dict) else value


@contextmanager
def _console(port: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, _CONSOLE, f"redis://127.0.0.1:{port}/0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
