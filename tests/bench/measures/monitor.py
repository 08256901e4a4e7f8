"""What the console costs while it watches: lag of its event loop, share of a core, time to the first paint.

lamed 0.4.3 has no console, so there is nothing to compare with; the budgets are bounds on our own values.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.measures.reading import GOALS, VARIANTS, fill
from tests.bench.row import Budget, Row
from tests.bench.wire import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.stage import Stage

_DRIVER = Path(__file__).parents[1] / "monitor_driver.py"
_FULL_SECONDS, _QUICK_SECONDS = 20.0, 3.0


def measure(stage: Stage) -> Iterator[Row]:
    """One console, a reading a second, every counter changing between two readings."""
    stage.say("watching every experiment")
    fill(stage)
    seconds = _FULL_SECONDS if stage.sizes.runs > 1 else _QUICK_SECONDS
    found = _watched(stage, seconds)
    lags = sorted(1_000 * max(lag, 0.001) for lag in found["lags"])
    load = f"{stage.sizes.experiments:,} experiments x {len(GOALS) * len(VARIANTS)} counters, read each second"
    yield Row(f"event loop lag of the monitor, p99, {load}", "ms", (lags[len(lags) * 99 // 100],), ())
    yield Row(f"event loop lag of the monitor, longest, {load}", "ms", (lags[-1],), (), Budget(ours_at_most=100))
    yield Row(f"share of a core of the monitor, {load}", "%", (100 * found["share"],), (), Budget(ours_at_most=15))
    yield Row(f"first paint of the monitor, {load}", "s", (found["first_paint"],), (), Budget(ours_at_most=1.0))


def _watched(stage: Stage, seconds: float) -> dict[str, Any]:
    done = threading.Event()
    traffic = threading.Thread(target=_count, args=(stage, done))
    traffic.start()
    try:
        run = subprocess.run(
            [sys.executable, _DRIVER, f"redis://127.0.0.1:{stage.valkey.port}/0", str(seconds)],
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds + 120,
        )
    finally:
        done.set()
        traffic.join()
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def _count(stage: Stage, done: threading.Event) -> None:
    """Raise every counter by one, each second."""
    client = stage.valkey.client
    counters = sorted(client.smembers(f"{NAMESPACE}:counter_keys"))
    while not done.wait(1):
        pipeline = client.pipeline(transaction=False)
        for counter in counters:
            pipeline.incr(counter)
        pipeline.execute()
