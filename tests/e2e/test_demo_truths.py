"""The demo's experiments have known truths, and the verdicts must find them: through `lamed results --json`."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lamed.keys import PARTICIPATE

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
from tests.handler_calls import count, handlers_on

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

RIGHT = {
    ("signup button", "signup"): {"beats_control"},
    ("signup button", "newsletter"): {"undecided", "no_difference"},
    ("headline wording", "read on"): {"undecided", "no_difference"},
    ("checkout steps", "paid"): {"split_mismatch"},
    ("related articles", "article opened"): {"rate_only"},
}

OPEN = {None, "not_enough_data", "undecided"}
"""What may stand for any verdict as long as there are too few visitors."""


def too_early(found: dict[tuple[str, str], str]) -> bool:
    """Whether every verdict that is not right yet is one that says so.

    Fewer conversions than its share promises make the lopsided arm look broken before the split itself is certain.
    """
    return all(
        verdict in OPEN or (verdict == "broken" and experiment == "checkout steps")
        for (experiment, _), verdict in wrong(found).items()
    )


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


def verdicts(experiments: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """The verdict of the one variant that is not the control, by experiment and goal."""
    return {
        (experiment["name"], goal["name"]): variant["verdict"]
        for experiment in experiments
        for goal in experiment["goals"]
        for variant in goal["variants"]
        if variant["name"] != experiment["control"]
    }


def wrong(found: dict[tuple[str, str], str]) -> dict[tuple[str, str], str | None]:
    return {name: found.get(name) for name, right in RIGHT.items() if found.get(name) not in right}


def test_the_verdicts_find_every_truth(
    valkey: str, emulator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As much traffic as two slow minutes of the demo, counted by the handlers without a network between."""
    rng = random.Random(2026)
    with handlers_on({"LAMED_REDIS_URL": valkey}, monkeypatch):
        for visitor in range(6_000):
            truth = DEMO_TRUTHS[visitor % len(DEMO_TRUTHS)]
            (variant,) = rng.choices(list(truth.arms), weights=[arm.share for arm in truth.arms.values()])
            events = [PARTICIPATE]
            for goal, chance in truth.arms[variant].goals.items():
                tries = 10 if goal in truth.repeatable else 1
                events += [goal] * sum(rng.random() < chance / tries for _ in range(tries))
            for event in events:
                uuid = str(UUID(int=rng.getrandbits(128), version=4))
                assert count(experiment=truth.experiment, variant=variant, event=event, uuid=uuid) == "counted"
    experiments = results(Stack(valkey, emulator), tmp_path)
    assert wrong(verdicts(experiments)) == {}
    by_name = {experiment["name"]: experiment for experiment in experiments}
    assert [by_name[truth.experiment]["split"]["state"] for truth in DEMO_TRUTHS] == ["ok", "ok", "alarm", "ok"]
    signup = by_name["signup button"]["goals"][0]["variants"][1]
    assert signup["lift_low"] > 0
    assert signup["evidence_p"] < 0.05
    opened = by_name["related articles"]["goals"][0]["variants"][1]
    assert opened["rate"] > 1
    assert (opened["lift"], opened["lift_low"], opened["evidence_p"]) == (None, None, None)
    assert by_name["signup button"]["winner"] is None, "seven days have not passed"


def test_real_visitors_over_http_bring_no_wrong_verdict(tmp_path: Path) -> None:
    """How many come in a minute depends on the machine: what takes many visitors may still be open here."""
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
            deadline = time.monotonic() + 75
            while time.monotonic() < deadline and crowd.tally().sent < 1_500:
                time.sleep(1)
                taken = source.read()
                assert too_early(
                    verdicts(snapshot_document(taken, assess_all(taken, config.experiments))["experiments"])
                )
        found = verdicts(results(stack, tmp_path))
        assert too_early(found)
        assert found["related articles", "article opened"] == "rate_only"
        if crowd.tally().sent >= 1_500:
            assert found["checkout steps", "paid"] == "split_mismatch"
