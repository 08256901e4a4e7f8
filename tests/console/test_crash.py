"""The screen after the console has failed. What a real failure leaves behind is in test_process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamed_tui.console.crash import crash_report
from lamed_tui.console.crash_app import CrashApp
from lamed_tui.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT = """\
The console stopped on an error of its own. Nothing that was counted is affected.
Please report this text; it holds no settings and no data.

lamed-tui 1.0.0, Python 3.11.7, linux
builtins.ValueError at
  textual/app.py:3400 in _invoke
  lamed_tui/console/monitor/screen.py:212 in action_sort
"""
SECRET = "hidden-secret"


@pytest.mark.parametrize(("size", "theme"), [((40, 15), "lamed-light"), ((80, 24), "lamed-dark")], ids=str)
def test_the_report_is_shown_and_can_be_taken_along(
    snap_compare: Callable[..., bool], size: tuple[int, int], theme: str
) -> None:
    assert snap_compare(CrashApp(REPORT, theme), terminal_size=size)


@pytest.mark.parametrize("key", ["q", "escape", "enter", "ctrl+q", "ctrl+c"])
async def test_however_it_is_left_it_is_a_failure(key: str) -> None:
    app = CrashApp(REPORT)
    async with app.run_test() as pilot:
        await pilot.press("c")
        assert app.clipboard == REPORT
        await pilot.press(key)
    assert app.return_code == ExitCode.FAILED


class Settings:
    """Something whose attribute and representation are secret."""

    password = SECRET

    def __repr__(self) -> str:
        return SECRET


def test_a_report_names_places_and_no_value() -> None:
    def log_in(password: str) -> None:
        raise OSError(f"cannot log in with {password}")

    def connect(settings: Settings, password: str) -> None:
        try:
            log_in(password)
        except OSError as error:
            raise RuntimeError(settings.password) from error

    with pytest.raises(RuntimeError) as raised:
        connect(Settings(), "hidden-" + "secret")
    report = crash_report(raised.value)
    assert SECRET not in report
    assert "builtins.RuntimeError at" in report
    assert "builtins.OSError at" in report
    assert "in connect" in report
