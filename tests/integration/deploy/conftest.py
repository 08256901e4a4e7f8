"""A place of its own on the real emulator for each test: a region that nobody else uses, and an empty Redis."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.aws_variables import aws_variables
from tests.integration.deploy.place import Place

if TYPE_CHECKING:
    from pathlib import Path

_regions = count(1)


@pytest.fixture
def place(emulator: str, valkey: str) -> Place:
    """A region that no other test of this process uses; the emulator takes any name of the right form."""
    return Place("shop", valkey, aws_variables(emulator, f"eu-test-{next(_regions)}"))


@pytest.fixture
def config_file(place: Place, tmp_path: Path) -> Path:
    """A configuration that says nothing but the place's name."""
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"name": place.name}))
    return file
