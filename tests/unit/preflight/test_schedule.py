"""Checks run side by side, each within its time, and are told in order."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from lamed_tui.errors import CredentialsError, ExitCode
from lamed_tui.preflight.checklist import with_needed
from lamed_tui.preflight.result import CheckResult, failed, passed, warned
from lamed_tui.preflight.schedule import Check, as_they_happen, run_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamed_tui.preflight.result import Finding


def check(id_: str, look: Callable[[], Finding] | None = None, *needs: str, without: str = "") -> Check:
    return Check(id_, id_.title(), look or (lambda: passed("fine")), without or f"{id_} failed", needs)


def states(results: list[CheckResult]) -> dict[str, str]:
    return {result.id: result.state for result in results}


def test_results_come_in_the_order_given_however_long_each_takes() -> None:
    second_is_over = threading.Event()

    def slow() -> Finding:
        second_is_over.wait(10)
        return passed("fine")

    def fast() -> Finding:
        second_is_over.set()
        return passed("fine")

    assert [result.id for result in run_all([check("a", slow), check("b", fast), check("c")])] == ["a", "b", "c"]


def test_a_result_is_told_before_later_checks_are_over() -> None:
    go_on = threading.Event()

    def waiting() -> Finding:
        go_on.wait(10)
        return passed("fine")

    results = run_all([check("a"), check("b", waiting)])

    assert next(results).id == "a"
    go_on.set()
    assert next(results).id == "b"


def test_checks_run_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=10)

    def meet() -> Finding:
        together.wait()
        return passed("met")

    assert [result.detail for result in run_all([check(name, meet) for name in "abc"])] == ["met"] * 3


def test_one_that_hangs_costs_its_time_and_nothing_else() -> None:
    never = threading.Event()

    def hang() -> Finding:
        never.wait(60)
        return passed("too late")

    began = time.monotonic()
    results = list(run_all([check("a"), check("hangs", hang), check("c")], limit=0.2))
    took = time.monotonic() - began
    never.set()

    assert took < 10
    assert states(results) == {"a": "pass", "hangs": "fail", "c": "pass"}
    assert results[1].detail == "No answer within 0.2 s."
    assert results[1].seconds == 0.2


def test_an_answer_in_time_counts_also_when_the_reader_is_slow() -> None:
    done = threading.Event()

    def quick() -> Finding:
        done.set()
        return passed("in time")

    results = run_all([check("a"), check("b", quick)], limit=0.5)
    assert next(results).id == "a"
    assert done.wait(10)
    time.sleep(0.6)  # the reader is busy for longer than the limit

    assert next(results).detail == "in time"


def test_what_needs_a_failed_check_is_skipped_for_its_reason_all_the_way_down() -> None:
    looked: list[str] = []

    def never() -> Finding:
        looked.append("looked")
        return passed("fine")

    results = list(
        run_all(
            [
                check("a", lambda: failed("down", "start it"), without="it is down"),
                check("b", never, "a"),
                check("c", never, "b"),
                check("d"),
            ]
        )
    )

    assert states(results) == {"a": "fail", "b": "warn", "c": "warn", "d": "pass"}
    assert [result.detail for result in results[1:3]] == ["Skipped: it is down."] * 2
    assert [result.seconds for result in results[1:3]] == [0.0, 0.0]
    assert not looked


def test_a_warning_stops_nobody() -> None:
    results = list(run_all([check("a", lambda: warned("hm")), check("b", None, "a")]))

    assert states(results) == {"a": "warn", "b": "pass"}


def test_a_check_waits_for_those_it_needs() -> None:
    seen: list[str] = []

    def note(name: str) -> Callable[[], Finding]:
        def look() -> Finding:
            seen.append(name)
            return passed("fine")

        return look

    list(run_all([check("a", note("a")), check("b", note("b"), "a"), check("c", note("c"), "b", "a")]))

    assert seen == ["a", "b", "c"]


def test_an_error_of_ours_is_the_finding() -> None:
    def expired() -> Finding:
        raise CredentialsError("The session has expired.", "Sign in again.")

    (result,) = run_all([check("a", expired)])

    assert (result.state, result.detail, result.fix) == ("fail", "The session has expired.", "Sign in again.")
    assert result.exit_code == ExitCode.CREDENTIALS


def test_a_defect_in_one_check_hides_no_other_and_shows_no_values() -> None:
    def defect() -> Finding:
        raise RuntimeError("hunter2")

    first, second = run_all([check("a", defect), check("b")])

    assert first.state == "fail"
    assert "RuntimeError" in first.detail
    assert "hunter2" not in f"{first}"
    assert second.state == "pass"


def test_seconds_are_measured_with_the_clock_given() -> None:
    ticks = iter(range(100))

    (result,) = run_all([check("a")], clock=lambda: float(next(ticks)))

    assert result.seconds >= 1.0
    assert result.seconds == int(result.seconds)


def test_a_check_cannot_need_what_comes_after_it() -> None:
    with pytest.raises(ValueError, match="a needs a check that does not come before it"):
        list(run_all([check("a", None, "b"), check("b")]))


def test_whoever_watches_hears_of_each_beginning_and_of_each_result_at_once() -> None:
    open_door = threading.Event()

    def slow() -> Finding:
        open_door.wait(10)
        return passed("late")

    heard = []
    for happening in as_they_happen([check("slow", slow), check("quick"), check("after", None, "quick")]):
        heard.append((type(happening).__name__, happening.id))
        if happening.id == "after" and isinstance(happening, CheckResult):
            open_door.set()
    assert sorted(heard[:2]) == [("Begun", "quick"), ("Begun", "slow")]
    assert heard[2:] == [
        ("CheckResult", "quick"),
        ("Begun", "after"),
        ("CheckResult", "after"),
        ("CheckResult", "slow"),
    ]


def test_wanting_one_check_brings_all_that_it_needs() -> None:
    checks = [check("a"), check("b", None, "a"), check("c"), check("d", None, "b")]
    assert [one.id for one in with_needed(checks, ["d"])] == ["a", "b", "d"]
    assert [one.id for one in with_needed(checks, ["c"])] == ["c"]
