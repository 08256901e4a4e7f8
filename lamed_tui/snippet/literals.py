"""Write text as JavaScript source that also survives inside an HTML `<script>` element."""

from __future__ import annotations

import json
import re

_PLAIN_EXPRESSION = re.compile(r"[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*|\(\))*", re.ASCII)


def string_literal(text: str) -> str:
    """`text` as a double-quoted JavaScript string literal that evaluates to exactly `text`.

    `<` is escaped, so that neither `</script>` nor `<!--` can end or change the script element around it; characters
    that cannot be seen (U+2028, bidirectional marks and the like) are escaped, so that the source reads as it runs.
    """
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(
        _escaped(character) if character == "<" or not character.isprintable() else character for character in quoted
    )


def expression(source: str) -> str:
    """A person's own JavaScript expression, in parentheses where they keep it one expression.

    Parentheses stand on lines of their own, so that a trailing `//` comment does not swallow them.
    """
    stripped = source.strip()
    return stripped if _PLAIN_EXPRESSION.fullmatch(stripped) else f"(\n  {stripped}\n)"


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
