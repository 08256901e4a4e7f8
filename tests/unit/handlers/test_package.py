"""What a cold start has to load: the package, and next to nothing of the standard library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import lamed

HANDLERS = Path(lamed.__file__).parent.parent
EXPENSIVE = {"asyncio", "boto3", "dataclasses", "email", "hashlib", "http", "inspect", "json", "logging", "pathlib"}
EXPENSIVE |= {"re", "redis", "selectors", "socket", "ssl", "threading", "typing", "urllib", "urllib.parse"}


def loaded_by(statement: str) -> set[str]:
    program = f"import sys, json as j; before = set(sys.modules) - {{'json', 're'}}; {statement}; print(*sys.modules)"
    program = program.replace("import sys, json as j; ", "import sys; ")
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(HANDLERS)!r}); {program}"],
        check=True,
        capture_output=True,
        text=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("LAMED_")},
    )
    return set(result.stdout.split())


def test_importing_the_handlers_loads_nothing_expensive() -> None:
    loaded = loaded_by("import lamed; assert callable(lamed.track)")
    assert "lamed.tracking" in loaded
    assert not loaded & EXPENSIVE


def test_importing_reads_no_setting() -> None:
    assert "lamed.settings" in loaded_by("import lamed")  # without any LAMED_ variable, and without an error


def test_the_handlers_are_the_four_names_of_the_wiring() -> None:
    assert lamed.__all__ == ["all", "delete", "experiment", "track"]
    assert all(callable(getattr(lamed, name)) for name in lamed.__all__)


def test_an_answer_is_json_that_lambda_can_serialise() -> None:
    json.dumps(lamed.track(None, None))
