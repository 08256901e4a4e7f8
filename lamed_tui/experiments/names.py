"""Names from the wire: anybody can send one to the public `/track`, so none is trusted to be harmless."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = re.compile(r"(\d+)")
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
"""Part of the spelling of several languages and of many emoji, and harmless."""


def well_formed(name: str) -> str:
    r"""The name as text that can be encoded: a byte that was no UTF-8 appears as `\xff`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def printable(name: str) -> str:
    r"""The name as it may reach a terminal, on one line.

    Escape sequences would command the terminal, and characters that turn the writing direction would rearrange the
    line: each such character appears as its escape, such as `\x1b`. An empty name appears as `(empty)`, one
    of spaces in quotes.
    """
    shown = visible(name)
    if shown.strip():
        return shown
    return f'"{shown}"' if shown else "(empty)"


def visible(text: str) -> str:
    """The text with each character that would command the terminal, line breaks too, as its escape."""
    return "".join(_visible(character) for character in text)


def natural_order(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """A sort key that ignores case and puts "v10" after "v2"; two names never share one."""
    parts = (part for part in _DIGITS.split(name.casefold()) if part)
    return tuple(_order(part) for part in parts), name


def _order(part: str) -> tuple[int, int, str]:
    if not part.isdecimal():
        return 1, 0, part
    digits = part.lstrip("0")  # compared as text of equal length: a name may hold more digits than int() takes
    return 0, len(digits), digits


def _visible(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _INVISIBLE:
        return character
    return character.encode("unicode_escape").decode("ascii")
