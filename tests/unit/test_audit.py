"""The audit names what is vulnerable, withdrawn, or not known, and says so by its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import audit

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = {"yanked": False, "yanked_reason": None}
SKIPPED = {"skip_reason": "not found"}


def page(name: str) -> Mapping[str, Any]:
    """An index with one package of each kind."""
    pages: dict[str, dict[str, Any]] = {
        "sound": {"vulnerabilities": []},
        "open": {"vulnerabilities": [{"id": "PYSEC-1"}, {"id": "PYSEC-1"}, {"id": "PYSEC-2", "withdrawn": "2026"}]},
        "pulled": {"releases": {"1.0": [{"yanked": True, "yanked_reason": "broken"}]}},
        "old": {"info": {"version": "2.0"}, "vulnerabilities": []},
    }
    if name not in pages:
        raise OSError("404")
    return {"info": {"version": "1.0"}, "releases": {"1.0": [FILE]}, **pages[name]}


def audited(*names: str, **known: list[dict[str, str]]) -> tuple[str, int]:
    """The audit of packages that pip-audit skipped, and of those it knows."""
    found = [{"name": name, **SKIPPED} for name in names] + [{"name": n, "vulns": v} for n, v in known.items()]
    return audit.told(audit.answers(dict.fromkeys([*names, *known], "1.0"), found, page))


def test_what_is_sound_passes() -> None:
    assert audited("sound", asked=[]) == ("2 packages, 2 of them known to the index, 0 vulnerable or withdrawn.", 0)


@pytest.mark.parametrize(("name", "line"), [("open", "open 1.0: PYSEC-1"), ("pulled", "pulled 1.0: withdrawn: broken")])
def test_what_the_page_warns_of_fails(name: str, line: str) -> None:
    words, code = audited("sound", name)
    assert (words.splitlines()[0], code) == (line, 1)


def test_what_pip_audit_knows_fails_too() -> None:
    words, code = audited("sound", asked=[{"id": "PYSEC-3"}])
    assert (words.splitlines()[0], code) == ("asked 1.0: PYSEC-3", 1)


def test_what_is_not_known_is_named_and_knowing_nothing_fails() -> None:
    words, code = audited("sound", "old", "absent")
    assert words.splitlines()[:2] == [
        "absent 1.0: not known, the index has no page of it (404)",
        "old 1.0: not known, the index tells only of the newest version, 2.0",
    ]
    assert code == 0
    assert audited("old", "absent")[1] == 2
