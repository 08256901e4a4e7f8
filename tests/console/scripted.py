"""What a monitor shows while it stands still: experiments, their past, and a source and a clock that do as told."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lamed_tui.config.model import Config, ExperimentSettings
from lamed_tui.errors import LamedError, StoreError
from lamed_tui.experiments.history import History
from lamed_tui.experiments.operations import Operations, SessionBook
from lamed_tui.experiments.snapshot import Experiment, Snapshot
from tests.experiments import experiment, totals_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)


SETTINGS = {"checkout button": {"primary_goal": "purchase", "guardrails": ["add to basket"]}}
REFUSED = StoreError(
    "Redis at 127.0.0.1:6379 refused the connection.", "Check that it runs, and redis.host and redis.port."
)


USUAL = (
    experiment(
        "checkout button",
        {"control": 12_043, "green": 11_987},
        {"purchase": [1_204, 1_493], "add to basket": [3_120, 3_300], "page view": [30_120, 29_981]},
        control="control",
        repeats=["page view"],
    ),
    experiment(
        "headline",
        {"original": 4_410, "question": 4_378, "shorter headline with numbers": 4_402},
        {"signup": [212, 240, 251]},
        control="original",
    ),
    experiment("new search", {"a": 31, "b": 29}, {}),
    experiment("pricing page", {"annual": 980, "monthly": 2_044}, {"upgrade": [20, 51]}),
)


LONG = (
    experiment(
        "日本語の実験名はとても長いのでここで切れるはずです、たぶん",
        {"コントロール": 1_234_567, "family 👩‍👩‍👧 and a name that goes on and on": 998_877},
        {"購入する": [123_456, 130_000], "x" * 80: [1, 2]},
        control="コントロール",
    ),
    *(
        experiment(f"experiment number {number} with a very long name indeed", {"a": number}, {"buy": [number // 3]})
        for number in range(60)
    ),
)


class Scripted:
    """A source that answers what it is told, one answer a reading, and then nothing any more."""

    label, namespace = "Redis 127.0.0.1:6379", "alephbet"

    def __init__(self, *answers: tuple[Experiment, ...] | LamedError) -> None:
        book = SessionBook(Config.model_validate({"experiments": SETTINGS}))
        self.operations: Operations | None = Operations(book, delete=lambda *_: None, reset=lambda *_: None)
        self.readings = 0
        self._answers = answers
        self._closed = threading.Event()

    @property
    def readings_left(self) -> int:
        return len(self._answers) - self.readings

    @property
    def has_history(self) -> Experiment | None:
        """The one experiment that has; none where an outage may come sooner than the history."""
        found = [one for one in self._answers if isinstance(one, tuple) and one]
        return found[-1][0] if found and len(found) == len(self._answers) else None

    def read(self) -> Snapshot:
        if self.readings == len(self._answers):
            self._closed.wait()
            raise StoreError("closed")
        answer = self._answers[self.readings]
        self.readings += 1
        if isinstance(answer, LamedError):
            raise answer
        return Snapshot("alephbet", NOW, answer)

    def read_histories(self, experiments: Sequence[str]) -> dict[str, History]:
        first = self.has_history
        return {first.name: history_of(first)} if first is not None and experiments == [first.name] else {}

    def use(self, settings: Mapping[str, ExperimentSettings]) -> None:
        """The answers are what they are."""

    def namespaces(self) -> list[str]:
        return ["alephbet", "blog"]

    def in_namespace(self, namespace: str) -> Scripted:  # noqa: ARG002 - a source's signature
        return self

    def close(self) -> None:
        self._closed.set()


def history_of(one: Experiment) -> History:
    """Ten days, each with a tenth of everything."""
    totals = totals_of(one)
    days = [int((NOW - timedelta(days=ago)).timestamp()) // 86_400 * 86_400 for ago in range(10)]
    points = {
        name: {day: count // 10 + (count % 10 if number == 0 else 0) for number, day in enumerate(days)}
        for name, count in totals.items()
    }
    return History(NOW, totals, {}, points)


class StillClock:
    """Four seconds a reading, and `late` seconds more once they are set."""

    def __init__(self, source: Scripted) -> None:
        self.late = 0.0
        self._source = source

    def __call__(self) -> float:
        return 1_000 + 4 * self._source.readings + self.late
