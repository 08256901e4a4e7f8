"""Keys: each has an id, none clashes, people choose their own, and the bar of keys fits."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import lamed_tui.console
from lamed_tui.cli.main import run
from lamed_tui.config.model import ConsoleSettings
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.keys import _classes, _modules, keymap, scopes
from lamed_tui.console.preferences import follow
from lamed_tui.errors import ConfigError, ExitCode
from tests.console.screens import text_of, until, watching
from tests.console.setup.wizard import place
from tests.console.terminal import in_terminal
from tests.integration.experiments.counters import write_counts

WIDE = ["/ Filter", "s Sort", "w Window", "c Chart", "p Pause", "e Export"]

FORBIDDEN = {"ctrl+s", "ctrl+j", "ctrl+o", "ctrl+b"}
"""Keys that tmux, terminals and editors keep for themselves."""

NEVER_BOTH = {
    "escape": {
        # What is typed has the focus, and its escape comes first.
        "filter.clear",
        *("monitor.back", "operate.back", "choice.leave", "confirm.leave", "settings.leave", "told.leave"),
        *("single-look.leave", "sure.leave"),
        # One is possible while answers are tried, the other while they are not.
        *("setup.stop", "setup.back"),
    },
    # Each belongs to what has the focus.
    "enter": {
        "filter.keep",
        "list.open",
        "told.leave",
        "single-look.leave",
        "field.next",
        "yes-no.next",
        "routes.change",
        *("choice.choose", "choice.other", "settings.save"),
    },
    "down": {"field.next", "yes-no.next"},
    "up": {"field.previous", "yes-no.previous"},
}
"""Actions that share a key because only one of them is possible at a time."""


def test_every_binding_has_an_id_of_its_own() -> None:
    owners = [one for one in _classes(list(_modules(lamed_tui.console))) if "BINDINGS" in vars(one)]
    ids = Counter(getattr(binding, "id", None) for owner in owners for binding in vars(owner)["BINDINGS"])
    assert len(owners) > 10
    assert None not in ids
    assert [name for name, count in ids.items() if count > 1] == []


def test_no_key_means_two_things_on_one_screen() -> None:
    found = [(scope.screen, *clash) for scope in scopes() for clash in scope.clashes({})]
    assert [one for one in found if not {one[1], one[2]} <= NEVER_BOTH.get(one[3], set())] == []


def test_no_key_is_taken_from_terminals() -> None:
    every = {key for scope in scopes() for binding in scope.bindings.values() for key in binding.key.split(",")}
    assert not FORBIDDEN & every


def test_nothing_is_destroyed_by_a_key_that_is_easily_hit() -> None:
    words = ("delete", "reset", "destroy")
    destructive = {
        name: binding.key
        for scope in scopes()
        for name, binding in scope.bindings.items()
        if any(word in binding.action for word in words)
    }
    assert destructive
    assert all(key.isupper() for key in destructive.values()), destructive


@pytest.mark.parametrize(
    ("wanted", "field", "words"),
    [
        ({"monitor.srot": "S"}, r"console.keys.monitor\.srot", "no such action. There is: monitor.sort."),
        ({"monitor.sort": "hyper+s"}, r"console.keys.monitor\.sort", "there is no key 'hyper+s'"),
        ({"monitor.sort": "nonsense"}, r"console.keys.monitor\.sort", "there is no key 'nonsense'"),
        ({"monitor.sort": "p"}, r"console.keys.monitor\.sort", "p is the key of monitor.pause already"),
        ({"monitor.sort": "ctrl+q"}, r"console.keys.monitor\.sort", "is the key of app.quit-always already"),
        ({"app.quit": "s"}, r"console.keys.app\.quit", "s is the key of monitor.sort already"),
        (
            {"monitor.sort": "f5", "monitor.chart": "f5"},
            r"console.keys.monitor\.chart",
            "f5 is the key of monitor.sort",
        ),
    ],
)
def test_keys_that_cannot_be_are_refused_by_their_field(wanted: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        keymap(wanted)
    assert str(refused.value).startswith(field)
    assert words in str(refused.value)


def test_two_actions_may_change_places() -> None:
    assert keymap({"monitor.sort": "p", "monitor.pause": "s"}) == {"monitor.sort": "p", "monitor.pause": "s"}


def test_no_wish_changes_nothing() -> None:
    assert keymap({}) == {}


async def test_a_key_of_ones_own_works_is_shown_and_frees_the_other(valkey: str) -> None:
    write_counts(valkey, {("checkout", "participate", "control"): 41})
    async with watching(valkey, size=(160, 50), wishes=ConsoleSettings(keys={"monitor.pause": "ctrl+k,z"})) as pilot:
        await until(pilot, lambda text: "41 visitors" in text and "q Quit" in text)
        await pilot.press("p")
        assert "PAUSED" not in text_of(pilot)
        await pilot.press("z")
        await until(pilot, lambda text: "PAUSED" in text)
        await pilot.press("ctrl+k")
        await until(pilot, lambda text: "PAUSED" not in text)
        assert "^k Pause" in " ".join(text_of(pilot).splitlines()[-1].split())


async def test_a_key_of_ones_own_stands_where_the_other_stood(valkey: str) -> None:
    async with watching(valkey, size=(80, 24), wishes=ConsoleSettings(keys={"monitor.sort": "ctrl+o"})) as pilot:
        await until(pilot, lambda text: "/ Filter ^o Sort w Window" in " ".join(text.split()))
        await pilot.press("f1")
        await until(pilot, lambda text: text.index("^o") < text.index("Since start, last 24 h"))


async def test_an_action_with_several_keys_of_one_name_stands_once_in_the_help() -> None:
    async with LamedConsole(workplace=place()).run_test(size=(80, 50)) as pilot:
        await until(pilot, lambda text: "Set up" in text)
        await pilot.press("enter")
        await until(pilot, lambda text: "Cluster" in text)
        await pilot.press(*["tab"] * 6)
        await until(pilot, lambda text: "space Yes or no" in " ".join(text.split()))
        await pilot.press("f1")
        await until(pilot, lambda text: "Help: Setup" in text)
        assert text_of(pilot).split("Help: Setup")[1].count("Yes or no") == 1


async def test_who_shares_a_key_keeps_it_when_the_other_gets_another() -> None:
    app = LamedConsole(workplace=place())
    follow(app, ConsoleSettings(keys={"setup.stop": "f9"}))
    async with app.run_test() as pilot:
        await until(pilot, lambda text: "Set up" in text)
        await pilot.press("enter")
        await until(pilot, lambda text: "esc Back" in " ".join(text.split()))


def test_a_theme_that_is_not_there_is_refused_by_its_field() -> None:
    app = LamedConsole(workplace=place())
    with pytest.raises(ConfigError, match=r"console\.theme: there is no theme 'pink'. There is: .*lamed-light"):
        follow(app, ConsoleSettings(theme="pink"))
    follow(app, ConsoleSettings(theme="lamed-light"))
    assert app.theme == "lamed-light"


def test_the_console_does_not_open_with_keys_that_cannot_be(valkey: str) -> None:
    Path("config.json").write_text(json.dumps({"console": {"keys": {"monitor.sort": "p"}}}))
    with in_terminal(["-m", "lamed_tui", "watch"], {"LAMED_REDIS_URL": valkey}) as console:
        assert console.wait(30) == ExitCode.USAGE
    assert r"console.keys.monitor\.sort: p is the key of monitor.pause already." in " ".join(console.written.split())
    assert run(["configure", "--set", r"console.keys.monitor\.sort=S"]) == ExitCode.OK
    assert json.loads(Path("config.json").read_text())["console"]["keys"] == {"monitor.sort": "S"}


@pytest.mark.parametrize(
    ("width", "keys"),
    [
        (160, [*WIDE, "o Settings", "? Help", "q Quit", "^p Palette"]),
        (80, [*WIDE, "? Help", "q Quit"]),
        (40, ["/ Filter", "s Sort", "? Help", "q Quit"]),
        (20, ["? Help", "q Quit"]),
    ],
)
async def test_the_bar_of_keys_drops_what_does_not_fit_and_cuts_nothing(
    valkey: str, width: int, keys: list[str]
) -> None:
    async with watching(valkey, size=(width, 15)) as pilot:
        await until(pilot, lambda text: "q Quit" in text)
        assert [" ".join(key.split()) for key in text_of(pilot).splitlines()[-1].split("  ") if key.strip()] == keys


async def test_the_bar_of_keys_follows_a_resize(valkey: str) -> None:
    async with watching(valkey, size=(40, 15)) as pilot:
        await until(pilot, lambda text: "q Quit" in text and "Export" not in text)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda text: "Export" in text)


async def test_watching_only_leaves_out_what_changes_anything(valkey: str) -> None:
    write_counts(valkey, {("checkout", "participate", "control"): 41})
    async with watching(valkey, size=(160, 50), read_only=True) as pilot:
        await until(pilot, lambda text: "41 visitors" in text)
        offered = {active.binding.id for active in pilot.app.screen.active_bindings.values()}
        assert not {"monitor.reset", "monitor.delete", "monitor.settings", "monitor.control"} & offered
        for key in ("R", "D", "o", "k"):
            await pilot.press(key)
            assert len(pilot.app.screen_stack) == 1


async def test_a_dialog_shows_its_own_keys_and_none_of_the_screen_behind_it(valkey: str) -> None:
    write_counts(valkey, {("checkout", "participate", arm): 41 for arm in ("control", "green")})
    async with watching(valkey, size=(80, 24)) as pilot:
        await until(pilot, lambda text: "82 visitors" in text and "q Quit" in text)
        for key, keys in (
            ("k", "⏎ Choose esc Leave"),
            ("o", "⏎ Save esc Leave"),
            ("D", "esc Leave"),
            ("l", "esc Close"),
            ("question_mark", "esc Close"),
        ):
            await pilot.press(key)
            await until(pilot, lambda text, keys=keys: " ".join(text.splitlines()[-1].split()) == keys)  # type: ignore[misc]  # bound default
            await pilot.click("FooterKey:last-child")
            await until(pilot, lambda text: "q Quit" in text)
