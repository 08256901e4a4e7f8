"""How soon the console answers a key while neither Redis nor AWS answers: from the keyboard to the terminal and back.

lamed 0.4.3 has no console, so there is nothing to compare with; the budgets are bounds on our own values.
"""

from __future__ import annotations

import json
import time
from statistics import median
from typing import TYPE_CHECKING

from tests.aws_variables import aws_variables
from tests.bench.row import Budget, Row
from tests.bench.wire import NAMESPACE
from tests.console.terminal import in_terminal
from tests.integration.experiments.counters import write_counts
from tests.network import a_silent_server
from tests.valkey_servers import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.stage import Stage
    from tests.console.terminal import TerminalProcess

_RUNS = 3
_REST_SECONDS = 0.5
"""Between two keys, as between those of a person; whatever a key has begun is over by then."""
_MS = 1_000
_ESC, _F1, _CTRL_P, _CTRL_T, _CTRL_Q = "\x1b", "\x1bOP", "\x10", "\x14", "\x11"
_KEYS = (
    # What is pressed, what is written in answer.
    ("?", "Help: Monitor"),
    (_ESC, "visitors"),
    (_CTRL_P, "Search"),
    (_ESC, "visitors"),
    ("e", "Export"),
    (_ESC, "visitors"),
    ("x", "Opening Snippet"),
    (_F1, "Help: Snippet"),
    (_ESC, "Experiment"),
    (_CTRL_T, "▸ Code"),
    (_CTRL_T, "▸ Form"),
    (_ESC, "visitors"),
    ("x", "Experiment"),
    (_ESC, "visitors"),
    (_CTRL_P, "Search"),
    ("to Operate", "Go to Operate"),
    ("\r", "Opening Operate"),
    ("r", "Asking AWS for the releases"),
    ("l", "Asking AWS for the logs"),
    ("s", "Asking AWS what is deployed"),
    ("d", "▸ 1 Preflight"),
    ("?", "Help: Operate: Preflight"),
    (_ESC, "▸ 1 Preflight"),
    (_ESC, "▸ Status"),
    (_CTRL_P, "Search"),
    ("to Setup", "Go to Setup"),
    ("\r", "Opening Setup"),
    (_F1, "Help: Setup"),
    (_ESC, "Redis"),
)


def measure(stage: Stage) -> Iterator[Row]:
    """Several consoles after each other, each in a terminal of 80 columns and 24 rows, with the same keys."""
    stage.say("pressing keys while nothing answers")
    stage.valkey.client.flushall()
    write_counts(f"redis://127.0.0.1:{stage.valkey.port}/0", {("checkout", "participate", arm): 41 for arm in "ab"})
    runs = [_pressed(stage) for _ in range(min(_RUNS, stage.sizes.runs))]
    times = [median(samples) * _MS for samples in zip(*(answers for answers, _ in runs), strict=True)]
    slowest = max(zip(times, _KEYS, strict=True))
    asked = f"{len(_KEYS)} keys while Redis and AWS hang"
    yield Row(f"time until a key is answered on the terminal, {asked}", "ms", tuple(times), ())
    yield Row(
        f"the longest of them: {slowest[1][0]!r}, answered by {slowest[1][1]!r}",
        "ms",
        (slowest[0],),
        (),
        Budget(ours_at_most=100),
    )
    ends = tuple(end for _, end in runs)
    yield Row("time until the console has ended while Redis and AWS hang", "s", ends, (), Budget(ours_at_most=1.0))


def _pressed(stage: Stage) -> tuple[list[float], float]:
    """The seconds that each key took, and the end."""
    home = stage.folder()
    redis = {"url": f"redis://127.0.0.1:{stage.valkey.port}/0", "socket_timeout": 60}
    (home / "config.json").write_text(json.dumps({"name": "shop", "namespace": NAMESPACE, "redis": redis}))
    with a_silent_server() as port:
        environment = {"HOME": str(home), **aws_variables(f"http://127.0.0.1:{port}", "eu-west-1")}
        with in_terminal(["-m", "lamed_tui", "--config", str(home / "config.json")], environment) as terminal:
            terminal.wait_for("82 visitors")
            with frozen(str(redis["url"])):
                terminal.rest(4 * _REST_SECONDS)
                answers = []
                for key, text in _KEYS:
                    answers.append(terminal.answer_time(key, text))
                    terminal.rest(_REST_SECONDS)
                return answers, _ended(terminal)


def _ended(terminal: TerminalProcess) -> float:
    began = time.monotonic()
    terminal.type(_CTRL_Q)
    if terminal.wait() != 0:
        raise RuntimeError(f"the console ended with {terminal.process.returncode}:\n{terminal.written[-2_000:]}")
    return time.monotonic() - began
