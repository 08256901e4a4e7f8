"""How long a deployment takes from the command line: the built-in wiring, to one emulator, by both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from itertools import count
from typing import TYPE_CHECKING

from lamed_tui.aws.session import connect
from lamed_tui.config.model import AwsSettings
from lamed_tui.deploy import legacy_api, live
from lamed_tui.embedded.emulator import running_emulator
from tests import old_lamed
from tests.aws_variables import aws_variables
from tests.bench.row import Budget, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.bench.stage import Stage

_RUNS = 3
_BARE = ("--no-preflight", "--no-smoke")
_DEPLOYMENT = "deployment from the command line"


def measure(stage: Stage) -> Iterator[Row]:
    """Each run of each side in a region of its own: both use the same names, and every first deployment is one.

    0.4.3 neither checks much before nor tries anything after; so ours is timed as it is and without both. Where little
    is measured, 0.4.3 is spared its waiting, which says nothing of the ratio.
    """
    runs = min(_RUNS, stage.sizes.runs)
    stage.say("deploying")
    with running_emulator(stage.folder()) as endpoint:
        places = (_variables(endpoint, f"eu-bench-{number}") for number in count())
        _deploy(stage, next(places), "deployed")  # the emulator has then loaded what it needs
        regions = [(next(places), next(places), next(places)) for _ in range(runs)]
        for when, status, budget in (
            ("first", "deployed", Budget(ratio_at_most=1 / 5)),
            ("repeated with no change", "unchanged", Budget(ratio_at_most=1 / 10)),
        ):
            samples: list[tuple[float, float, float]] = []
            for ours, bare, old in regions:  # in turn, so that whatever else the machine does falls on all
                samples.append(
                    (
                        _deploy(stage, ours, status),
                        _deploy(stage, bare, status, *_BARE),
                        _deploy_old(stage, old, hurried=runs < _RUNS),
                    )
                )
            our_seconds, bare_seconds, old_seconds = zip(*samples, strict=True)
            yield Row(f"{_DEPLOYMENT}, {when}", "s", our_seconds, old_seconds, budget, "with checks and smoke test")
            yield Row(f"{_DEPLOYMENT}, {when}, no checks or test", "s", bare_seconds, old_seconds)


def _variables(endpoint: str, region: str) -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), **aws_variables(endpoint, region)}


def _deploy(stage: Stage, variables: Mapping[str, str], status: str, *options: str) -> float:
    """The seconds that `lamed deploy` takes, which must end with this status."""
    directory = stage.folder()
    redis = f"redis://127.0.0.1:{stage.valkey.port}/0"
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "lamed_tui", "deploy", "--yes", "--json", *options],
        cwd=directory,
        env={**variables, "HOME": str(directory), "LAMED_REDIS_URL": redis},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    result = json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}
    if (done.returncode, result.get("status")) != (0, status):
        raise RuntimeError(f"lamed deploy was not {status}: {result or done.stderr}")
    return seconds


def _deploy_old(stage: Stage, variables: Mapping[str, str], *, hurried: bool) -> float:
    """The seconds that `lamed deploy` of 0.4.3 takes, which must leave an API with three routes."""
    directory = stage.folder()
    redis = {"host": "127.0.0.1", "port": stage.valkey.port}
    started = time.perf_counter()
    old_lamed.deploy(directory, redis, {**variables, "HOME": str(directory)}, hurried=hurried)
    seconds = time.perf_counter() - started
    aws = connect(AwsSettings(), variables)
    (made,) = legacy_api.find(aws, live.read(aws, "lamed"))
    if len(made.paths) != 3 or not aws.apigateway.get_stages(restApiId=made.api)["item"]:
        raise RuntimeError(f"0.4.3 has not deployed: {made}")
    return seconds
