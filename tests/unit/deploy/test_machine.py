"""The state machine as data: complete, reachable, and without a way to get lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamed_tui.deploy import machine, states
from lamed_tui.deploy.machine import DEPLOYING, DESTROYING, ENDS, SIGNAL_OF, Phase, Signal
from lamed_tui.deploy.states import Remedy, Situation

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from lamed_tui.deploy.events import DeployEvent
    from lamed_tui.deploy.machine import Table

    Step = Callable[[], Generator[DeployEvent, None, Signal]]

BOTH = pytest.mark.parametrize("table", [DEPLOYING, DESTROYING], ids=["deploying", "destroying"])


@BOTH
@pytest.mark.parametrize("status", list(states.STATES))
def test_every_state_of_a_stack_leads_on(table: Table, status: str | None) -> None:
    assert (Phase.LOOK, SIGNAL_OF[states.of(status).situation]) in table


@BOTH
def test_every_phase_is_reached_and_every_one_but_an_end_leads_on(table: Table) -> None:
    reached, edge = {Phase.LOOK}, {Phase.LOOK}
    while edge:
        edge = {target for (phase, _), target in table.items() if phase in edge} - reached
        reached |= edge
    assert reached >= {phase for phase, _ in table}
    assert reached >= ENDS
    assert {phase for phase, _ in table} == reached - ENDS


@BOTH
def test_from_everywhere_an_end_can_be_reached(table: Table) -> None:
    ending = set(ENDS)
    while more := {phase for (phase, _), target in table.items() if target in ending} - ending:
        ending |= more
    assert ending == {phase for phase, _ in table} | ENDS


@BOTH
def test_aws_is_told_to_do_something_only_after_the_question(table: Table) -> None:
    assert {phase for (phase, _), target in table.items() if target is Phase.APPLY} == {Phase.ASK}


def test_whatever_is_stuck_or_empty_is_mended_before_a_deployment() -> None:
    for situation in (Situation.EMPTY, Situation.STUCK):
        assert DEPLOYING[Phase.LOOK, SIGNAL_OF[situation]] is Phase.MEND


def test_states_that_are_stuck_have_a_remedy_or_say_what_to_do() -> None:
    remedies = {status: state.remedy for status, state in states.STATES.items() if state.repair}
    assert remedies == {
        "ROLLBACK_COMPLETE": Remedy.DELETE_HUSK,
        "CREATE_FAILED": Remedy.DELETE_REST,
        "ROLLBACK_FAILED": Remedy.DELETE_REST,
        "DELETE_FAILED": Remedy.DELETE_REST,
        "UPDATE_FAILED": Remedy.ROLL_BACK,
        "UPDATE_ROLLBACK_FAILED": Remedy.CONTINUE_ROLLBACK,
        "IMPORT_ROLLBACK_FAILED": None,
    }


def test_the_walk_goes_where_the_signals_point_and_returns_the_end() -> None:
    walked: list[Phase] = []

    def step(phase: Phase, signal: Signal) -> Step:
        def run() -> Generator[DeployEvent, None, Signal]:
            walked.append(phase)
            yield from ()
            return signal

        return run

    signals = {
        Phase.LOOK: Signal.READY,
        Phase.PLAN: Signal.CHANGES,
        Phase.ASK: Signal.AGREED,
        Phase.APPLY: Signal.LEFT,
    }
    walk = machine.run(DEPLOYING, {phase: step(phase, signal) for phase, signal in signals.items()})
    with pytest.raises(StopIteration) as ended:
        next(walk)
    assert walked == list(signals)
    assert ended.value.value is Phase.DETACHED
