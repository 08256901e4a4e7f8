"""Both backends as AWS runs them: the unpacked zip, in a process of its own, with an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.packages import unpack
from tests.unit.handlers.gateway import proxy_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Event = Mapping[str, str]

_DRIVER = Path(__file__).with_name("driver.py")
_PYTHON = [sys.executable, "-I", "-S", "-B"]  # nothing but the standard library, and code that is not written to


class Contender:
    """One backend under test. Events are given as query parameters; each backend is told them in its own way."""

    def __init__(self, process: subprocess.Popen[str], told: Callable[[Event], Any]) -> None:
        self._process = process
        self._told = told

    def time_all(self, handler: str, events: Sequence[Event]) -> list[float]:
        """Invoke the handler for each event in order; the seconds that each took."""
        seconds: list[float] = self._ask(handler, events, answers=False)["seconds"]
        return seconds

    def track(self, events: Sequence[Event]) -> list[float]:
        """Track events, and make sure that they were accepted; the seconds that each took.

        Raises:
            RuntimeError: one of them was not.
        """
        document = self._ask("track", events, answers=True)
        for answer in document["answers"]:
            if answer is not None and answer["statusCode"] != 200:
                raise RuntimeError(f"an event was answered {answer}")
        seconds: list[float] = document["seconds"]
        return seconds

    def read(self, handler: str, event: Event) -> Any:
        """Invoke the handler once; what it found, without the envelope."""
        answer = self._ask(handler, [event], answers=True)["answers"][0]
        return json.loads(answer["body"]) if isinstance(answer, dict) else answer

    def _ask(self, handler: str, events: Sequence[Event], *, answers: bool) -> Any:
        request = {"handler": handler, "events": [self._told(event) for event in events], "answers": answers}
        document = ask(self._process, request)
        if "error" in document:
            raise RuntimeError(f"{handler} failed: {document['error']}")
        return document


def ask(process: subprocess.Popen[str], request: object) -> Any:
    """Send one line of JSON to a process, and read one back.

    Raises:
        RuntimeError: the process has ended.
    """
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process was started without pipes")
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"a measured process ended with {process.wait()}")
    return json.loads(line)


@contextmanager
def ours(zipped: Path, directory: Path, port: int) -> Iterator[Contender]:
    """Our handlers on the Redis at a port. `directory` must not exist yet."""
    unpack(zipped, directory)
    with _running(directory, {"LAMED_REDIS_URL": f"redis://127.0.0.1:{port}"}) as process:
        yield Contender(process, lambda query: proxy_event(**query))


@contextmanager
def old(zipped: Path, directory: Path, port: int) -> Iterator[Contender]:
    """The handlers of 0.4.3 on the Redis at a port. `directory` must not exist yet."""
    unpack(zipped, directory)
    (directory / "config.json").write_text(json.dumps({"redis": {"host": "127.0.0.1", "port": port}}))
    with _running(directory, {}) as process:
        yield Contender(process, dict)


def import_cost(directory: Path, loaded_before: Sequence[str] = ()) -> float:
    """CPU seconds that a fresh process spends on importing the handlers of an unpacked zip."""
    script = Path(__file__).with_name("import_cost.py")
    done = subprocess.run(
        [*_PYTHON, script, *loaded_before], cwd=directory, env={}, check=True, capture_output=True, text=True
    )
    return float(done.stdout.splitlines()[-1])


@contextmanager
def _running(directory: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*_PYTHON, _DRIVER],
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
