"""What tracking and reading cost, beside lamed 0.4.3, measured on this machine: `make bench`.

Both backends run as AWS runs them, from their zips, in processes of their own, on servers of their own, in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import redis

from tests.bench.measures import MEASURES
from tests.bench.row import COLUMNS
from tests.bench.stage import FULL, QUICK, opened
from tests.redis_servers import ServerMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.bench.row import Row
    from tests.bench.stage import Sizes, Stage


def main() -> None:
    """Measure, and print the table. A missed budget is said there; it is no failure of the program."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # servers are stopped on the way out
    arguments = _parser().parse_args()
    started = time.monotonic()

    def say(what: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:5.0f} s  {what}\n")

    try:
        machine, rows = _measured(arguments.only or list(MEASURES), QUICK if arguments.quick else FULL, say)
    except ServerMissingError as error:
        sys.exit(str(error))
    if arguments.json:
        document = {
            "machine": machine,
            "quick": arguments.quick,
            "rows": [{"group": group, **row.document()} for group, row in rows],
        }
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        sys.stdout.write(
            "\n".join(
                [*_table([row for _, row in rows]), "", *(f"{key}: {value}" for key, value in machine.items()), ""]
            )
        )
    say("done")


def _measured(
    chosen: Sequence[str], sizes: Sizes, say: Callable[[str], None]
) -> tuple[dict[str, str], list[tuple[str, Row]]]:
    """What was measured on, and each row with the name of its measure."""
    rows: list[tuple[str, Row]] = []
    # A unix socket's path must be short: so the stage is not where temporary files of a test are.
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as folder, opened(Path(folder), sizes, say) as stage:
        for name in chosen:
            say(name)
            rows += [(name, row) for row in MEASURES[name](stage)]
        return _machine(stage), rows


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="What tracking and reading cost, beside 0.4.3.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--quick", action="store_true", help="measure little: enough to see that measuring works")
    parser.add_argument(
        "only", nargs="*", metavar="MEASURE", choices=[[], *MEASURES], help=f"only these: {', '.join(MEASURES)}"
    )
    return parser


def _table(rows: Sequence[Row]) -> list[str]:
    """The rows as a Markdown table."""
    cells = [COLUMNS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(COLUMNS))]
    lines = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in cells]
    return [lines[0], "| " + " | ".join("-" * width for width in widths) + " |", *lines[1:]]


def _machine(stage: Stage) -> dict[str, str]:
    """What was measured on, without names."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")), ""
    )
    return {
        "cores": str(os.cpu_count()),
        "processor": model or platform.machine(),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "servers": ", ".join(sorted({f"{server.name} ({server.version})" for server in stage.servers})),
        "redis-py of the console": redis.__version__,
    }


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


if __name__ == "__main__":
    main()
