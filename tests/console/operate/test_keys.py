"""Operating's keys: each has an id and one meaning on the screen, and none destroys anything by itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from textual.binding import Binding

from lamed_tui.console.app import LamedConsole
from lamed_tui.console.dialogs.asking import Sure
from lamed_tui.console.operate.screen import OperateScreen
from lamed_tui.console.widgets.inputs import FilterField
from tests.console.operate.person import operating
from tests.console.test_keys import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.console.operate.scripted import Script


def declared(*owners: type[LamedConsole | OperateScreen | Sure | FilterField]) -> list[Binding]:
    return [binding for owner in owners for binding in owner.BINDINGS if isinstance(binding, Binding)]


def test_every_key_has_an_id_of_its_own_and_one_meaning_on_the_screen() -> None:
    every = declared(LamedConsole, OperateScreen, Sure, FilterField)
    ids = Counter(binding.id for binding in every)
    assert None not in ids
    assert max(ids.values()) == 1
    keys = Counter(key for binding in declared(LamedConsole, OperateScreen) for key in binding.key.split(","))
    assert [key for key, count in keys.items() if count > 1] == []
    assert not FORBIDDEN & set(keys)


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
