"""Runs in a process of its own: the console's monitor, headless, on counters that change all the time.

Arguments: the URL of the Redis, and for how many seconds to watch. Prints one JSON object: the event loop's lags, the
share of a core that the process took, and the time to the first paint of the list.
"""

import asyncio
import json
import sys
import time

from lamed_tui.config.model import Config
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.monitor.experiment_list import ExperimentList
from lamed_tui.experiments.operations import SessionBook, operations
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store

_TICK = 0.01
_SIZE = (160, 50)


async def watch(url: str, seconds: float) -> dict[str, object]:
    """Watch with a reading a second, moving down the list all the while."""
    config = Config.model_validate({"redis": {"url": url, "socket_timeout": 30}})
    lags: list[float] = []
    with open_store(config.redis) as store:
        source = RedisSource(
            store, config.namespace, config.experiments, operations=operations(config, SessionBook(config))
        )
        app = LamedConsole(source, interval=1.0)
        started = time.perf_counter()
        async with app.run_test(size=_SIZE) as pilot:
            while not any(listed.chosen for listed in app.screen.query(ExperimentList)):  # noqa: ASYNC110 - from outside
                await asyncio.sleep(0.005)
            first_paint = time.perf_counter() - started
            await asyncio.sleep(1)  # imports and first layouts are part of the first paint, not of the load
            cpu, began = time.process_time(), time.perf_counter()
            pressed = began
            while (now := time.perf_counter()) - began < seconds:
                if now - pressed > 1:
                    pressed = now
                    await pilot.press("down")
                before = time.perf_counter()
                await asyncio.sleep(_TICK)
                lags.append(time.perf_counter() - before - _TICK)
            share = (time.process_time() - cpu) / (time.perf_counter() - began)
    return {"lags": lags, "share": share, "first_paint": first_paint}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(watch(sys.argv[1], float(sys.argv[2])))) + "\n")
