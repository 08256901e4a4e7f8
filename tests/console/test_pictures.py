"""How the console looks, as SVG pictures. Numbers and clock are fixed here; everything else is the real console.

After a deliberate change, look at the report that a failing run names, then: pytest tests/console/test_pictures.py
--snapshot-update
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from lamed.keys import PARTICIPATE
from textual.widgets import Input

from lamed_tui.config.model import Config, ExperimentSettings
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.monitor.screen import MonitorScreen
from lamed_tui.errors import LamedError, StoreError
from lamed_tui.experiments.history import History
from lamed_tui.experiments.operations import Operations, SessionBook
from lamed_tui.experiments.snapshot import Experiment, Goal, Snapshot, Variant, VariantCount
from tests.console.screens import settled, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from textual.pilot import Pilot

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
SETTINGS = {"checkout button": {"primary_goal": "purchase", "guardrails": ["add to basket"]}}
SIZES = [(40, 15), (80, 24), (160, 50)]
THEMES = ["lamed-dark", "lamed-light"]
REFUSED = StoreError(
    "Redis at 127.0.0.1:6379 refused the connection.", "Check that it runs, and redis.host and redis.port."
)


def experiment(
    name: str,
    arms: dict[str, int],
    goals: dict[str, list[int]],
    *,
    control: str | None = None,
    repeats: Sequence[str] = (),
) -> Experiment:
    """An experiment with visitors by variant, and conversions by goal in the order of the variants."""
    return Experiment(
        name,
        control,
        tuple(Variant(variant, visitors) for variant, visitors in arms.items()),
        tuple(
            Goal(
                goal,
                goal not in repeats,
                tuple(VariantCount(*arm, count) for arm, count in zip(arms.items(), counts, strict=True)),
            )
            for goal, counts in goals.items()
        ),
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
    totals = {(PARTICIPATE, variant.name): variant.visitors for variant in one.variants}
    totals |= {(goal.name, arm.name): arm.conversions for goal in one.goals for arm in goal.variants}
    days = [int((NOW - timedelta(days=ago)).timestamp()) // 86_400 * 86_400 for ago in range(10)]
    points = {
        name: {day: count // 10 + (count % 10 if number == 0 else 0) for number, day in enumerate(days)}
        for name, count in totals.items()
    }
    return History(NOW, totals, {}, points)


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    """Makes sources whose threads end with the test."""
    made: list[Scripted] = []

    def make(*answers: tuple[Experiment, ...] | LamedError) -> Scripted:
        made.append(Scripted(*answers))
        return made[-1]

    yield make
    for source in made:
        source.close()


class StillClock:
    """Four seconds a reading, and `late` seconds more once they are set."""

    def __init__(self, source: Scripted) -> None:
        self.late = 0.0
        self._source = source

    def __call__(self) -> float:
        return 1_000 + 4 * self._source.readings + self.late


@pytest.fixture
def looks_as_before(snap_compare: Callable[..., bool]) -> Callable[..., bool]:
    """Whether a console looks as it did when the picture was accepted."""

    def compare(
        source: Scripted,
        *keys: str,
        once: str,
        late: float = 1,
        size: tuple[int, int] = (80, 24),
        theme: str = THEMES[0],
        note: str = "",
    ) -> bool:
        clock = StillClock(source)
        app = LamedConsole(source, clock=clock, note=note)
        app.theme = theme

        async def prepare(pilot: Pilot[None]) -> None:
            for _ in range(source.readings_left):
                await pilot.press("r")
            await until(pilot, lambda shown: once in shown, what=once, seconds=20)
            clock.late = late
            screen = pilot.app.screen_stack[0]
            assert isinstance(screen, MonitorScreen)
            if source.has_history is not None:
                first = source.has_history.name
                await until(pilot, lambda _: screen._knowledge.history(first) is not None, what="the history")
            await pilot.press(*keys)
            screen._refresh_status()  # what the next tick does
            for field in pilot.app.screen.query(Input):
                field.cursor_blink = False
            await settled(pilot)

        return snap_compare(app, terminal_size=size, run_before=prepare)

    return compare


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_monitor(
    looks_as_before: Callable[..., bool],
    scripted: Callable[..., Scripted],
    size: tuple[int, int],
    theme: str,
) -> None:
    before = experiment(
        "checkout button",
        {"control": 12_040, "green": 11_985},
        {"purchase": [1_203, 1_493], "add to basket": [3_118, 3_299], "page view": [30_102, 29_965]},
        control="control",
    )
    assert looks_as_before(scripted((before, *USUAL[1:]), USUAL), once="24,030", size=size, theme=theme)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_long_and_wide_names(
    looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted], size: tuple[int, int]
) -> None:
    assert looks_as_before(scripted(LONG), once="2,233,444 visitors", size=size)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_redis_that_cannot_be_reached(
    looks_as_before: Callable[..., bool],
    scripted: Callable[..., Scripted],
    size: tuple[int, int],
    theme: str,
) -> None:
    assert looks_as_before(scripted(REFUSED), once="refused", size=size, theme=theme, late=0)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_namespace_without_events(
    looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted], size: tuple[int, int]
) -> None:
    assert looks_as_before(scripted(()), once="No events yet", size=size)


def test_the_first_reading_under_way(looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted]) -> None:
    assert looks_as_before(scripted(), once="Reading Redis")


@pytest.mark.parametrize("theme", THEMES)
def test_an_outage_with_data_on_screen(
    looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted], theme: str
) -> None:
    assert looks_as_before(scripted(USUAL, REFUSED), once="refused", late=0, theme=theme)


def test_an_outage_on_a_small_screen(looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted]) -> None:
    assert looks_as_before(scripted(USUAL, REFUSED), once="disconnected", late=0, size=(40, 15))


def test_data_that_is_stale(looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted]) -> None:
    assert looks_as_before(scripted(USUAL), once="1,204", late=31)


def test_a_paused_view(looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted]) -> None:
    assert looks_as_before(scripted(USUAL), "p", once="1,204", late=3, note="demo")


def test_a_filter(looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted]) -> None:
    assert looks_as_before(scripted(USUAL), "slash", "p", "a", once="1,204")


def test_a_filter_without_a_match(looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted]) -> None:
    assert looks_as_before(scripted(USUAL), "slash", "z", "z", once="1,204")


def test_the_history_of_rates_and_its_end_at_the_bottom(
    looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted]
) -> None:
    assert looks_as_before(scripted(USUAL), "c", "enter", "end", once="1,204")


def test_a_marked_control_among_three_variants(
    looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted]
) -> None:
    assert looks_as_before(scripted(USUAL), "down", "enter", once="1,204", size=(160, 50))


def test_a_window(looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted]) -> None:
    assert looks_as_before(scripted(USUAL), "w", "s", once="1,204")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("key", ["D", "o", "e", "n", "k"])
def test_every_dialog(
    looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted], key: str, theme: str
) -> None:
    assert looks_as_before(scripted(USUAL), key, once="1,204", theme=theme)


def test_settings_on_a_small_screen(looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted]) -> None:
    assert looks_as_before(scripted(USUAL), "o", once="checkout button", size=(40, 15))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_help(
    looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted], size: tuple[int, int]
) -> None:
    assert looks_as_before(scripted(USUAL), "question_mark", once="1,204", size=size)


def test_without_colours(
    looks_as_before: Callable[..., bool], scripted: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert looks_as_before(scripted(USUAL, REFUSED), "down", once="refused", late=0)
