"""Logical ids of CloudFormation resources: readable, distinct for distinct names, and hashed where content decides.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html (letters and
digits only).
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

_PLAIN = re.compile(r"[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*")


def of(name: str, kind: str = "") -> str:
    """A logical id for a name of ours: `all-experiments` is `AllExperiments`.

    Names that do not survive the change of case get a digest of the name, so that `a-b` and `a_b` stay apart.
    """
    words = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))
    return words + ("" if _PLAIN.fullmatch(name) else hashlib.sha256(name.encode()).hexdigest()[:8]) + kind


def digest(*content: Any) -> str:
    """Twelve hexadecimal digits that change whenever the JSON-like content changes."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
