"""Operating's keys: each page offers what can be done there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.console.operate.person import operating

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.console.operate.scripted import Script


async def test_each_page_offers_only_what_can_be_done_there(script: Callable[..., Script]) -> None:
    async with operating(script()) as person:
        await person.sees("UPDATE_COMPLETE")
        await person.sees("d Deploy c Copy k Key v Drift u Reload r Releases l Logs ? Help q Quit")
        await person.press("l")
        await person.sees("d Deploy f Follow / Filter m Level u Reload s Status ? Help q Quit")
        await person.press("d")
        await person.sees("^n Go on esc Back x Recheck a Check all e Export s Status ? Help q Quit")
        await person.press("question_mark")
        await person.sees("Help: Operate: Preflight")
