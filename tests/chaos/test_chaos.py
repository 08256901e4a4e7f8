"""A short play of chaos on the whole stack, and proof that its audit sees what it looks for."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from lamed_tui.deploy import package as packages
from tests.aws_variables import aws_variables
from tests.chaos.faults import CUT, ROUND
from tests.chaos.ledger import Deletion, Delivery, Held, audit
from tests.chaos.play import play
from tests.chaos.scene import set_scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lamed_tui.deploy.package import Package

    Environment = Callable[[str], dict[str, str]]

COUNTER = ("button", "signup", "green")
SEED = 20


@pytest.fixture
def environment(emulator: str) -> Environment:
    """The variables that lead to a region of the emulator that nobody else uses."""
    return lambda region: aws_variables(emulator, region)


def doctored(file: str, before: str, after: str) -> Package:
    """The handlers with one place changed."""
    with zipfile.ZipFile(io.BytesIO(packages.build("none").content)) as archive:
        sources = {name: archive.read(name) for name in archive.namelist()}
    text = sources[file].decode()
    assert text.count(before) == 1
    return packages.pack(sources | {file: text.replace(before, after).encode()})


def test_nothing_is_lost_or_doubled_whatever_breaks_under_load(tmp_path: Path, environment: Environment) -> None:
    with set_scene(tmp_path, environment("eu-chaos-1"), seed=SEED, cut=0.02) as scene:
        outcome = play(scene, ROUND, seed=SEED, events_between=20)
    assert [finding for finding in outcome.findings if finding.lost or finding.doubled or finding.unexplained] == []
    assert outcome.is_exact
    assert len(outcome.acts) == len(ROUND)
    assert outcome.tally.duplicates > 50
    assert outcome.cuts > 20
    assert outcome.failures["HTTP 503"] > 10  # the outages were felt


def test_resending_that_is_not_idempotent_is_seen_as_doubled(tmp_path: Path, environment: Environment) -> None:
    package = doctored("lamed/track.lua", "call('SISMEMBER', key, digest) == 1", "false")
    with set_scene(tmp_path, environment("eu-chaos-2"), seed=SEED, cut=0.02, package=package) as scene:
        outcome = play(scene, [CUT], seed=SEED, events_between=20)
    assert outcome.doubled > 0
    assert outcome.lost == outcome.unexplained == 0
    assert not outcome.is_exact


def test_answering_200_in_an_outage_is_seen_as_lost(tmp_path: Path, environment: Environment) -> None:
    package = doctored(
        "lamed/endpoints.py", 'failure = (503, "store_unreachable"', 'failure = (200, "store_unreachable"'
    )
    with set_scene(tmp_path, environment("eu-chaos-3"), seed=SEED, cut=0.3, package=package) as scene:
        outcome = play(scene, [], seed=SEED, events_between=100)
    assert outcome.lost > 0
    assert outcome.doubled == outcome.unexplained == 0
    assert not outcome.is_exact


def sent(*deliveries: Delivery) -> dict[tuple[str, str, str], dict[str, list[Delivery]]]:
    return {COUNTER: {"7": list(deliveries)}}


@pytest.mark.parametrize(
    ("delivery", "held", "expected"),
    [
        (Delivery(11, 12, acknowledged=True), Held(), (1, 0, 0)),  # after the deletion: owed
        (Delivery(11, 12, acknowledged=False), Held(), (0, 0, 0)),
        (Delivery(11, 12, acknowledged=False), Held(1, frozenset("7")), (0, 0, 0)),  # counted, and nobody was told
        (Delivery(9, 12, acknowledged=True), Held(), (0, 0, 0)),  # while it was under way: either
        (Delivery(9, 12, acknowledged=True), Held(1, frozenset("7")), (0, 0, 0)),
        (Delivery(1, 4, acknowledged=True), Held(), (0, 0, 0)),  # before: gone
        (Delivery(1, 4, acknowledged=True), Held(1, frozenset("7")), (0, 0, 1)),
        (Delivery(11, 12, acknowledged=True), Held(2, frozenset("7")), (0, 1, 0)),
        (Delivery(11, 12, acknowledged=True), Held(0, frozenset("7")), (1, 0, 0)),
        (Delivery(11, 12, acknowledged=True), Held(2, frozenset("78")), (0, 0, 1)),
    ],
)
def test_what_a_deletion_leaves_open_is_neither_lost_nor_unexplained(
    delivery: Delivery, held: Held, expected: tuple[int, int, int]
) -> None:
    (finding,) = audit(sent(delivery), {COUNTER: held}, {"button": Deletion(5, 10)})
    assert (finding.lost, finding.doubled, finding.unexplained) == expected
