"""Tidying up can never take away what the live or the previous release needs."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lamed_tui.deploy import releases
from lamed_tui.deploy.releases import Release
from lamed_tui.deploy.retention import KEPT_RELEASES, packages_of, removable, removable_versions
from tests.unit.deploy.configs import CODE, rendered

on_a_busy_machine = settings(deadline=None, max_examples=100)


def release(number: int, package: str = "packages/a.zip", *, stack_id: str = "new", passed: bool = True) -> Release:
    template = {"Code": f"{package} {number}"}
    tested = "2026-11-22T12:00:00+00:00" if passed else None
    return Release(number, "shop", stack_id, template, {}, package, "2026-11-22T12:00:00+00:00", "ann", "1", tested)


PACKAGES = st.sampled_from([f"packages/{letter}.zip" for letter in "abcdef"])
HISTORIES = st.lists(st.tuples(PACKAGES, st.sampled_from(["old", "new"]), st.booleans()), min_size=1, max_size=30).map(
    lambda made: [
        release(number, package, stack_id=stack_id, passed=passed)
        for number, (package, stack_id, passed) in enumerate(made, 1)
    ]
)


@on_a_busy_machine
@given(HISTORIES, st.data(), st.sets(PACKAGES), st.integers(5, 12))
def test_what_a_way_back_or_another_stack_needs_is_never_removed(
    records: list[Release], data: st.DataObject, needed: set[str], keep: int
) -> None:
    live = data.draw(st.integers(1, len(records)))
    stored = {record.package for record in records} | needed | {"packages/under-way.zip"}
    gone = removable(records, stored, needed, live_release=live, keep=keep)
    stays = [record for record in records if record.release not in gone.releases]
    assert len(stays) >= min(keep, len(records))
    current = records[live - 1]
    back = releases.before(records, current.stack_id, live)
    assert current in stays
    assert back is None or back in stays
    assert releases.before(stays, current.stack_id, live) == back
    assert not {record.package for record in stays} & set(gone.packages)
    assert not needed & set(gone.packages)
    assert "packages/under-way.zip" not in gone.packages


@on_a_busy_machine
@given(HISTORIES)
def test_what_only_removed_releases_named_is_removed(records: list[Release]) -> None:
    gone = removable(records, {record.package for record in records}, (), live_release=len(records), keep=5)
    kept = {record.package for record in records if record.release not in gone.releases}
    assert set(gone.packages) == {record.package for record in records} - kept


@on_a_busy_machine
@given(st.sets(st.integers(1, 99)), st.data(), st.integers(1, 9))
def test_versions_behind_an_alias_and_the_newest_ones_stay(versions: set[int], data: st.DataObject, keep: int) -> None:
    aliased = data.draw(st.sets(st.sampled_from(sorted(versions)))) if versions else set()
    gone = set(removable_versions(list(versions), aliased, keep))
    assert not gone & aliased
    assert not gone & set(sorted(versions)[-keep:])
    assert gone == set(sorted(versions)[:-keep]) - aliased


def test_at_least_five_releases_are_kept() -> None:
    assert KEPT_RELEASES >= 5


def test_the_packages_of_a_template_are_those_of_its_functions() -> None:
    assert packages_of(rendered().body) == {CODE.key}
    assert packages_of({}) == set()


def test_the_way_back_is_the_latest_earlier_release_that_passed() -> None:
    history = [release(1), release(2), release(3, passed=False), release(4)]
    assert releases.before(history, "new", 4) == history[1]
    assert releases.before(history, "new", 2) == history[0]
    assert releases.before(history, "new", 1) is None
    assert releases.before(history, "another stack of this name", 4) is None
    untried = [release(1, passed=False), release(2, passed=False)]
    assert releases.before(untried, "new", 2) == untried[0]


def test_a_release_that_is_what_is_live_now_is_no_way_back() -> None:
    first, second = release(1), release(2)
    third = Release(**{**first.__dict__, "release": 3, "restores": 1})
    assert releases.before([first, second, third], "new", 3) == second
