"""What is said when the console itself fails: where, never with which values."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from lamed_tui import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator


def crash_report(error: BaseException) -> str:
    """The kinds of the exceptions and the places they passed through.

    Messages, arguments, local variables and source lines stay out: any of them may hold a password, and a report is
    made to be sent to somebody.
    """
    lines = [
        "The console stopped on an error of its own. Nothing that was counted is affected.",
        "Please report this text; it holds no settings and no data.",
        "",
        f"lamed-tui {__version__}, Python {sys.version.split()[0]}, {sys.platform}",
    ]
    for cause in _causes(error):
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__} at")
        for frame in traceback.extract_tb(cause.__traceback__):
            lines.append(f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}")  # noqa: PERF401 - reads better
    return "\n".join(lines)


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _short(path: str) -> str:
    """The path inside its package: the rest names this machine's user."""
    parts = path.replace("\\", "/").split("/")
    for root in ("site-packages", "lamed_tui"):
        if root in parts:
            return "/".join(parts[parts.index(root) + (root == "site-packages") :])
    return parts[-1]
