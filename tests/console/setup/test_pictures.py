"""How the wizard looks, as SVG pictures.

After a deliberate change, look at the report that a failing run names, then run this file with --snapshot-update.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamed_tui.console.app import LamedConsole
from tests.config_file import write
from tests.console.pictures import SIZES, THEMES, come_to_rest
from tests.console.setup.wizard import Wizard, place

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    Prepare = Callable[[Wizard], Awaitable[None]]

LONG = {
    "name": "a-name-of-thirty-characters-ab",
    "namespace": "日本語の名前空間はとても長い " * 3,
    "redis": {"host": f"{'very-long-host-name-' * 4}.example.com", "password": "hidden-secret"},
    "extra_wiring": [
        {
            "lambda": {"FunctionName": "x" * 30, "Handler": "lamed.track"},
            "api_gateway": {"pathPart": "a-path-that-goes-on-and-on-and-on-and-on", "method": {"httpMethod": "GET"}},
        }
    ],
}


@pytest.fixture
def looks_as_before(snap_compare: Callable[..., bool]) -> Callable[..., bool]:
    """Whether the wizard looks as it did when the picture was accepted."""

    def compare(prepare: Prepare, *, size: tuple[int, int] = (80, 24), theme: str = THEMES[0]) -> bool:
        app = LamedConsole(workplace=place({"AWS_REGION": "eu-central-1"}))
        app.theme = theme

        async def run(pilot: Pilot[None]) -> None:
            wizard = Wizard(pilot)
            await wizard.sees("A/B-testing backend")
            await prepare(wizard)
            await come_to_rest(pilot)

        return snap_compare(app, terminal_size=size, run_before=run)

    return compare


def at_step(number: int) -> Prepare:
    """Go to a step, answering nothing."""

    async def go(wizard: Wizard) -> None:
        await wizard.press("enter")
        names = ["Redis", "AWS", "Endpoints", "Review"]
        for step, name in enumerate(names[:number], start=1):
            await wizard.sees(f"Step {step}" if wizard.pilot.app.size.width < 60 else f"▸ {step} {name}")
            if step < number:
                await wizard.press("ctrl+n")

    return go


async def stay(wizard: Wizard) -> None:
    """Stay on the first page."""
    assert wizard.screen


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("step", [1, 4])
def test_a_form_and_the_review(
    looks_as_before: Callable[..., bool], step: int, size: tuple[int, int], theme: str
) -> None:
    assert looks_as_before(at_step(step), size=size, theme=theme)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("step", [2, 3])
def test_the_other_steps(looks_as_before: Callable[..., bool], step: int, size: tuple[int, int]) -> None:
    assert looks_as_before(at_step(step), size=size, theme=THEMES[step % 2])


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_welcome(looks_as_before: Callable[..., bool], size: tuple[int, int]) -> None:
    assert looks_as_before(stay, size=size)


@pytest.mark.parametrize("step", [1, 3, 4])
def test_long_and_wide_answers(looks_as_before: Callable[..., bool], step: int) -> None:
    write(**LONG)
    assert looks_as_before(at_step(step))


def test_an_answer_that_is_wrong(looks_as_before: Callable[..., bool]) -> None:
    async def answer(wizard: Wizard) -> None:
        await at_step(1)(wizard)
        await wizard.fill("Port", "seventy")
        await wizard.press("ctrl+n")
        await wizard.sees("✗")

    assert looks_as_before(answer)


def test_endpoints_as_text_that_means_nothing(looks_as_before: Callable[..., bool]) -> None:
    async def type_it(wizard: Wizard) -> None:
        await at_step(3)(wizard)
        await wizard.press("ctrl+r", "x")
        await wizard.sees("✗")

    assert looks_as_before(type_it)
