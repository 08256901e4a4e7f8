"""How the console looks, as SVG pictures. Numbers and clock are fixed here; everything else is the real console.

After a deliberate change, look at the report that a failing run names, then: pytest tests/console/test_pictures.py
--snapshot-update
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamed_tui.console.app import LamedConsole
from lamed_tui.console.monitor.screen import MonitorScreen
from tests.console.pictures import SIZES, THEMES, come_to_rest
from tests.console.screens import until
from tests.console.scripted import LONG, REFUSED, USUAL, Scripted, StillClock
from tests.experiments import experiment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.pilot import Pilot

    from lamed_tui.errors import LamedError
    from lamed_tui.experiments.snapshot import Experiment


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
            await come_to_rest(pilot)

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
