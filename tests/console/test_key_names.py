"""Sentences name the keys that a person has, and not those that the console was made with."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import lamed_tui.console
from lamed_tui.config.model import ConsoleSettings
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.key_names import in_words
from lamed_tui.console.keys import scopes
from lamed_tui.console.preferences import follow
from lamed_tui.console.workplace import Workplace
from tests.config_file import CONFIG, write
from tests.console.operate.scripted import Script
from tests.console.screens import text_of, until, watching
from tests.console.setup.wizard import Wizard, place, setting_up, watch
from tests.integration.experiments.counters import write_counts

if TYPE_CHECKING:
    from collections.abc import Iterator

PROSE = re.compile(
    r"\bCtrl\+|\bShift\+(?!Tab)|\bEsc\b|(?<!\[)\^[a-z]\b|\bF1\b|(?<![\w'.{<>%+/-])([b-zB-Z/])(?= [a-z]+s\b)"
)
"""Names of keys as sentences write them; a key of one letter stands before a verb."""


def said() -> Iterator[tuple[str, str]]:
    """Every text of the console that is no docstring, with its place."""
    folder = Path(lamed_tui.console.__file__).parent
    for file in folder.rglob("*.py"):
        tree = ast.parse(file.read_text())
        documented = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented | alone:
                yield f"{file.relative_to(folder)}:{node.lineno}", node.value


def test_no_sentence_of_the_console_has_the_name_of_a_key_in_it() -> None:
    names = {"Esc", "F1"}  # standing alone, they are the table of names, or what the bar of keys shows
    found = [(where, text) for where, text in said() if text not in names and PROSE.search(text)]
    assert found == []


def test_the_look_for_names_of_keys_finds_them() -> None:
    for text in ("u asks again.", "Leave with Esc.", "Ctrl+N goes on", "^r goes back", "more. d shows it"):
        assert PROSE.search(text), text


def test_every_id_in_a_text_is_one_of_a_binding() -> None:
    known = {name for scope in scopes() for name in scope.bindings}
    named = {name for _, text in said() for name in re.findall(r"\{([a-z]+\.[a-z-]+)\}", text)}
    assert named
    assert named <= known


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("ctrl+n", "Ctrl+N"),
        ("D", "Shift+D"),
        ("d", "d"),
        ("slash", "/"),
        ("question_mark", "?"),
        ("escape", "Esc"),
        ("f1", "F1"),
        ("ctrl+pageup", "Ctrl+Page Up"),
        ("alt+slash", "Alt+/"),
    ],
)
def test_keys_are_named_as_people_write_them(key: str, words: str) -> None:
    assert in_words(key) == words


def elsewhere(*ids: str) -> ConsoleSettings:
    """These actions on keys that nothing else has."""
    return ConsoleSettings(keys={name: f"f{number}" for number, name in enumerate(ids, start=13)})


async def test_every_page_of_operating_names_the_keys_that_were_chosen() -> None:
    write(name="shop")
    ids = ("refresh", "deploy", "destroy", "drift", "key", "level", "filter", "follow", "roll-back", "recheck", "again")
    wishes = elsewhere(*(f"operate.{name}" for name in ids))
    keys = {name.removeprefix("operate."): key.upper() for name, key in wishes.keys.items()}
    backend = Script()
    app = LamedConsole(workplace=Workplace(CONFIG, {}, watch, backend), interval=0.2)
    follow(app, wishes)
    async with app.run_test(size=(100, 50), notifications=True) as pilot:
        person = Wizard(pilot)
        await app.switch_mode("operate")
        await person.sees(f"hidden, {keys['key']} shows it")
        await person.sees(f"not compared, {keys['drift']} compares")
        await person.press("f1")
        await person.sees(f"{keys['refresh']} asks again.")
        await person.sees(f"{keys['deploy']} deploys the configuration")
        await person.sees(f"{keys['destroy']} removes everything")
        await person.press("escape", "l", "f1")
        await person.sees(f"{keys['level']} shows only what matters more")
        await person.sees(f"{keys['filter']} shows only lines")
        await person.press("escape", "r", "f1")
        await person.sees(f"{keys['roll-back']} goes back to the chosen release")
        await person.press("escape", wishes.keys["operate.deploy"], "f1")
        await person.sees(f"{keys['recheck']} runs the chosen one again")
        assert keys["recheck"].lower() in text_of(pilot).lower()


async def test_the_monitor_names_the_keys_that_were_chosen(valkey: str) -> None:
    write_counts(valkey, {("checkout", event, arm): 500 for event in ("participate", "buy") for arm in ("x", "y")})
    wishes = elsewhere("monitor.control", "monitor.single-look", "app.interrupt", "single-look.leave", "choice.leave")
    async with watching(valkey, size=(100, 40), wishes=wishes) as pilot:
        person = Wizard(pilot)
        await person.sees("No control is known. Press F13 to choose it.")
        await person.press("f1", "pagedown")
        await person.sees("goes to its numbers. F15")  # and on the next line, beside what lies behind:
        await person.sees("quits when no text is selected.")
        await person.sees("One look (F14) shows numbers")
        await person.press("escape", "f14")
        await person.sees("f16 Close")
        await person.press("f16", "f13")
        await person.sees("⏎ Choose f17 Leave")
        await person.press("f17")
        await until(pilot, lambda text: "Leave" not in text)


async def test_a_monitor_without_data_names_the_key_that_reads_now() -> None:
    async with watching("redis://127.0.0.1:1", wishes=elsewhere("monitor.read-now")) as pilot:
        await until(pilot, lambda text: "Tried again by itself; F13 tries now." in text)


async def test_the_wizard_and_its_dialog_name_the_keys_that_were_chosen() -> None:
    app = LamedConsole(workplace=place(), interval=0.2)
    follow(app, elsewhere("setup.text", "routes.add", "route.keep", "route.leave", "setup.up", "field.next"))
    async with app.run_test(size=(100, 40), notifications=True) as pilot:
        person = Wizard(pilot)
        await person.sees("A/B-testing backend")
        await person.press("enter", "f1", "end")
        await person.sees("Tab, Shift+Tab, F18 and the arrows")
        await person.sees("F17 and Page Down scroll")
        await person.press("escape", "ctrl+n", "ctrl+n")
        await person.sees("▸ 3 Endpoints")
        await person.press("enter")
        await person.sees("F14 adds one of your own")
        await person.press("f13")
        await person.sees("F13 goes back to the table.")
        await person.press("f13", "f14")
        await person.sees("f15 Keep f16 Leave")


async def test_the_first_page_of_setting_up_explains_keys_of_pages_that_are_not_there_yet() -> None:
    async with setting_up() as wizard:
        await wizard.press("f1")
        await wizard.sees("Help: Setup")
        await wizard.sees("Tab, Shift+Tab, Enter and the arrows go from field to field")


async def test_the_builder_and_the_help_itself_name_the_keys_that_were_chosen() -> None:
    app = LamedConsole(workplace=place(), interval=0.2)
    follow(app, elsewhere("snippet.turn", "help.close"))
    async with app.run_test(size=(100, 50)) as pilot:
        await app.switch_mode("snippet")
        person = Wizard(pilot)
        await person.press("f1")
        await person.sees("On small screens F13 turns from one to the other.")
        await person.sees("f14 Close")
