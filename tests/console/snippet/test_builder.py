"""The form makes the code that `lamed snippet` would print, and says what is wrong without losing anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import Input, Select

from lamed_tui.cli.main import run
from lamed_tui.console import copying
from lamed_tui.console.snippet.rows import GoalRow, Unique, VariantRow
from tests.console.screens import folder_gone, until
from tests.console.snippet.builder import URL, answered, building, configured

if TYPE_CHECKING:
    import pytest


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command prints."""
    capsys.readouterr()
    assert run(["snippet", "--track-url", URL, *arguments]) == 0
    return capsys.readouterr().out


def read(name: str) -> str:
    """What a file in the current folder holds."""
    return Path(name).read_text()


async def test_it_begins_with_the_first_configured_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    configured(namespace="shop", uuid_expiry_seconds=7200)
    async with building() as builder:
        await answered(builder)
        code = await builder.has_code(URL)
    assert '"green": {\n        weight: 1,' in code
    assert code == printed(capsys)


async def test_without_a_configuration_there_is_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    async with building() as builder:
        await answered(builder)
        code = await builder.has_code(URL)
    assert code == printed(capsys)


async def test_every_answer_reaches_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    configured()
    async with building() as builder:
        await answered(builder)
        view = builder.view
        for selector, text in (
            ("#experiment .text", 'head "line" </script>'),
            ("#sample .text", "25 %"),
            ("#user_id .text", "currentUser?.id"),
            ("#trigger .text", "innerWidth < 600"),
            ("#namespace .text", "news"),
        ):
            await builder.type_into(selector, text)
        rows = view.query(VariantRow)
        rows[2].query_one(".name").focus()
        await builder.type("blue")
        await builder.press("tab", "5")
        view.query(GoalRow)[1].query_one(Unique).focus()
        await builder.press("space")
        view.query(GoalRow)[2].query_one(".name").focus()
        await builder.type("sign up")
        await until(builder.pilot, lambda _: len(view.query(VariantRow)) == 4, what="a row more")
        view.query_one(Select).value = "module"
        code = await builder.has_code('"sign up"', "export {", "weight: 5", "sample: 0.25", "innerWidth", '"news"')
    expected = printed(
        capsys,
        *("--experiment", 'head "line" </script>', "--sample", "0.25", "--user-id", "currentUser?.id"),
        *("--trigger", "innerWidth < 600", "--namespace", "news", "--format", "module"),
        *("--variant", "control:2", "--variant", "green:1", "--variant", "blue:5"),
        *("--goal", "purchase", "--goal", "page view", "--goal", "sign up"),
    )
    assert code == expected


async def test_a_cleared_name_takes_its_row_out_of_the_code() -> None:
    configured()
    async with building() as builder:
        await answered(builder)
        goal = builder.view.query(GoalRow)[0]
        goal.query_one(".name").focus()
        await builder.press("ctrl+u")
        await until(builder.pilot, lambda _: bool(builder.code) and '"purchase"' not in builder.code)
        assert '"page view"' in builder.code


WRONG = (
    ("#experiment .text", "", "The experiment's name must not be empty."),
    ("#variants .weight", "1.5", "must be a whole number from 1 to 1000000, not '1.5'."),
    ("#variants .weight", "", "Either every variant has a weight or none has: 'control' has none."),
    ("#variants .name", "green", "The variant 'green' is named more than once."),
    ("#goals .name", "participate", "A goal cannot be named 'participate'"),
    ("#track_url .text", "abc.example/track", "The tracking URL must be an absolute http or https URL"),
    ("#sample .text", "150%", "The sample must be above 0 and at most 1"),
    ("#sample .text", "half", "The sample must be above 0 and at most 1"),
    ("#user_id .text", "() => 1", "The user id must be an expression such as currentUser.id, not a function."),
    ("#trigger .text", "'<script>'", "The trigger holds text that would end the script"),
    ("#namespace .text", "", "The namespace must not be empty."),
)


async def test_what_is_wrong_is_said_below_the_answer_and_nothing_is_lost() -> None:
    configured()
    async with building(size=(100, 30)) as builder:
        await answered(builder)
        code = await builder.has_code(URL)
        for selector, text, sentence in WRONG:
            field = builder.view.query(selector).first(Input)
            right = field.value
            field.value = text
            await builder.sees(sentence)
            await builder.sees("1 to correct")
            assert field.value == text
            assert builder.code == code
            field.value = right
            await builder.sees("✓ Ready for the page")


async def test_wrong_code_is_not_taken_along_but_led_to_what_is_wrong() -> None:
    configured()
    async with building(size=(80, 24)) as builder:
        await answered(builder)
        await builder.has_code(URL)
        await builder.type_into("#sample .text", "half")
        await builder.sees("1 to correct")
        await builder.press("ctrl+t", "c")
        await builder.is_told("The code above is from before.")
        assert builder.pilot.app.clipboard == ""
        assert builder.pilot.app.focused is builder.view.query_one("#sample .text")


async def test_code_without_an_address_cannot_be_taken_along() -> None:
    configured()
    async with building() as builder:
        await builder.sees("Nobody knows yet where events go.")
        await builder.press("ctrl+g")
        assert builder.code == ""
        assert list(Path.cwd().glob("lamed-snippet*")) == []
        assert builder.pilot.app.focused is builder.view.query_one("#track_url .text")


async def test_it_is_copied_as_a_whole() -> None:
    configured()
    async with building() as builder:
        await answered(builder)
        code = await builder.has_code(URL)
        await builder.press("ctrl+y")
        await builder.is_told(copying.SENT)
        assert builder.pilot.app.clipboard == code
        builder.pilot.app.copy_to_clipboard("something else")
        await builder.press("ctrl+t", "c")
        await until(builder.pilot, lambda _: builder.pilot.app.clipboard == code)


async def test_what_was_typed_this_very_moment_is_in_what_is_copied() -> None:
    configured()
    async with building() as builder:
        await answered(builder)
        await builder.has_code(URL)
        builder.view.query_one("#experiment .text", Input).value = "typed this very moment"
        await builder.view.action_copy()
        assert '"typed this very moment"' in builder.pilot.app.clipboard


async def test_it_is_saved_to_a_file_of_its_own_whose_path_is_shown() -> None:
    configured()
    async with building() as builder:
        await answered(builder)
        code = await builder.has_code(URL)
        for name in ("lamed-snippet-checkout-button.html", "lamed-snippet-checkout-button-2.html"):
            await builder.press("ctrl+g")
            await builder.sees_unbroken(str(Path.cwd() / name))
            await builder.press("escape")
            assert read(name) == code
        builder.view.query_one(Select).value = "module"
        await builder.has_code("export {")
        await builder.press("ctrl+g")
        await builder.sees("lamed-snippet-checkout-button.mjs")


async def test_a_folder_that_cannot_be_written_to_is_said() -> None:
    configured()
    async with building() as builder:
        await answered(builder)
        await builder.has_code(URL)
        with folder_gone():
            await builder.press("ctrl+g")
            await builder.sees("Not saved")


async def test_another_configured_experiment_takes_the_place_of_the_answers_but_the_address_stays() -> None:
    configured({"first": {}, "second": {"control": "old", "weights": {"old": 1, "new": 1}, "primary_goal": "read"}})
    async with building() as builder:
        await answered(builder)
        await builder.press("ctrl+l")
        await builder.sees("Start from")
        await builder.press("down", "enter")
        code = await builder.has_code('name: "second"')
        assert all(part in code for part in ('"old"', '"new"', '"read"', URL))
        assert '"first"' not in code


async def test_small_screens_turn_from_the_form_to_the_code_and_back() -> None:
    configured()
    async with building(size=(40, 15)) as builder:
        await answered(builder)
        shown = await builder.sees("▸ Form Code ✓ Ready for the page")
        assert "<script" not in shown
        await builder.press("ctrl+t")
        shown = await builder.sees("▸ Code")
        assert "<script" in shown
        assert "Address" not in shown
        await builder.press("escape")
        await builder.sees("▸ Form")
        assert builder.pilot.app.focused is builder.view.query_one("#track_url .text")


async def test_an_experiment_outside_the_allow_list_is_warned_of() -> None:
    configured(limits={"experiments": ["something else"]})
    async with building() as builder:
        await answered(builder)
        await builder.sees("its events are refused until it is, and that is deployed")
        assert await builder.has_code(URL)


async def test_the_plain_view_says_when_there_is_no_terminal_for_it() -> None:
    configured()
    async with building() as builder:
        await answered(builder)
        await builder.has_code(URL)
        await builder.press("ctrl+t", "v")
        await builder.is_told("There is no terminal here to show it on.")
