"""The monitor on a real Valkey, driven by keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lamed_tui.config.model import ExperimentSettings
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.monitor.widgets import ExperimentDetail
from lamed_tui.experiments.api_source import ApiSource
from tests.console.screens import settled, text_of, until, watching
from tests.integration.experiments.counters import WINNER, counts_of, write_counts, write_past
from tests.integration.experiments.test_results_command import an_api

if TYPE_CHECKING:
    import pytest


COUNTS = {
    **counts_of("checkout", "buy", control=(1_204, 120), green=(1_187, 160)),
    ("headline", "participate", "a"): 31,
    ("headline", "participate", "b"): 29,
}


async def test_every_number_of_the_chosen_experiment_is_on_screen(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    async with watching(valkey) as pilot:
        shown = await until(pilot, lambda text: "2,391 visitors" in text and " live 0 s " in text)
    assert re.search(r"control +1,204 +120 +9\.97%", shown)
    assert re.search(r"green +1,187 +160 +13\.48%", shown)
    assert "alephbet · Redis 127.0.0.1:" in shown
    assert "every 0.2 s" in shown
    assert "2 experiments" in shown


async def test_a_counter_that_rises_rises_on_screen(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "9.97%" in text)
        write_counts(valkey, {("checkout", "buy", "control"): 121})
        shown = await until(pilot, lambda text: "121" in text)
        assert "10.05%" in shown
        await until(pilot, lambda text: re.search(r"[0-9.]+ events/s", text) is not None)


async def test_another_experiment_is_chosen_with_the_arrows_and_stays_chosen(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "2,391 visitors" in text)
        await pilot.press("down")
        await until(pilot, lambda text: "60 visitors" in text)
        write_counts(valkey, {("a new first one", "participate", "a"): 1, ("headline", "participate", "a"): 32})
        shown = await until(pilot, lambda text: "a new first one" in text and "61 visitors" in text)
        assert "No goal reached yet" in shown


async def test_pausing_freezes_the_view_and_not_the_reading(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "9.97%" in text)
        await pilot.press("p")
        write_counts(valkey, {("checkout", "buy", "control"): 999})
        shown = await until(pilot, lambda text: "PAUSED, shows data 1 s old" in text)
        assert "live 0 s" in shown
        assert "999" not in shown
        await pilot.press("p")
        shown = await until(pilot, lambda text: "999" in text)
        assert "PAUSED" not in shown


async def test_a_filter_narrows_the_list_while_it_is_typed(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "2,391 visitors" in text)
        await pilot.press("slash", "H", "E", "A", "D", "l")
        shown = await until(pilot, lambda text: "60 visitors" in text)
        assert "checkout" not in shown
        assert "Keep the filter" in shown
        await pilot.press("enter")
        assert "Pause" in await until(pilot, lambda text: "Keep the filter" not in text)
        assert "checkout" not in text_of(pilot)
        await pilot.press("escape")
        await until(pilot, lambda text: "checkout" in text)


async def test_letters_typed_into_the_filter_are_no_commands(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "2,391 visitors" in text)
        await pilot.press("slash", "p", "q", "r", "question_mark", "plus", "minus")
        shown = await until(pilot, lambda text: "pqr?+-" in text)
        assert "No experiment has this in its" in shown
        assert "PAUSED" not in shown
        assert "every 0.2 s" in shown


async def test_the_interval_follows_plus_and_minus(valkey: str) -> None:
    async with watching(valkey, interval=2) as pilot:
        for key, text in (("plus", "every 5 s"), ("minus", "every 2 s"), ("minus", "every 1 s")):
            await pilot.press(key)
            await until(pilot, lambda shown, text=text: text in shown)  # type: ignore[misc]  # mypy and bound defaults
        await pilot.press(*["minus"] * 5)
        await until(pilot, lambda shown: "every 0.5 s" in shown)
        await pilot.press(*["plus"] * 9)
        await until(pilot, lambda shown: "every 60 s" in shown)


async def test_r_reads_at_once(valkey: str) -> None:
    async with watching(valkey, interval=60) as pilot:
        await until(pilot, lambda text: "No events yet" in text)
        write_counts(valkey, COUNTS)
        await pilot.press("r")
        await until(pilot, lambda text: "2,391 visitors" in text)


async def test_an_empty_namespace_says_what_to_do_and_fills_by_itself(valkey: str) -> None:
    async with watching(valkey) as pilot:
        shown = await until(pilot, lambda text: 'No events yet in the namespace "alephbet"' in text)
        assert "Code for a page: x" in shown
        assert "Another namespace: n" in shown
        write_counts(valkey, COUNTS)
        shown = await until(pilot, lambda text: "2,391 visitors" in text)
        assert "No events" not in shown


async def test_the_first_code_for_a_page_is_one_key_away(valkey: str) -> None:
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "No events yet" in text)
        await pilot.press("x")
        await until(pilot, lambda text: "AlephBet" in text and "Variants" in text)


async def test_help_scrolls_by_keyboard_and_closes(valkey: str) -> None:
    async with watching(valkey, size=(40, 15)) as pilot:
        await pilot.press("question_mark")
        shown = await until(pilot, lambda text: "Help: Monitor" in text)
        assert "Freeze the view" in shown
        await pilot.press("end")
        await until(pilot, lambda text: "reading goes on behind it" in re.sub(r"[│▁-█\s]+", " ", text))
        await pilot.press("escape")
        await until(pilot, lambda text: "Help: Monitor" not in text)


async def test_the_palette_offers_the_actions(valkey: str) -> None:
    async with watching(valkey) as pilot:
        await pilot.press("ctrl+p", *"freeze")
        await until(pilot, lambda text: "Freeze the view" in text)
        await pilot.press("enter")
        await until(pilot, lambda text: "PAUSED" in text or "No events" in text)


async def test_the_palette_begins_with_where_else_one_can_go(valkey: str) -> None:
    async with watching(valkey) as pilot:
        await pilot.press("ctrl+p")
        shown = await until(pilot, lambda text: "Filter by a part of a name" in text)
        assert shown.index("Go to Snippet") < shown.index("Filter by a part of a name")
        assert "Go to Monitor" not in shown


async def test_enter_and_tab_reach_the_numbers_and_escape_comes_back(valkey: str) -> None:
    counts = {("many goals", f"goal {number:02}", "a"): number for number in range(40)}
    write_counts(valkey, {("many goals", "participate", "a"): 50, **counts})
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "goal 00" in text)
        await pilot.press("enter", "end")
        await until(pilot, lambda text: "goal 39" in text)
        await pilot.press("escape")
        assert pilot.app.focused is not None
        assert pilot.app.focused.__class__.__name__ == "ExperimentList"


async def test_an_experiment_that_is_deleted_leaves_the_screen(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    async with watching(valkey) as pilot:
        await until(pilot, lambda text: "2,391 visitors" in text)
        await pilot.press("down")
        await until(pilot, lambda text: "60 visitors" in text)
        import redis

        with redis.Redis.from_url(valkey) as client:
            client.srem("alephbet:experiments", "headline")
            client.srem("alephbet:counter_keys", "alephbet:counters:headline:participate:a")
            client.srem("alephbet:counter_keys", "alephbet:counters:headline:participate:b")
        await until(pilot, lambda text: "headline" not in text and "2,391 visitors" in text)


async def test_odd_names_do_not_command_the_screen(valkey: str) -> None:
    name = "[bold red]\x1b[2J日本語\u202e"
    write_counts(valkey, {(name, "participate", "[/x]"): 3, (name, "[link=x]", "[/x]"): 1})
    async with watching(valkey) as pilot:
        shown = await until(pilot, lambda text: "3 visitors" in text)
        assert "[bold red]\\x1b[2J日本語\\u202e" in shown
        assert "[link=x]" in shown


async def test_q_quits_with_success_and_ctrl_c_with_an_interruption(valkey: str) -> None:
    for key, code in (("q", 0), ("ctrl+q", 0), ("ctrl+c", 130)):
        async with watching(valkey) as pilot:
            await until(pilot, lambda text: "No events" in text)
            await pilot.press(key)
        assert pilot.app.return_code == code


async def test_what_is_proven_stands_in_the_list_and_beside_the_numbers(valkey: str) -> None:
    write_counts(valkey, WINNER)
    async with watching(valkey, size=(160, 40), experiments={"checkout": {"control": "a"}}) as pilot:
        await pilot.press("down")
        await until(pilot, lambda text: "b leads, but is no winner yet" in text)
        in_list = re.compile(r"checkout +8,000 ▏.*\n +b leads +\S+/s ▏")  # a pace is known at the second reading
        shown = await until(pilot, lambda text: in_list.search(text) is not None, what="the pace in the list")
    assert re.search(r"b +4,000 +640 +16\.00% +\+60\.0% +\+\d+\.\d% … \+\d+\.\d% +p <0\.0001 +Beats control", shown)


async def test_the_list_is_sorted_by_visitors_and_back(valkey: str) -> None:
    write_counts(valkey, WINNER)

    def listed(text: str) -> list[str]:
        return re.findall(r"^ (checkout|a small one)", text, re.MULTILINE)

    async with watching(valkey) as pilot:
        await until(pilot, lambda text: listed(text) == ["a small one", "checkout"])
        await pilot.press("s")
        await until(pilot, lambda text: "by visitors" in text and listed(text) == ["checkout", "a small one"])
        await pilot.press("s", "s")
        await until(pilot, lambda text: "by " not in text and listed(text) == ["a small one", "checkout"])


async def test_one_look_shows_what_other_tools_show_and_warns_of_it(valkey: str) -> None:
    write_counts(valkey, WINNER)
    async with watching(valkey, experiments={"checkout": {"control": "a"}}) as pilot:
        await pilot.press("down")
        await until(pilot, lambda text: "8,000 visitors" in text)
        await pilot.press("l")
        shown = await until(pilot, lambda text: "chance to beat the control 100.0%" in text)
        assert "Not a stopping rule." in shown
        assert "rate 10.00%, 95% interval 9.11% … 10.97%" in shown
        assert "expected loss of the control 5.997 percentage points" in shown
        await pilot.press("escape")
        await until(pilot, lambda text: "Not a stopping rule." not in text)


async def test_the_states_in_the_list_know_the_past_of_experiments_that_nobody_opened(valkey: str) -> None:
    """What was proven days ago stays proven, and a winner needs to know how old the experiment is."""
    write_counts(valkey, WINNER)
    write_past(valkey, WINNER, datetime.now(UTC) - timedelta(days=9))
    async with watching(valkey, size=(160, 40), experiments={"checkout": {"control": "a"}}) as pilot:
        shown = await until(pilot, lambda text: "winner: b" in text, seconds=30)
        assert re.search(r"▏ +a small one", shown), "another experiment is in detail"


async def test_a_smaller_terminal_leaves_no_empty_lines_behind(valkey: str) -> None:
    write_counts(valkey, WINNER)
    write_past(valkey, WINNER, datetime.now(UTC) - timedelta(days=9))
    async with watching(valkey, size=(160, 50), interval=60, experiments={"checkout": {"control": "a"}}) as pilot:
        await pilot.press("down")
        await until(pilot, lambda text: "buy: lift over the control" in text and "winner: b" in text)
        await pilot.resize_terminal(140, 50)
        await until(pilot, lambda text: max(map(len, text.splitlines())) <= 140 and "buy: lift" in text)
        await settled(pilot)
        detail = pilot.app.screen.query_one(ExperimentDetail)
        assert detail.virtual_size.height <= detail.size.height


async def test_visitors_that_the_api_does_not_tell_are_unknown_and_not_none(
    valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_counts(valkey, {("new", "participate", "a"): 41, ("new", "participate", "b"): 40})
    with an_api(valkey, "the-key", monkeypatch) as url:
        app = LamedConsole(ApiSource(url, "the-key", "alephbet", {"new": ExperimentSettings(control="a")}))
        async with app.run_test(size=(80, 24)) as pilot:
            shown = await until(pilot, lambda text: "the API tells" in text)
    assert re.search(r"new +– ▏.*\n +no goal yet", shown)
