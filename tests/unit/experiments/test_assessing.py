"""Assessing whole snapshots, with what earlier looks have proven."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from lamed.keys import PARTICIPATE

from lamed_tui.experiments.assessing import MOST_HISTORIES, Assessor
from lamed_tui.experiments.history import History
from lamed_tui.experiments.snapshot import Snapshot
from lamed_tui.experiments.statistics.crossing import Crossing, Standing
from lamed_tui.experiments.statistics.verdict import VerdictCode
from tests.experiments import experiment, totals_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamed_tui.experiments.assessment import Assessment

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
SHOP = experiment("shop", {"a": 2_000, "b": 2_000}, {"buy": [200, 220]}, control="a")
SNAPSHOT = Snapshot("alephbet", NOW, (SHOP,))


class NoHistories:
    """A source without any series."""

    def read_histories(self, experiments: list[str]) -> dict[str, object]:  # noqa: ARG002 - a source's signature
        return {}


def test_what_somebody_has_seen_proven_today_is_proven_in_the_next_assessment_too() -> None:
    seen = {"shop": Standing(crossings={("buy", "b"): Crossing(date(2026, 3, 12), 900, 1)})}
    for standings, code in ((None, VerdictCode.UNDECIDED), (seen, VerdictCode.BEATS_CONTROL)):
        assessor = Assessor(NoHistories(), {}, clock=lambda: 0.0, standings=standings)  # type: ignore[arg-type]  # all it asks
        finding = assessor.assess(SNAPSHOT)["shop"].of("buy", "b")
        assert finding is not None
        assert finding.verdict.code is code


class Many:
    """A source of many experiments, each ten days old with one variant that beat the other, which counts its readings.

    On the last day the lift breathed out: what was proven before stays proven only for whoever knows the days before.
    """

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def read_histories(self, experiments: Sequence[str]) -> dict[str, History]:
        self.asked.append(list(experiments))
        days = [int((NOW - timedelta(days=ago)).timestamp()) // 86_400 * 86_400 for ago in (3, 2, 1)]
        totals = totals_of(SHOP)
        early = {(PARTICIPATE, "a"): 1_000, (PARTICIPATE, "b"): 1_000, ("buy", "a"): 30, ("buy", "b"): 200}
        points = {key: {days[0]: early[key], days[2]: total - early[key]} for key, total in totals.items()}
        return {name: History(NOW, totals, {}, points) for name in experiments}


def snapshot_of(names: Sequence[str]) -> Snapshot:
    return Snapshot("alephbet", NOW, tuple(replace(SHOP, name=name) for name in names))


def test_series_of_too_many_experiments_take_turns_and_none_stays_as_it_was() -> None:
    names = [f"e{number:03}" for number in range(MOST_HISTORIES + 50)]
    source, now = Many(), 0.0
    assessor = Assessor(source, {}, clock=lambda: now)  # type: ignore[arg-type]  # all it asks
    found = assessor.assess(snapshot_of(names[:1]))
    assert found["e000"].history is not None
    for _ in range(4):
        now += 60
        found = assessor.assess(snapshot_of(names))
    assert all(one.history is not None for one in found.values())
    assert max(map(len, source.asked)) <= MOST_HISTORIES
    asked = [name for names in source.asked[1:] for name in names]
    assert min(asked.count(name) for name in names) >= 2, "each had its turn again"
    assessor.assess(snapshot_of(names))
    assert len(source.asked) == 5, "not read again within the minute"


def test_an_experiment_whose_series_comes_later_has_what_its_earlier_days_proved() -> None:
    names = [f"e{number:03}" for number in range(MOST_HISTORIES + 1)]
    source, now = Many(), 0.0
    assessor = Assessor(source, {}, clock=lambda: now)  # type: ignore[arg-type]  # all it asks
    last = names[-1]
    first = assessor.assess(snapshot_of(names))
    assert _code(first[names[0]]) is VerdictCode.BEATS_CONTROL
    assert _code(first[last]) is VerdictCode.UNDECIDED
    now += 60
    assert _code(assessor.assess(snapshot_of(names))[last]) is VerdictCode.BEATS_CONTROL


def test_the_series_of_an_experiment_that_is_gone_is_forgotten() -> None:
    source, now = Many(), 0.0
    assessor = Assessor(source, {}, clock=lambda: now)  # type: ignore[arg-type]  # all it asks
    assessor.assess(snapshot_of(["old", "new"]))
    now += 60
    assessor.assess(snapshot_of(["new"]))
    assert list(assessor._histories) == ["new"]


def _code(assessment: Assessment) -> VerdictCode:
    finding = assessment.of("buy", "b")
    assert finding is not None
    return finding.verdict.code
