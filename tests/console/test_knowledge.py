"""What the monitor knows of an experiment, from its series and from looking at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lamed.keys import PARTICIPATE

from lamed_tui.console.monitor.knowledge import Knowledge, read_past
from lamed_tui.experiments.history import History
from lamed_tui.experiments.snapshot import Experiment, Goal, Variant, VariantCount

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
VISITORS = {"old": 12_000, "new": 12_000}
BUYERS = {"old": 1_200, "new": 1_500}


class TenDays:
    """A source in which every day brought a tenth."""

    def read_histories(self, experiments: list[str]) -> dict[str, History]:
        totals = {(PARTICIPATE, name): count for name, count in VISITORS.items()}
        totals |= {("buy", name): count for name, count in BUYERS.items()}
        days = [int((NOW - timedelta(days=ago)).timestamp()) // 86_400 * 86_400 for ago in range(10)]
        points = {key: dict.fromkeys(days, count // 10) for key, count in totals.items()}
        return {name: History(NOW, totals, {}, points) for name in experiments}


def shop(control: str | None) -> Experiment:
    arms = tuple(VariantCount(name, VISITORS[name], BUYERS[name]) for name in VISITORS)
    return Experiment("shop", control, tuple(Variant(*one) for one in VISITORS.items()), (Goal("buy", True, arms),))


def test_a_control_that_becomes_known_later_has_the_proof_of_the_days_before() -> None:
    knowledge = Knowledge(dict)
    for control in (None, "old"):
        knowledge.learn("shop", read_past(TenDays(), shop(control), None))  # type: ignore[arg-type]  # all it needs
        knowledge.assessment(shop(control), NOW)
    crossing = knowledge.assessment(shop("old"), NOW).standing.crossings["buy", "new"]
    assert crossing.day < NOW.date()
    assert crossing.visitors < 24_000
