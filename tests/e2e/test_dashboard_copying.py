"""Copying from the console in a browser: the text is where the person pastes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.aws_variables import aws_variables
from tests.e2e.browser.backend import deploy
from tests.e2e.browser.chromium import running_chromium
from tests.e2e.dashboards import EXPERIMENT, opened, press, running_dashboard, wait_for_text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.browser.chromium import Profile
    from tests.e2e.browser.page import Page


def test_a_snippet_is_copied_to_the_clipboard_of_the_browser(tmp_path: Path, counted: str, emulator: str) -> None:
    aws = aws_variables(emulator, "eu-web-1")
    backend = deploy({"redis": {"url": counted}}, aws, tmp_path)
    with (
        running_dashboard(tmp_path / "d", counted, "--no-open", environment=aws) as dashboard,
        running_chromium({}) as browser,
        browser.profile() as profile,
    ):
        page = opened(profile, dashboard.url)
        wait_for_text(page, EXPERIMENT)
        press(page, "x")
        wait_for_text(page, f"{backend.base_url}/track")
        press(page, "y", control=True)
        wait_for_text(page, "Sent to the browser")
        copied = clipboard(page, profile)
    assert f'name: "{EXPERIMENT}"' in copied
    assert f'"{backend.base_url}/track"' in copied
    assert copied.startswith("<!--")
    assert copied.rstrip().endswith("</script>")


def clipboard(page: Page, profile: Profile) -> str:
    """What pasting would give, once there is something; that a page may look is for this test alone."""
    permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    page._devtools.call("Browser.grantPermissions", permissions=permissions, browserContextId=profile._context)
    page.run("window.pasted = ''")
    page.wait_until("(navigator.clipboard.readText().then((text) => { pasted = text }), pasted !== '')")
    text: str = page.run("pasted")
    return text
