"""What was deployed when: one JSON record a release, in the artefact bucket, never with a secret."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def key(stack: str, release: int) -> str:
    """Where a release is recorded."""
    return f"stacks/{stack}/releases/{release}.json"


def write(artefacts: Artefacts, record: Release) -> None:
    """Record a release.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    artefacts.put_document(key(record.stack, record.release), asdict(record))


def read(artefacts: Artefacts, stack: str, release: int) -> Release | None:
    """A recorded release, or None.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    document = artefacts.read_document(key(stack, release))
    return None if document is None else Release(**document)


def numbers(artefacts: Artefacts, stack: str) -> list[int]:
    """The recorded releases of a stack, oldest first.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    found = (_KEY.fullmatch(name) for name in artefacts.keys(f"stacks/{stack}/releases/"))
    return sorted(int(match.group(1)) for match in found if match)
