"""Text in a given number of cells; a wide character takes two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from collections.abc import Iterator

_FEWEST_BESIDE_SUFFIX = 4


def cell(text: str, width: int, suffix: str = "") -> str:
    """Text and suffix in exactly that many cells, wide characters counted as two; a suffix without room is left out."""
    if width - cell_len(suffix) < _FEWEST_BESIDE_SUFFIX:
        suffix = ""
    return set_cell_size(cut(text, width - cell_len(suffix)) + suffix, width)


def filled(parts: list[str], width: int, separator: str) -> Iterator[str]:
    """Parts on as few lines as hold them, broken between parts, or between words where a part stands alone."""
    words = [word for part in parts for word in part.split()] if separator == " " else parts
    line = ""
    for word in words:
        longer = f"{line}{separator}{word}" if line else word
        if line and cell_len(longer) > width:
            yield cut(line, width)
            line = word
        else:
            line = longer
    if line:
        yield cut(line, width)


def cut(line: str, width: int) -> str:
    """The line, shortened with an ellipsis where it is wider than that many cells."""
    return line if cell_len(line) <= width else set_cell_size(line, max(width - 1, 0)).rstrip() + "…"
