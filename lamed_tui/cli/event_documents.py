"""What happens during an operation, as documents for scripts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lamed_tui.deploy import events

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamed_tui.deploy.events import DeployEvent, EndpointUrl
    from lamed_tui.deploy.plan import Plan


def of_event(event: DeployEvent) -> dict[str, Any]:  # noqa: C901 - one flat case an event
    """One JSON object; that of the last event has the type `result`."""
    document: dict[str, Any]
    match event:
        case events.Warned():
            document = {"type": "warning", "message": event.message}
        case events.Planned():
            document = _plan_document(event.plan)
        case events.Attached():
            document = {"type": "event", "event": "attached", "stack": event.stack, "status": event.status}
        case events.Mending():
            document = {"type": "event", "event": "mending", "stack": event.stack, "status": event.status}
        case events.Detached():
            document = {"type": "event", "event": "detached", "stack": event.stack}
        case events.Destroyed():
            status = "destroyed" if event.changed else "unchanged"
            document = {**result(status, None, None, ()), "kept": list(event.kept)}
        case events.Applying():
            document = {"type": "event", "event": "applying", "total": event.total}
        case events.ResourceChanged():
            document = {
                "type": "event",
                "event": "resource",
                "at": event.at.isoformat(timespec="milliseconds"),
                "logical_id": event.logical_id,
                "resource_type": event.resource_type,
                "status": event.status,
                "reason": event.reason,
                "elapsed": round(event.elapsed, 3),
            }
        case events.SmokeChecked():
            document = {
                "type": "event",
                "event": "smoke",
                "title": event.title,
                "passed": event.passed,
                "detail": event.detail,
            }
        case events.Deployed():
            status = "deployed" if event.changed else "unchanged"
            document = result(status, event.release, event.base_url, event.endpoints)
        case events.Declined():
            document = result("declined", event.release, event.base_url, event.endpoints)
    return document


def _plan_document(plan: Plan) -> dict[str, Any]:
    return {
        "type": "plan",
        "stack": plan.stack,
        "creates": plan.creates,
        "restores": plan.restores,
        "removes": plan.removes,
        "release": plan.release,
        "changes": [
            {
                "action": change.action,
                "logical_id": change.logical_id,
                "resource_type": change.resource_type,
                "physical_id": change.physical_id,
                "properties": list(change.properties),
                "may_be_replaced": change.may_be_replaced,
                "kept": change.kept,
                "differences": [asdict(one) for one in change.differences],
            }
            for change in plan.changes
        ],
        "consequences": [{"text": item.text, "grave": item.grave} for item in plan.consequences],
    }


def result(status: str, release: int | None, base_url: str | None, endpoints: Iterable[EndpointUrl]) -> dict[str, Any]:
    """The last object of every command."""
    return {
        "type": "result",
        "status": status,
        "release": release,
        "base_url": base_url,
        "endpoints": [endpoint.as_json() for endpoint in endpoints],
    }
