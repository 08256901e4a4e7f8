"""How the snippet builder looks, as SVG pictures.

After a deliberate change, look at the report that a failing run names, then run this file with --snapshot-update.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from lamed_tui.console.app import LamedConsole
from lamed_tui.console.snippet.screen import SnippetScreen
from tests.console.pictures import SIZES, THEMES, come_to_rest
from tests.console.screens import settled, until
from tests.console.setup.wizard import place
from tests.console.snippet.builder import URL, configured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.pilot import Pilot

LONG = "日本語の実験名はとても長いのでここで切れるはずです " * 2 + "</script> \\ \N{PARTY POPPER}"


@pytest.fixture
def looks_as_before(snap_compare: Callable[..., bool]) -> Callable[..., bool]:
    """Whether the builder looks as it did when the picture was accepted."""

    def compare(
        *keys: str,
        texts: Mapping[str, str] | None = None,
        size: tuple[int, int] = (80, 24),
        theme: str = THEMES[0],
        experiments: dict[str, Any] | None = None,
    ) -> bool:
        configured(experiments)
        app = LamedConsole(workplace=place())
        app.theme = theme

        async def prepare(pilot: Pilot[None]) -> None:
            await pilot.app.switch_mode("snippet")
            await until(pilot, lambda shown: "Experiment" in shown, seconds=20)
            screen = pilot.app.screen
            assert isinstance(screen, SnippetScreen)
            for selector, text in {"#track_url .text": URL, **(texts or {})}.items():
                screen.query(selector).first(Input).value = text
                await settled(pilot)  # the code in sight is that of the last answers that were right
            await pilot.press(*keys)
            await come_to_rest(pilot)

        return snap_compare(app, terminal_size=size, run_before=prepare)

    return compare


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_form(looks_as_before: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    assert looks_as_before(size=size, theme=theme)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_code(looks_as_before: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    assert looks_as_before("ctrl+t", size=size, theme=theme)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_answers_that_are_wrong(looks_as_before: Callable[..., bool], size: tuple[int, int]) -> None:
    texts = {"#variants .weight": "2x", "#goals .name": "participate", "#sample .text": "150%"}
    assert looks_as_before("tab", size=size, texts=texts)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_long_and_wide_names(looks_as_before: Callable[..., bool], size: tuple[int, int]) -> None:
    assert looks_as_before(size=size, texts={"#experiment .text": LONG, "#goals .name": LONG[:40]}, theme=THEMES[1])


def test_an_address_that_nobody_knows(looks_as_before: Callable[..., bool]) -> None:
    assert looks_as_before("ctrl+t", texts={"#track_url .text": ""})


def test_the_help_of_the_builder(looks_as_before: Callable[..., bool]) -> None:
    assert looks_as_before("f1")


def test_the_choice_of_an_experiment(looks_as_before: Callable[..., bool]) -> None:
    assert looks_as_before("ctrl+l", experiments={"checkout button": {}, "headline": {}})


def test_without_colours(looks_as_before: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert looks_as_before(size=(160, 50), texts={"#sample .text": "half"})
