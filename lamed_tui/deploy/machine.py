"""What can happen between a command and its end, as plain data: phases, what ends each, and what comes next.

`steps` and `destroy` bring what is done in each; which step follows which stands here and nowhere else.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from lamed_tui.deploy.states import Situation

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from lamed_tui.deploy.events import DeployEvent


class Phase(Enum):
    """What is being done, or how it ended."""

    LOOK = "look"  # read the stack as it stands
    ATTACH = "attach"  # follow an operation that is running already
    MEND = "mend"  # offer the way out of a state that nothing else leaves
    PLAN = "plan"  # find out what would change
    ASK = "ask"  # show it, and wait for the answer
    APPLY = "apply"  # let AWS do it, and follow
    SETTLE = "settle"  # record, try and tidy up what is live now
    DONE = "done"
    DECLINED = "declined"
    DETACHED = "detached"


class Signal(Enum):
    """What ended a phase. Failures are no signals: they are errors, and end everything."""

    ABSENT = "absent"
    READY = "ready"
    BUSY = "busy"
    EMPTY = "empty"
    STUCK = "stuck"
    RESTED = "rested"
    MENDED = "mended"
    NOTHING = "nothing"
    LIVE = "live"
    CHANGES = "changes"
    AGREED = "agreed"
    REFUSED = "refused"
    LEFT = "left"
    SUCCEEDED = "succeeded"
    SETTLED = "settled"


Table = dict[tuple[Phase, Signal], Phase]

_COMMON: Table = {
    (Phase.LOOK, Signal.BUSY): Phase.ATTACH,
    (Phase.LOOK, Signal.READY): Phase.PLAN,
    (Phase.ATTACH, Signal.RESTED): Phase.LOOK,
    (Phase.ATTACH, Signal.LEFT): Phase.DETACHED,
    (Phase.PLAN, Signal.CHANGES): Phase.ASK,
    (Phase.ASK, Signal.AGREED): Phase.APPLY,
    (Phase.ASK, Signal.REFUSED): Phase.DECLINED,
    (Phase.APPLY, Signal.SUCCEEDED): Phase.SETTLE,
    (Phase.APPLY, Signal.LEFT): Phase.DETACHED,
    (Phase.SETTLE, Signal.SETTLED): Phase.DONE,
}

DEPLOYING: Table = {
    **_COMMON,
    (Phase.LOOK, Signal.ABSENT): Phase.PLAN,
    (Phase.LOOK, Signal.EMPTY): Phase.MEND,
    (Phase.LOOK, Signal.STUCK): Phase.MEND,
    (Phase.MEND, Signal.MENDED): Phase.LOOK,
    (Phase.MEND, Signal.LEFT): Phase.DETACHED,
    (Phase.PLAN, Signal.LIVE): Phase.SETTLE,
}
"""For a deployment and for a rollback, which is a deployment of an older release."""

DESTROYING: Table = {
    **_COMMON,
    (Phase.LOOK, Signal.ABSENT): Phase.PLAN,  # records and packages may be left
    (Phase.LOOK, Signal.EMPTY): Phase.PLAN,  # a deletion leads out of every state that is stuck
    (Phase.LOOK, Signal.STUCK): Phase.PLAN,
    (Phase.PLAN, Signal.NOTHING): Phase.DONE,
}

SIGNAL_OF = {
    Situation.ABSENT: Signal.ABSENT,
    Situation.READY: Signal.READY,
    Situation.BUSY: Signal.BUSY,
    Situation.EMPTY: Signal.EMPTY,
    Situation.STUCK: Signal.STUCK,
}
"""What a stack's situation means in the phase LOOK."""

ENDS = frozenset({Phase.DONE, Phase.DECLINED, Phase.DETACHED})


def run(
    table: Table, steps: Mapping[Phase, Callable[[], Generator[DeployEvent, None, Signal]]]
) -> Generator[DeployEvent, None, Phase]:
    """Walk from LOOK to an end, telling what the steps tell, and return the end."""
    phase = Phase.LOOK
    while phase not in ENDS:
        signal = yield from steps[phase]()
        phase = table[phase, signal]
    return phase
