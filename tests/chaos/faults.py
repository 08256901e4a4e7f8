"""What is done to the backend while visitors come. Every fault ends with the backend whole again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.chaos.scene import DOOMED, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.scene import Scene

_REFUSALS_FELT = 40
_STORM = 0.3
_STORM_SECONDS = 1.0
_OTHER_MEMORY_SIZE = 512


@dataclass(frozen=True)
class Fault:
    """Something that happens to the backend, and its name in the table."""

    title: str
    happen: Callable[[Scene], None]


def _kill(scene: Scene) -> None:
    scene.valkey.kill()
    _until_felt(scene)
    scene.valkey.start()


def _kill_while_rewriting(scene: Scene) -> None:
    with scene.valkey.client() as client:
        client.bgrewriteaof()
    _kill(scene)


def _cut_connections(scene: Scene) -> None:
    usual, scene.proxy.cut = scene.proxy.cut, _STORM
    before = scene.proxy.cuts
    try:
        time.sleep(_STORM_SECONDS)
        wait_until(lambda: scene.proxy.cuts >= before + 20, "connections are cut")
    finally:
        scene.proxy.cut = usual


def _swallow_answers(scene: Scene) -> None:
    scene.proxy.silent = True
    try:
        _until_felt(scene)
    finally:
        scene.proxy.silent = False


def _forget_scripts(scene: Scene) -> None:
    with scene.valkey.client() as client:
        client.script_flush()


def _redeploy(scene: Scene) -> None:
    assert scene.deploy(memory_size=_OTHER_MEMORY_SIZE).changed


def _roll_back(scene: Scene) -> None:
    assert scene.roll_back().changed


def _delete(scene: Scene) -> None:
    scene.delete(DOOMED)


def _until_felt(scene: Scene) -> None:
    """Wait until visitors have been refused: a fault that nobody noticed proves nothing."""
    before = scene.ledger.refused
    wait_until(lambda: scene.ledger.refused >= before + _REFUSALS_FELT, "visitors are refused")


KILL = Fault("Valkey killed (SIGKILL), restarted from its log", _kill)
KILL_WHILE_REWRITING = Fault("Valkey killed while it rewrites its log", _kill_while_rewriting)
CUT = Fault(f"{_STORM:.0%} of all messages cut off with their connection", _cut_connections)
SWALLOW = Fault("Valkey counts, and every answer is swallowed", _swallow_answers)
FORGET = Fault("Valkey forgets its scripts", _forget_scripts)
REDEPLOY = Fault("redeployed: a new version of every function", _redeploy)
ROLL_BACK = Fault("rolled back to the release before", _roll_back)
DELETE = Fault(f'experiment "{DOOMED}" deleted through the API', _delete)

ROUND = (KILL, CUT, REDEPLOY, SWALLOW, DELETE, KILL_WHILE_REWRITING, ROLL_BACK, FORGET)
"""One of each. Whatever is changed is changed back, so that a round can follow a round."""
