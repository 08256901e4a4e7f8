"""Runs in a process of its own: reads snapshots as the console does, and times them.

Answers each line on stdin (the namespace, as JSON) with the seconds that reading it took, and what was counted in all.
"""

import json
import sys
import time

from lamed_tui.config.model import RedisSettings
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store


def main() -> None:
    """Serve requests about the Redis whose URL is the first argument."""
    with open_store(RedisSettings.model_validate({"url": sys.argv[1], "socket_timeout": 30})) as store:
        for line in sys.stdin:
            source = RedisSource(store, json.loads(line), {})
            start = time.perf_counter()
            snapshot = source.read()
            seconds = time.perf_counter() - start
            events = sum(experiment.events for experiment in snapshot.experiments)
            sys.stdout.write(json.dumps({"seconds": seconds, "events": events}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
