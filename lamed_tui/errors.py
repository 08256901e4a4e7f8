"""The one exception tree, and the exit codes every command keeps.

An error is three short texts: what happened (with where), and what to do next. Faces show them once, as they are;
nothing below a face prints.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class ExitCode(IntEnum):
    """Process exit codes. Scripts rely on them, so they never change meaning."""

    OK = 0
    FAILED = 1
    USAGE = 2
    CREDENTIALS = 3
    NEEDS_REPAIR = 4
    DECLINED = 5
    INTERRUPTED = 130


class LamedError(Exception):
    """Something a person can act on.

    Args:
        what: one sentence saying what happened and where.
        fix: what to do next; empty when there is nothing useful to say.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what} {self.fix}".strip()


class ConfigError(LamedError):
    """The configuration cannot be read, or a value in it is not allowed."""

    exit_code = ExitCode.USAGE


class UsageError(LamedError):
    """The command cannot run with these arguments or in this place."""

    exit_code = ExitCode.USAGE


class StoreError(LamedError):
    """Redis could not be reached, or answered an error."""


class AwsError(LamedError):
    """AWS answered an error that has no narrower type.

    Attributes:
        request_id: what AWS calls the request that it answered so; empty where it named none.
    """

    request_id = ""


class CredentialsError(AwsError):
    """Credentials are missing, expired or not allowed to do this."""

    exit_code = ExitCode.CREDENTIALS


class NeedsRepairError(AwsError):
    """The stack is in a state that only a deliberate step can leave."""

    exit_code = ExitCode.NEEDS_REPAIR


class DeployError(LamedError):
    """A deployment could not be planned or failed; a failed update was rolled back."""


class EmbeddedError(LamedError):
    """The local demonstration stack could not be started or stopped cleanly."""


def not_written(path: Path, error: OSError) -> str:
    """What to say of a file that cannot be written."""
    return f"{path} cannot be written: {error.strerror}."
