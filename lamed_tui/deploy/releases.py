"""What was deployed when: one JSON record a release, in the artefact bucket, never with a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lamed_tui.deploy.artefacts import Artefacts

_KEY = re.compile(r"stacks/[^/]+/releases/([0-9]+)\.json")


@dataclass(frozen=True)
class Release:
    """One release as it is recorded.

    Attributes:
        release: its number, counted from 1.
        stack: the stack's name.
        stack_id: the stack's ARN: a stack that was destroyed and made anew has another.
        template: the whole document.
        parameters: those that are not secret.
        package: the key of the package in the bucket.
        deployed_at: ISO 8601, UTC.
        deployed_by: the ARN of whoever did it.
        tool: the version of lamed-tui.
        tested_at: when its smoke test passed; None when it was not tried or failed.
        restores: the number of the older release that it brought back.
    """

    release: int
    stack: str
    stack_id: str
    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    package: str
    deployed_at: str
    deployed_by: str
    tool: str
    tested_at: str | None = None
    restores: int | None = None


def key(stack: str, release: int) -> str:
    """Where a release is recorded."""
    return f"stacks/{stack}/releases/{release}.json"


def write(artefacts: Artefacts, record: Release) -> None:
    """Record a release.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    artefacts.put_record(key(record.stack, record.release), record)


def read(artefacts: Artefacts, stack: str, release: int) -> Release | None:
    """A recorded release, or None.

    Raises:
        AwsError: AWS refused or could not be reached.
        DeployError: the record is not as it was written.
    """
    return artefacts.read_record(key(stack, release), Release)


def read_all(artefacts: Artefacts, stack: str) -> list[Release]:
    """Every recorded release of a stack, oldest first.

    Raises:
        AwsError, DeployError: as `read`.
    """
    found = (read(artefacts, stack, number) for number in numbers(artefacts, stack))
    return [record for record in found if record is not None]


def before(records: Sequence[Release], stack_id: str | None, live: int) -> Release | None:
    """The release to return to when nobody names one: the latest earlier one whose smoke test passed.

    Where none passed, as when none was tried, it is the latest earlier one; None when there is none. Releases of a
    stack that was destroyed do not count, nor those that are what is live now.

    Args:
        records: oldest first.
        stack_id: the stack's ARN.
        live: the number of the release that is live.
    """
    current = next((record for record in records if record.release == live), None)
    earlier = [
        record
        for record in records
        if record.release < live
        and record.stack_id == stack_id
        and (current is None or (record.template, record.parameters) != (current.template, current.parameters))
    ]
    passed = [record for record in earlier if record.tested_at is not None]
    candidates = passed or earlier
    return candidates[-1] if candidates else None


def numbers(artefacts: Artefacts, stack: str) -> list[int]:
    """The recorded releases of a stack, oldest first.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    found = (_KEY.fullmatch(name) for name in artefacts.keys(f"stacks/{stack}/releases/"))
    return sorted(int(match.group(1)) for match in found if match)
