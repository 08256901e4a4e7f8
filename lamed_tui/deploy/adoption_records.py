"""What an API of lamed 0.4.3 was like before it was adopted: everything that giving it back needs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.deploy.artefacts import Artefacts

_KEY = re.compile(r"stacks/[^/]+/adoptions/([^/]+)\.json")


@dataclass(frozen=True)
class Adoption:
    """One adopted API as it was found, and what adopting it added.

    Attributes:
        api: its id.
        stage: the stage that pages call.
        deployment: the stage's deployment before.
        methods: per repointed method its `resource`, `path`, `method`, and `integration` as API Gateway described it.
        keys: the ids of 0.4.3's API keys.
        adopted_at: ISO 8601, UTC.
        plan_keys: usage plan id and key id of every pair that was, or was going to be, added.
        permissions: function and statement id of every permission that was, or was going to be, added.
        undone_at: when it was given back.
    """

    api: str
    stage: str
    deployment: str
    methods: tuple[Mapping[str, Any], ...]
    keys: tuple[str, ...]
    adopted_at: str
    plan_keys: tuple[tuple[str, str], ...] = ()
    permissions: tuple[tuple[str, str], ...] = ()
    undone_at: str | None = None


def write(store: Artefacts, stack: str, record: Adoption) -> None:
    """Keep a record.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    store.put_record(_key(stack, record.api), record)


def read(store: Artefacts, stack: str, api: str) -> Adoption | None:
    """The record of an API that is adopted now, or None.

    Raises:
        AwsError: AWS refused or could not be reached.
        DeployError: the record is not as it was written.
    """
    found = store.read_record(_key(stack, api), Adoption)
    if found is None or found.undone_at:
        return None
    return replace(
        found,
        methods=tuple(found.methods),
        keys=tuple(found.keys),
        plan_keys=tuple((pair[0], pair[1]) for pair in found.plan_keys),
        permissions=tuple((pair[0], pair[1]) for pair in found.permissions),
    )


def api_ids(store: Artefacts, stack: str) -> list[str]:
    """The ids of the APIs that are adopted now by a stack.

    Raises:
        AwsError, DeployError: as `read`.
    """
    found = [match.group(1) for key in store.keys(f"stacks/{stack}/adoptions/") if (match := _KEY.fullmatch(key))]
    return [api for api in found if read(store, stack, api) is not None]


def _key(stack: str, api: str) -> str:
    return f"stacks/{stack}/adoptions/{api}.json"
