"""The map of the house names the rooms that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_the_table_of_packages_is_the_list_of_packages() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"^\| `lamed_tui\.(\w+)`", page, re.MULTILINE))
    assert named == {path.parent.name for path in ROOT.glob("lamed_tui/*/*.py")}


def test_every_module_that_a_page_names_exists() -> None:
    named = {
        (page.name, path)
        for page in PAGES
        for path in re.findall(r"`((?:lamed_tui|handlers|tests|docs|deploy|cli)/[\w/.]+)`", page.read_text())
    }
    assert named
    assert [one for one in named if not (ROOT / one[1]).exists() and not (ROOT / "lamed_tui" / one[1]).exists()] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    found = {(page, link) for page in PAGES for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())}
    links = [(page, link) for page, link in found if ":" not in link]
    assert links
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []
