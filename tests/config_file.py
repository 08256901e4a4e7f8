"""The configuration in the folder that a test works in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONFIG = Path("config.json")


def write(**document: Any) -> None:
    """Make this its content."""
    CONFIG.write_text(json.dumps(document))


def read() -> dict[str, Any]:
    """What it holds."""
    document: dict[str, Any] = json.loads(CONFIG.read_text())
    return document
