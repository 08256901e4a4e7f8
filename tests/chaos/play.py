"""The play: visitors come, faults happen, visitors go; then the counters are held against the ledger."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.chaos.ledger import audit
from tests.chaos.scene import TooSlowError, visited, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lamed_tui.embedded.demo import CounterName
    from lamed_tui.embedded.visitors import Tally
    from tests.chaos.faults import Fault
    from tests.chaos.ledger import Finding, Held
    from tests.chaos.scene import Scene

_SETTLE_SECONDS = 60.0


@dataclass(frozen=True)
class Act:
    """A fault as it went.

    Attributes:
        at: seconds since the first visitor.
        took: seconds until it was over and visitors were acknowledged again.
        refused: requests in that time that were not answered 200.
        acknowledged: distinct events in that time that were.
    """

    title: str
    at: float
    took: float
    refused: int
    acknowledged: int


@dataclass(frozen=True)
class Outcome:
    """What happened and what came of it.

    Attributes:
        findings: one a counter.
        seconds: from the first visitor to the last.
        tally: what the visitors themselves know.
        failures: requests that were not answered 200, by kind.
        cuts: connections cut between the functions and Valkey.
        api_agrees: whether the deployed API answers the same counts as Redis holds.
    """

    acts: tuple[Act, ...]
    findings: tuple[Finding, ...]
    seconds: float
    tally: Tally
    failures: Mapping[str, int]
    cuts: int
    api_agrees: bool

    @property
    def lost(self) -> int:
        """Events acknowledged and not counted."""
        return sum(finding.lost for finding in self.findings)

    @property
    def doubled(self) -> int:
        """How often events were counted beyond the first time."""
        return sum(finding.doubled for finding in self.findings)

    @property
    def unexplained(self) -> int:
        """Events counted that nobody sent, or that outlived their deletion."""
        return sum(finding.unexplained for finding in self.findings)

    @property
    def is_exact(self) -> bool:
        """Whether the counters are what they must be, everywhere."""
        return self.api_agrees and not (self.lost or self.doubled or self.unexplained or self.tally.outstanding)


def play(
    scene: Scene,
    faults: Sequence[Fault],
    *,
    seed: int,
    events_between: int,
    connections: int = 16,
    seconds: float = 600.0,
) -> Outcome:
    """Let the faults happen one after the other under load; in the end kill Valkey once more, and count.

    Args:
        events_between: distinct events that must be acknowledged between two faults.
        connections: requests under way at once.
        seconds: after which no more faults begin and the play has failed.

    Raises:
        TooSlowError: the backend did not recover from a fault, the visitors' last events were never acknowledged, or
            there was not enough time for all faults.
    """
    with visited(scene, seed=seed, connections=connections) as crowd:
        started = time.monotonic()
        _more(scene, events_between)
        acts: list[Act] = []
        for fault in faults:
            if time.monotonic() > started + seconds:
                raise TooSlowError(f"{len(acts)} of {len(faults)} faults in {seconds:.0f} seconds")
            acts.append(_performed(fault, scene, started))
            _more(scene, events_between)
        crowd.stop(settle_seconds=_SETTLE_SECONDS)
        lasted, tally = time.monotonic() - started, crowd.tally()
    if tally.outstanding:
        raise TooSlowError(f"{tally.outstanding} events were never acknowledged; at last: {tally.last_failure}")
    scene.proxy.cut = 0.0
    scene.valkey.kill()  # nobody may have been told of a count that is not on the disk
    scene.valkey.start()
    held = scene.held()
    return Outcome(
        tuple(acts),
        tuple(audit(scene.ledger.events(), held, scene.deletions)),
        lasted,
        tally,
        scene.ledger.failures,
        scene.proxy.cuts,
        api_agrees=_same(scene.shown_by_the_api(), held),
    )


def _performed(fault: Fault, scene: Scene, started: float) -> Act:
    begun, refused, acknowledged = time.monotonic(), scene.ledger.refused, scene.ledger.acknowledged
    fault.happen(scene)
    _more(scene, 1)
    return Act(
        fault.title,
        at=begun - started,
        took=time.monotonic() - begun,
        refused=scene.ledger.refused - refused,
        acknowledged=scene.ledger.acknowledged - acknowledged,
    )


def _more(scene: Scene, events: int) -> None:
    before = scene.ledger.acknowledged
    wait_until(lambda: scene.ledger.acknowledged >= before + events, f"{events} more events are acknowledged")


def _same(shown: Mapping[CounterName, int], held: Mapping[CounterName, Held]) -> bool:
    return {name: count for name, count in shown.items() if count} == {
        name: one.count for name, one in held.items() if one.count
    }
