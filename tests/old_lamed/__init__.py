"""PyPI lamed 0.4.3 as an oracle: the real package, in an environment and a process of its own."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENVIRONMENT = Path(__file__).parents[2] / ".venv" / "old"
_DRIVER = Path(__file__).with_name("driver.py")
_PACKER = Path(__file__).with_name("packer.py")
_DEPLOYER = Path(__file__).with_name("deployer.py")
# redis-py 4 and later refuse an argument that 0.4.3 passes.
_PACKAGES = ("lamed==0.4.3", "redis<4")


def python() -> Path:
    """The interpreter of the environment, which is installed on first use.

    Raises:
        CalledProcessError: the packages could not be installed.
    """
    interpreter = ENVIRONMENT / "bin" / "python"
    complete = ENVIRONMENT / "complete"
    with ENVIRONMENT.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes that start together install once
        if not complete.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", ENVIRONMENT], check=True)
            pip = [sys.executable, "-m", "pip", "--python", str(interpreter), "--disable-pip-version-check", "--quiet"]
            subprocess.run([*pip, "install", "--no-cache-dir", "--no-deps", *_PACKAGES], check=True)
            complete.touch()
    return interpreter


def package(directory: Path, redis: dict[str, Any]) -> Path:
    """The zip that 0.4.3 uploads to AWS, made by its own code in `directory`, an existing folder.

    Raises:
        CalledProcessError: it could not be made.
    """
    (directory / "config.json").write_text(json.dumps({"redis": redis}))
    subprocess.run([python(), "-I", "-W", "ignore", _PACKER], cwd=directory, check=True, capture_output=True)
    return directory / "lamed.zip"


def deploy(directory: Path, redis: dict[str, Any], variables: Mapping[str, str], *, hurried: bool = False) -> None:
    """0.4.3's own `lamed deploy`.

    Args:
        directory: an existing folder that becomes its working directory.
        redis: the `redis` section of its configuration.
        variables: its environment variables, which lead to an AWS emulator.
        hurried: whether to spare it its waiting and its clients, a new one for every question.

    Raises:
        CalledProcessError: it failed.
    """
    (directory / "config.json").write_text(json.dumps({"redis": redis}))
    libraries = Path(str(boto3.__file__)).parents[1]
    subprocess.run(
        [python(), "-I", "-W", "ignore", _DEPLOYER, libraries, *(["hurried"] if hurried else [])],
        cwd=directory,
        env={**variables, "AWS_DEFAULT_REGION": variables["AWS_REGION"]},
        check=True,
        capture_output=True,
    )


class OldLamed:
    """The handlers of 0.4.3 as they run in Lambda: one event in, its answer out."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def call(self, handler: str, **event: str) -> Any:
        """Invoke `track`, `all`, `experiment` or `delete`.

        Raises:
            RuntimeError: the handler raised; the message is its traceback's last line.
        """
        return self._ask({"handler": handler, "events": [event]})[0]

    def track_all(self, events: list[dict[str, str]]) -> None:
        """Invoke `track` for each event in order."""
        self._ask({"handler": "track", "events": events})

    def _ask(self, request: dict[str, Any]) -> Any:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("0.4.3 was started without pipes")
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["results"]


@contextmanager
def running_old_lamed(directory: Path, redis: dict[str, Any]) -> Iterator[OldLamed]:
    """0.4.3 configured by a `config.json` in `directory`, as its users do.

    Args:
        directory: an existing folder that becomes its working directory.
        redis: the `redis` section, such as `{"host": "127.0.0.1", "port": 6379}`.
    """
    (directory / "config.json").write_text(json.dumps({"redis": redis, "uuid_expiry_seconds": 86400}))
    with (
        (directory / "old-lamed.log").open("w") as log,
        subprocess.Popen(
            [python(), "-I", "-W", "ignore", _DRIVER],
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield OldLamed(process)
        finally:
            process.terminate()
