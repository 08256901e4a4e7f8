"""The demo's experiments have known truths, and the verdicts must find them: through `lamed results --json`."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from lamed_tui.aws.session import connect
from lamed_tui.deploy import engine
from lamed_tui.deploy.events import Deployed
from lamed_tui.embedded.demo import demo_config
from lamed_tui.embedded.stack import Stack, running_stack
from lamed_tui.embedded.truths import DEMO_TRUTHS
from lamed_tui.embedded.visitors import Crowd, visiting
from lamed_tui.experiments.assessment import assess_all
from lamed_tui.experiments.document import snapshot_document
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = {
    ("signup button", "signup"): {"beats_control"},
    ("signup button", "newsletter"): {"undecided", "no_difference"},
    ("headline wording", "read on"): {"undecided", "no_difference"},
    ("checkout steps", "paid"): {"split_mismatch"},
    ("related articles", "article opened"): {"rate_only"},
}

TWO_MINUTES = 120.0

OPEN = {None, "not_enough_data", "undecided"}
"""What may stand for any verdict as long as there are too few visitors."""


def wrongly_said(found: dict[tuple[str, str], str]) -> dict[tuple[str, str], str | None]:
    """Verdicts that are not right, and do not say that it is too early either."""
    return {name: verdict for name, verdict in wrong(found).items() if verdict not in OPEN}


def results(stack: Stack, folder: Path) -> list[dict[str, Any]]:
    """What `lamed results --json` says, with the demo's own settings."""
    experiments = {name: one.model_dump(mode="json") for name, one in demo_config(stack).experiments.items()}
    config = folder / "config.json"
    config.write_text(json.dumps({"experiments": experiments}))
    run = subprocess.run(
        [sys.executable, "-m", "lamed_tui", "--config", config, "results", "--json"],
        env={**os.environ, **stack.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(run.stdout)["experiments"]
    return found


def goals(experiments: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """What is said of the one variant that is not the control, by experiment and goal."""
    return {
        (experiment["name"], goal["name"]): variant
        for experiment in experiments
        for goal in experiment["goals"]
        for variant in goal["variants"]
        if variant["name"] != experiment["control"]
    }


def verdicts(experiments: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """The verdicts by experiment and goal."""
    return {name: said["verdict"] for name, said in goals(experiments).items()}


def wrong(found: dict[tuple[str, str], str]) -> dict[tuple[str, str], str | None]:
    return {name: found.get(name) for name, right in RIGHT.items() if found.get(name) not in right}


def test_two_minutes_of_visitors_bring_every_verdict_and_no_wrong_one(tmp_path: Path) -> None:
    """How soon depends on the machine, so it ends when everything is decided; at every look on the way, nothing said
    may be wrong."""
    with running_stack() as stack:
        config = demo_config(stack)
        deployed = next(
            event
            for event in engine.deploy(config, connect(config.aws, stack.environment))
            if isinstance(event, Deployed)
        )
        track = next(endpoint.url for endpoint in deployed.endpoints if endpoint.handler == "lamed.track")
        crowd = Crowd(track, config.namespace, DEMO_TRUTHS, rng=random.Random(7))
        with visiting(crowd), open_store(config.redis) as store:
            source = RedisSource(store, config.namespace, config.experiments)
            deadline = time.monotonic() + TWO_MINUTES
            decided, found = False, dict[tuple[str, str], str]()
            while not decided:
                assert time.monotonic() < deadline, (wrong(found), crowd.tally())
                time.sleep(0.5)
                taken = source.read()
                seen = snapshot_document(taken, assess_all(taken, config.experiments))["experiments"]
                found = verdicts(seen)
                assert not wrongly_said(found), seen
                decided = not wrong(found) and goals(seen)["signup button", "signup"]["evidence_p"] < 0.01
            crowd.stop(settle_seconds=60)
        experiments = results(stack, tmp_path)
    assert wrong(verdicts(experiments)) == {}
    by_name = {experiment["name"]: experiment for experiment in experiments}
    assert [by_name[truth.experiment]["split"]["state"] for truth in DEMO_TRUTHS] == ["ok", "ok", "alarm", "ok"]
    signup, opened = (
        goals(experiments)["signup button", "signup"],
        goals(experiments)["related articles", "article opened"],
    )
    assert 0 < signup["lift_low"] < 0.36 / 0.16 - 1 < signup["lift_high"], "the interval holds the truth"
    assert signup["evidence_p"] < 0.05
    assert opened["rate"] > 1
    assert (opened["lift"], opened["lift_low"], opened["evidence_p"]) == (None, None, None)
    assert by_name["signup button"]["winner"] is None, "seven days have not passed"
