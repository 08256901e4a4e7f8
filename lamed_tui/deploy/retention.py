"""What old releases may leave behind, and for how long: records, packages, uploaded templates, function versions.

Nothing that the live or the previous template needs is ever removed: CloudFormation's own rollback reads the old
package again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamed_tui.deploy import live, releases

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from lamed_tui.aws.session import Aws
    from lamed_tui.deploy.artefacts import Artefacts
    from lamed_tui.deploy.live import Live
    from lamed_tui.deploy.releases import Release

KEPT_RELEASES = 10
KEPT_VERSIONS = 5
_STACK = re.compile(r"stacks/([^/]+)/")


@dataclass(frozen=True)
class Removal:
    """What nothing needs any more: numbers of releases, and keys of packages."""

    releases: tuple[int, ...] = ()
    packages: tuple[str, ...] = ()


def removable(
    records: Sequence[Release],
    packages: Collection[str],
    needed: Collection[str],
    *,
    live_release: int,
    keep: int = KEPT_RELEASES,
) -> Removal:
    """What of a stack's old releases can go.

    Args:
        records: the stack's, oldest first.
        packages: the keys of every package in the bucket.
        needed: those that the live and previous templates or other stacks name.
        live_release: the number of the release that is live.
        keep: how many releases stay at least, the live one and the one to return to not counted.
    """
    stays = {record.release for record in records[-keep:]} | {live_release}
    current = next((record for record in records if record.release == live_release), None)
    back = releases.before(records, current.stack_id if current else None, live_release)
    if back is not None:
        stays.add(back.release)
    gone = [record for record in records if record.release not in stays]
    used = {record.package for record in records if record.release in stays} | set(needed)
    named = {record.package for record in gone}
    # Only packages that a removed record named: what no record names may belong to a deployment that is under way.
    return Removal(
        tuple(record.release for record in gone), tuple(key for key in packages if key in named and key not in used)
    )


def removable_versions(versions: Sequence[int], aliased: Collection[int], keep: int = KEPT_VERSIONS) -> tuple[int, ...]:
    """The published versions of a function that can go: neither among the newest nor behind an alias."""
    ordered = sorted(versions)
    return tuple(version for version in ordered[: max(0, len(ordered) - keep)] if version not in aliased)


def packages_of(body: Mapping[str, Any]) -> set[str]:
    """The keys of the packages that a template's functions are made from."""
    return {
        resource["Properties"]["Code"]["S3Key"]
        for resource in body.get("Resources", {}).values()
        if resource.get("Type") == "AWS::Lambda::Function" and "S3Key" in resource["Properties"].get("Code", {})
    }


def prune(aws: Aws, store: Artefacts, stack: Live, previous: Mapping[str, Any], current: Mapping[str, Any]) -> None:
    """Remove what nothing needs, after a deployment has succeeded.

    Args:
        stack: the stack as it stands.
        previous: the template before the deployment, empty when there was none.
        current: the template in force.

    Raises:
        AwsError: AWS refused or could not be reached; what was removed until then was not needed either.
    """
    numbers = releases.numbers(store, stack.name)
    if len(numbers) > KEPT_RELEASES:
        records = releases.read_all(store, stack.name)
        needed = packages_of(previous) | packages_of(current) | set(_needed_by_others(aws, store, stack.name))
        gone = removable(records, list(store.keys("packages/")), needed, live_release=stack.release or 0)
        for key in gone.packages:
            store.remove(key)
        for number in gone.releases:
            store.remove(releases.key(stack.name, number))
    # CloudFormation has read what was uploaded, and keeps a copy of its own.
    for key in list(store.keys(f"stacks/{stack.name}/templates/")):
        store.remove(key)
    # A function that was not there before has no old versions.
    for function in _functions(previous) & _functions(current):
        _prune_versions(aws, function)


def remove_all(aws: Aws, store: Artefacts, name: str) -> None:
    """Remove everything that belongs to one stack alone: records, templates, and packages that no other names.

    Raises:
        AwsError: AWS refused or could not be reached.
    """
    needed = set(_needed_by_others(aws, store, name))
    mine = {record.package for record in releases.read_all(store, name)}
    others = any(match.group(1) != name for key in store.keys("stacks/") if (match := _STACK.match(key)))
    for key in list(store.keys("packages/")):
        if key not in needed and (key in mine or not others):
            store.remove(key)
    store.remove(f"stacks/{name}/")


def _needed_by_others(aws: Aws, store: Artefacts, name: str) -> Iterator[str]:
    """The packages that other stacks' records and live templates name; the bucket is the whole region's."""
    others = {match.group(1) for key in store.keys("stacks/") if (match := _STACK.match(key))} - {name}
    for other in sorted(others):
        yield from (record.package for record in releases.read_all(store, other))
        yield from packages_of(live.read_template(aws, live.read(aws, other)))


def _functions(body: Mapping[str, Any]) -> set[str]:
    return {route["function"] for route in live.endpoints_of(body)}


def _prune_versions(aws: Aws, function: str) -> None:
    pages = aws.functions.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    versions = [int(item["Version"]) for page in pages for item in page["Versions"] if item["Version"].isdigit()]
    if len(versions) <= KEPT_VERSIONS:
        return
    aliases = aws.functions.get_paginator("list_aliases").paginate(FunctionName=function)
    aliased = {int(item["FunctionVersion"]) for page in aliases for item in page["Aliases"]}
    for version in removable_versions(versions, aliased):
        aws.functions.delete_function(FunctionName=function, Qualifier=str(version))
