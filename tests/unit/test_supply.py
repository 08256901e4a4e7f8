"""What a person who installs lamed-tui gets beside it: nothing that SECURITY.md does not name, all of it bounded."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = [requirement for requirement in requires("lamed-tui") or () if "extra ==" not in requirement]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_dependency_is_told() -> None:
    sentence = re.search(r"these are needed: ([^.]+)\.", (ROOT / "SECURITY.md").read_text())
    assert sentence
    told = set(re.split(r",\s+", sentence[1]))
    assert told == {re.split(r"[^\w.-]", requirement)[0] for requirement in REQUIREMENTS}


@pytest.mark.parametrize("extra", ["", *PROJECT["project"]["optional-dependencies"]])
def test_every_dependency_is_bounded_on_both_sides(extra: str) -> None:
    listed = PROJECT["project"]["optional-dependencies"][extra] if extra else PROJECT["project"]["dependencies"]
    loose = [one for one in listed if not one.startswith("lamed-tui[") and not re.search(r">=?[\d.]+,<[\d.]+$", one)]
    assert loose == []


def test_the_rules_of_bandit_are_on_for_everything_that_is_shipped() -> None:
    lint = PROJECT["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert [rule for rule in lint["ignore"] if rule.startswith("S1") or rule == "S"] == []
    assert list(lint["per-file-ignores"]) == ["tests/**"]
