"""What a deployment would do, per resource and in words. Pure: made from what CloudFormation says of a change set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lamed_tui.deploy import differences
from lamed_tui.deploy.template import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lamed_tui.deploy.differences import Difference

Action = Literal["add", "modify", "replace", "remove"]

_ACTIONS: Mapping[str, Action] = {"Add": "add", "Modify": "modify", "Remove": "remove", "Import": "add"}
_TAGS = "Tags"


@dataclass(frozen=True)
class Change:
    """What happens to one resource.

    Attributes:
        action: what is done to it.
        logical_id: its name in the template.
        resource_type: such as `AWS::Lambda::Function`.
        physical_id: its name in AWS, once it has one.
        properties: what of it changes, such as `MemorySize`.
        may_be_replaced: CloudFormation knows only while it works whether it must make a new one.
        kept: it leaves the stack but stays in AWS.
        differences: what of it changes, before and after, as far as that is known; no secret among them.
    """

    action: Action
    logical_id: str
    resource_type: str
    physical_id: str | None = None
    properties: tuple[str, ...] = ()
    may_be_replaced: bool = False
    kept: bool = False
    differences: tuple[Difference, ...] = ()

    @property
    def only_tags(self) -> bool:
        """Whether nothing but its tags change, as they do with every release."""
        return self.action == "modify" and self.properties == (_TAGS,)


@dataclass(frozen=True)
class Consequence:
    """What a change means for the people who use the backend; `grave` when something of theirs stops working."""

    text: str
    grave: bool = False


@dataclass(frozen=True)
class Plan:
    """Everything that would happen.

    Attributes:
        stack: the stack's name.
        creates: whether the stack is new.
        release: the number the release will have.
        changes: per resource, in the order of the logical ids.
        consequences: in words, the grave ones first.
        restores: the number of the older release that this brings back.
        removes: whether the whole stack goes.
    """

    stack: str
    creates: bool
    release: int
    changes: tuple[Change, ...]
    consequences: tuple[Consequence, ...]
    restores: int | None = None
    removes: bool = False

    def count(self, action: Action) -> int:
        """How many resources this is done to, those not counted whose tags alone change."""
        return sum(change.action == action and not change.only_tags for change in self.changes)


def make(
    stack: str,
    release: int,
    described: Sequence[Mapping[str, Any]],
    *,
    creates: bool,
    live_body: Mapping[str, Any],
    new_body: Mapping[str, Any],
    restores: int | None = None,
) -> Plan:
    """The plan behind a described change set.

    Args:
        described: the `Changes` of DescribeChangeSet.
        live_body: the template in force, empty when there is none.
        new_body: the one that would be deployed.
        restores: the number of the older release that this brings back.
    """
    before, after = live_body.get("Resources", {}), new_body.get("Resources", {})
    changes = tuple(
        sorted(
            (_change(item["ResourceChange"], before, after) for item in described if "ResourceChange" in item),
            key=_order,
        )
    )
    consequences = [*_of_resources(changes), *_of_routes(_routes(live_body), _routes(new_body))]
    if not creates:
        consequences.append(Consequence("Counters in Redis are not touched."))
    consequences.sort(key=lambda consequence: not consequence.grave)
    return Plan(stack, creates, release, changes, tuple(consequences), restores)


def _routes(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [*body.get("Metadata", {}).get(ENDPOINTS, [])]


def _order(change: Change) -> str:
    return change.logical_id


def _change(found: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    action = _ACTIONS.get(found.get("Action", ""), "modify")
    replacement = found.get("Replacement")
    if action == "modify" and replacement == "True":
        action = "replace"
    name = found["LogicalResourceId"]
    targets = [detail.get("Target", {}) for detail in found.get("Details", [])]
    properties = dict.fromkeys(target.get("Name") or target.get("Attribute", "") for target in targets)
    return Change(
        action,
        name,
        found["ResourceType"],
        found.get("PhysicalResourceId") or None,
        tuple(name for name in properties if name),
        may_be_replaced=action == "modify" and replacement == "Conditional",
        kept="Retain" in found.get("PolicyAction", ""),
        differences=differences.of_change(found, before.get(name), after.get(name))
        if action in {"modify", "replace"}
        else (),
    )


def _of_resources(changes: Sequence[Change]) -> Iterator[Consequence]:
    gone = {change.resource_type for change in changes if change.action in {"replace", "remove"}}
    if "AWS::ApiGateway::RestApi" in gone:
        yield Consequence("The API is replaced: its URL changes, and pages must be given the new one.", grave=True)
    if "AWS::ApiGateway::ApiKey" in gone:
        yield Consequence("The API key is replaced: whoever reads results needs the new one.", grave=True)
    if "AWS::ApiGateway::Stage" in gone:
        yield Consequence("The stage is replaced: the endpoints do not answer for a moment.", grave=True)
    for change in changes:
        if change.resource_type == "AWS::Logs::LogGroup" and change.action in {"replace", "remove"}:
            yield Consequence(f"The logs in {change.physical_id or change.logical_id} are deleted.")


def _of_routes(live: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[Consequence]:
    before = {(route["method"], route["path"]): route for route in live}
    after = {(route["method"], route["path"]): route for route in new}
    for place, route in before.items():
        if place not in after:
            yield Consequence(f"{place[0]} {place[1]} stops answering.", grave=True)
        elif route.get("api_key_required") != after[place].get("api_key_required"):
            needs = after[place].get("api_key_required")
            yield Consequence(
                f"{place[0]} {place[1]} {'now needs the API key' if needs else 'no longer needs the API key'}.",
                grave=True,
            )
    for place in after:
        if before and place not in before:
            yield Consequence(f"{place[0]} {place[1]} is new.")
