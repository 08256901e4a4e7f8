"""Assessing whole snapshots, with what earlier looks have proven."""

from __future__ import annotations

from datetime import UTC, date, datetime

from lamed_tui.experiments.assessing import Assessor
from lamed_tui.experiments.snapshot import Experiment, Goal, Snapshot, Variant, VariantCount
from lamed_tui.experiments.statistics.crossing import Crossing, Standing
from lamed_tui.experiments.statistics.verdict import VerdictCode

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
ARMS = (VariantCount("a", 2_000, 200), VariantCount("b", 2_000, 220))
SNAPSHOT = Snapshot(
    "alephbet",
    NOW,
    (Experiment("shop", "a", tuple(Variant(arm.name, arm.visitors) for arm in ARMS), (Goal("buy", True, ARMS),)),),
)


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
