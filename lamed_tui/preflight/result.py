"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lamed_tui.errors import ExitCode, LamedError

State = Literal["pass", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """What one look found.

    Attributes:
        detail: what was seen, in a sentence or less; never a secret.
        fix: what to do about it; empty when there is nothing to do.
        exit_code: what a command that ends because of this exits with.
    """

    state: State
    detail: str
    fix: str = ""
    exit_code: ExitCode = ExitCode.OK


@dataclass(frozen=True)
class CheckResult:
    """A check that is over.

    Attributes:
        id: stable and dotted, such as `redis.eviction`.
        title: what was checked, for people.
        seconds: how long it took; 0 when it was skipped.
        exit_code: what a command that ends because of this exits with; OK unless the state is `fail`.
    """

    id: str
    title: str
    state: State
    detail: str
    fix: str
    seconds: float
    exit_code: ExitCode = ExitCode.OK


def passed(detail: str) -> Finding:
    """Nothing stands in the way."""
    return Finding("pass", detail)


def warned(detail: str, fix: str = "") -> Finding:
    """Worth knowing; a deployment would work."""
    return Finding("warn", detail, fix)


def failed(detail: str, fix: str, exit_code: ExitCode = ExitCode.FAILED) -> Finding:
    """A deployment would not work, or would lose what it counts."""
    return Finding("fail", detail, fix, exit_code)


def failed_by(error: LamedError) -> Finding:
    """The error says it all."""
    return failed(error.what, error.fix, error.exit_code)
