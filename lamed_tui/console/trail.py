"""The steps of something on one line, with the present one marked: how far one is can be told without colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from lamed_tui.console.check_text import QUIET

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = "bold $primary"
"""The style of where one is."""


def steps_line(titles: Sequence[str], at: int, *, before: str = "") -> Content:
    """Every step with its number, and words before them, if any."""
    parts = [Content.styled(before, QUIET)] if before else []
    for number, title in enumerate(titles):
        mark = "▸" if number == at else "✓" if number < at else " "
        parts.append(Content.styled(f"{mark} {number + 1} {title}", HERE if number == at else QUIET))
    return Content("   ").join(parts)


def step_in_words(what: str, titles: Sequence[str], at: int) -> Content:
    """The present step alone, for where room is short."""
    return Content.assemble((f"{what} {at + 1} of {len(titles)}: ", QUIET), (titles[at], "bold"))
