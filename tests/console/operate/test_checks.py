"""The checklist before a deployment, as a person works with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lamed_tui.console.operate.pane import Choices
from lamed_tui.console.operate.preflight_pane import PreflightPane
from tests.console.operate.person import operating, screen_of
from tests.console.operate.shop import DETAILS
from tests.console.screens import folder_gone, until

if TYPE_CHECKING:
    from tests.console.operate.scripted import MakeScript


async def test_every_check_is_pending_then_running_then_has_its_word(script: MakeScript) -> None:
    backend = script(checks=DETAILS, unchecked=("package.template",))
    async with operating(backend, size=(100, 50)) as person:
        await person.press("d")
        await person.sees("Checking, 23 of 24 done")
        await person.sees("running Template")
        await person.sees("fail Redis eviction")
        await person.sees("CONFIG SET maxmemory-policy noeviction")
        shown = await person.sees("warn Redis encryption")
        assert "Plan" not in shown.splitlines()[-2], "one cannot go on before all are over"


async def test_one_check_is_run_again_alone_and_all_with_one_key(script: MakeScript) -> None:
    backend = script(checks=dict(DETAILS))
    async with operating(backend, size=(100, 50)) as person:
        await person.press("d")
        await person.sees("Not ready to deploy. 22 passed, 1 warning, 1 failed.")
        backend.checks.clear()
        listed = screen_of(person).query_one("#checks", Choices)
        await until(person.pilot, lambda _: bool(listed.highlighted), what="the one that failed is chosen")
        await person.press("x")
        await person.sees("Ready to deploy. 23 passed, 1 warning, 0 failed.")
        assert "No TLS" in person.screen, "the others were left alone"
        await person.press("a")
        await person.sees("Ready to deploy. 24 passed, 0 warnings, 0 failed.")


async def test_what_failed_is_pointed_out_also_when_it_was_over_before_there_was_room_to_show_it(
    script: MakeScript,
) -> None:
    async with operating(script(checks=DETAILS)) as person:
        await person.pilot.resize_terminal(3, 3)
        await person.press("d")
        await until(person.pilot, lambda _: screen_of(person).query_one(PreflightPane).is_over, what="the checks")
        await person.pilot.resize_terminal(40, 15)
        await person.sees("fail Redis eviction")


async def test_the_checks_are_exported_as_markdown_to_a_path_that_is_shown(script: MakeScript) -> None:
    async with operating(script(checks=DETAILS), size=(100, 50)) as person:
        await person.press("d")
        await person.sees("Not ready")
        await person.press("e")
        await person.sees("Saved to:")
        (path,) = Path.cwd().glob("lamed-preflight-*.md")
        assert (
            str(path) in person.screen.replace("\n", "").replace("│", "").replace(" ", "") or path.name in person.screen
        )
        text = path.read_text()
        assert text.startswith("# Preflight of shop\n")
        assert "| Redis eviction | fail | 0.03 | maxmemory-policy is allkeys-lru" in text


async def test_an_export_of_the_checks_from_a_folder_that_is_gone_says_so(script: MakeScript) -> None:
    async with operating(script(checks=DETAILS), size=(100, 50)) as person:
        await person.press("d")
        await person.sees("Not ready")
        with folder_gone():
            await person.press("e")
            await person.sees("The current folder is gone")
