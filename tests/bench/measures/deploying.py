"""How long a deployment takes from the command line: the built-in wiring, to one emulator, by both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from functools import partial
from itertools import count, islice
from typing import TYPE_CHECKING

from lamed_tui.aws.session import connect
from lamed_tui.config.model import AwsSettings
from lamed_tui.deploy import legacy_api, live
from lamed_tui.embedded.emulator import running_emulator
from tests import old_lamed
from tests.bench.row import Budget, Row, alternating

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.bench.stage import Stage

_RUNS = 3
_REPEATED = "repeated with no change"


def measure(stage: Stage) -> Iterator[Row]:
    """Each run of each side in a region of its own: both use the same names, and every first deployment is one."""
    runs = min(_RUNS, stage.sizes.runs)
    stage.say("deploying")
    with running_emulator(stage.folder()) as endpoint:
        places = (_variables(endpoint, f"eu-bench-{number}") for number in count())
        _deploy(stage, next(places), "deployed")  # the emulator has then loaded what it needs
        our_places, old_places = list(islice(places, runs)), list(islice(places, runs))
        for title, status, budget in (
            ("first", "deployed", Budget(ratio_at_most=1 / 5)),
            (_REPEATED, "unchanged", Budget(ratio_at_most=1 / 10)),
        ):
            ours = partial(next, (_deploy(stage, place, status) for place in our_places))
            old = partial(next, (_deploy_old(stage, place) for place in old_places))
            yield Row(
                f"deployment from the command line, {title}",
                "s",
                *alternating(runs, ours, old),
                budget,
                "ours with its checks before and its test after",
            )


def _variables(endpoint: str, region: str) -> Mapping[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "000000000000",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": region,
    }


def _deploy(stage: Stage, variables: Mapping[str, str], status: str) -> float:
    """The seconds that `lamed deploy` takes, which must end with this status."""
    directory = stage.folder()
    redis = f"redis://127.0.0.1:{stage.valkey.port}/0"
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "lamed_tui", "deploy", "--yes", "--json"],
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


def _deploy_old(stage: Stage, variables: Mapping[str, str]) -> float:
    """The seconds that `lamed deploy` of 0.4.3 takes, which must leave an API with three routes."""
    directory = stage.folder()
    redis = {"host": "127.0.0.1", "port": stage.valkey.port}
    started = time.perf_counter()
    old_lamed.deploy(directory, redis, {**variables, "HOME": str(directory)})
    seconds = time.perf_counter() - started
    aws = connect(AwsSettings(), variables)
    (made,) = legacy_api.find(aws, live.read(aws, "lamed"))
    if len(made.paths) != 3 or not aws.apigateway.get_stages(restApiId=made.api)["item"]:
        raise RuntimeError(f"0.4.3 has not deployed: {made}")
    return seconds
