"""What the monitor says, as pure functions of what is known: nothing here touches a widget."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from textual.content import Content

from lamed_tui.experiments.names import printable
from lamed_tui.experiments.wording import UNKNOWN, duration_text, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamed_tui.console.feed import FeedState, Reading
    from lamed_tui.console.key_names import Keys
    from lamed_tui.experiments.pace import Pace
    from lamed_tui.experiments.snapshot import Experiment, Snapshot

_GOOD = "$text-success on $success-muted"
_WARNING = "$text-warning on $warning-muted"
_BAD = "$text-error on $error-muted"
_QUIET = "$foreground-muted"

_ROOMY = 52


@dataclass(frozen=True)
class Notice:
    """What stands where there is no data: what is the case, and what to do next."""

    title: str
    lines: tuple[str, ...]


# The line of badges -----------------------------------------------------------------------------------------------


def status(state: FeedState, paused: Reading | None, now: float, width: int, marks: Sequence[str] = ()) -> Content:
    """The badges: how old the data is, whether the view is paused, how often it is read, and how much comes in.

    Where the width in cells is short, what comes last is cut, and the age of the data loses a word. `marks` are what
    else is not as usual, such as the order of the list.
    """
    shown = paused or state.reading
    badges = [_connection_badge(state, now, narrow=width < _ROOMY)]
    if paused is not None:
        badges.insert(0, Content.styled(f" PAUSED, shows data {duration_text(now - paused.at)} old ", _WARNING))
    facts = [*marks, f"every {state.interval:g} s"]
    if shown is not None:
        if shown.pace.total is not None:
            facts.append(f"{pace_text(shown.pace.total)} events/s")
        facts.append(plural(len(shown.snapshot.experiments), "experiment"))
    return Content(" ").join([*badges, Content.styled(" · ".join(facts), _QUIET)])


def stale_after(interval: float) -> float:
    """Seconds after which data counts as stale: a few readings late, whatever the reason."""
    return max(5.0, 3 * interval)


def _connection_badge(state: FeedState, now: float, *, narrow: bool) -> Content:
    age = now - state.reading.at if state.reading else None
    if state.outage is not None:
        wait = state.outage.retry_at - now
        retry = f"retry in {duration_text(wait + 0.999)}" if wait > 0 else "retrying now"
        data = "" if age is None else f", data {duration_text(age)}{'' if narrow else ' old'}"
        return Content.styled(f" disconnected, {retry}{data} ", _BAD)
    if age is None:
        return Content.styled(" connecting ", _WARNING)
    if age > stale_after(state.interval):
        return Content.styled(f" STALE {duration_text(age)} ", _WARNING)
    return Content.styled(f" live {duration_text(age)} ", _GOOD)


def pace_text(pace: float | None) -> str:
    """Events per second, with a digit behind the point where it matters."""
    if pace is None:
        return UNKNOWN
    return f"{pace:,.0f}" if pace >= 100 or pace == 0 else f"{pace:.1f}"


# Where there is nothing to show -----------------------------------------------------------------------------------


def notice(state: FeedState, label: str, namespace: str, key: Keys) -> Notice | None:
    """What to say instead of experiments; None when there are some."""
    if state.reading is None and state.outage is None:
        return Notice(f"Reading {label}", ("The counters appear here as soon as it answers.",))
    if state.reading is None and state.outage is not None:
        return Notice(
            state.outage.error.what,
            (
                state.outage.error.fix,
                "",
                f"Tried again by itself; {key('monitor.read-now')} tries now.",
                "Another Redis: lamed configure --set redis.host=NAME",
                "None at hand: lamed demo brings one",
            ),
        )
    if state.reading is not None and not state.reading.snapshot.experiments:
        return Notice(
            f'No events yet in the namespace "{printable(namespace)}"',
            (
                "They appear here as soon as a page sends one.",
                "",
                f"Code for a page: {key('monitor.snippet')}",
                f"Another namespace: {key('monitor.namespace')}",
                "Simulated visitors: lamed demo",
            ),
        )
    return None


def trouble(state: FeedState) -> str:
    """What failed, while older data is still on screen; empty when nothing did."""
    if state.outage is None or state.reading is None:
        return ""
    return str(state.outage.error)


# The list of experiments ------------------------------------------------------------------------------------------


def matching(snapshot: Snapshot, wanted: str) -> list[Experiment]:
    """The experiments whose name contains the text, whatever the case."""
    folded = wanted.strip().casefold()
    if not folded:
        return list(snapshot.experiments)
    return [one for one in snapshot.experiments if folded in printable(one.name).casefold()]


class Order(StrEnum):
    """What the list is sorted by."""

    NAME = "name"
    VISITORS = "visitors"
    PACE = "events/s"

    def next(self) -> Order:
        """The one after this, and at last the first again."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


def ordered(experiments: Sequence[Experiment], order: Order, pace: Pace) -> list[Experiment]:
    """The experiments, which come by name, in another order; the largest first.

    What is nearly as large stays by name: rows that change places at every reading cannot be read.
    """
    if order is Order.VISITORS:
        return sorted(experiments, key=lambda one: -_rounded(one.visitors, 3))
    if order is Order.PACE:
        return sorted(experiments, key=lambda one: -_rounded(pace.by_experiment.get(one.name, 0.0), 1))
    return list(experiments)


def _rounded(number: float, digits: int) -> float:
    return float(f"{number:.{digits}g}")
