"""The keys of operating, and which of them change something."""

from __future__ import annotations

from textual.binding import Binding

KEYS = (
    Binding("ctrl+n", "next", "Go on", id="operate.next", tooltip="Go on to the next step"),
    Binding("escape", "back", "Back", id="operate.back", tooltip="Go back; nothing is changed"),
    Binding("C", "cancel", "Cancel", id="operate.cancel", tooltip="Let AWS undo what it is doing"),
    Binding("t", "detach", "Leave to AWS", id="operate.detach", tooltip="Stop following; AWS finishes by itself"),
    Binding("y", "retry", "Try again", id="operate.retry", tooltip="Begin the operation again"),
    Binding("d", "deploy", "Deploy", id="operate.deploy", tooltip="Deploy: check, plan, apply"),
    Binding("b", "roll_back", "Roll back", id="operate.roll-back", tooltip="Go back to the chosen release"),
    Binding("f", "follow", "Follow", id="operate.follow", tooltip="Follow what is running, or stop following"),
    Binding("slash", "filter", "Filter", key_display="/", id="operate.filter", tooltip="Filter the log by a text"),
    Binding("m", "level", "Level", id="operate.level", tooltip="Show only log lines that matter more"),
    Binding("w", "turn", "Log", id="operate.turn", tooltip="Turn to the log, or back to the resources"),
    Binding("x", "recheck", "Recheck", id="operate.recheck", tooltip="Run the chosen check again"),
    Binding("a", "again", "Check all", id="operate.again", tooltip="Run every check again"),
    Binding("e", "export", "Export", id="operate.export", tooltip="Save the checks as Markdown"),
    Binding("c", "copy", "Copy", id="operate.copy", tooltip="Copy what went wrong, or the address"),
    Binding("k", "key", "Key", id="operate.key", tooltip="Show the API key, or hide it"),
    Binding("v", "drift", "Drift", id="operate.drift", tooltip="Compare what is there with what was made"),
    Binding("u", "refresh", "Reload", id="operate.refresh", tooltip="Ask AWS again"),
    Binding("s", "status", "Status", id="operate.status", tooltip="What is deployed"),
    Binding("r", "releases", "Releases", id="operate.releases", tooltip="What was deployed when, and the way back"),
    Binding("l", "logs", "Logs", id="operate.logs", tooltip="What the handlers wrote"),
    Binding("D", "destroy", "Destroy", id="operate.destroy", show=False, tooltip="Remove the backend from AWS"),
)

CHANGES = frozenset({"deploy", "destroy", "roll_back", "cancel"})
"""Actions that a console that only reads has no keys for."""
