"""What the monitor says, as pure functions of what is known: nothing here touches a widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from lamed_tui.experiments.names import printable
from lamed_tui.experiments.wording import UNKNOWN, count_text, duration_text, plural, rate_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lamed_tui.console.feed import FeedState, Reading
    from lamed_tui.experiments.snapshot import Experiment, Goal, Snapshot, VariantCount

_GOOD = "$text-success on $success-muted"
_WARNING = "$text-warning on $warning-muted"
_BAD = "$text-error on $error-muted"
_QUIET = "$foreground-muted"

_ROOMY = 52
_FEWEST_BESIDE_SUFFIX = 4
_NARROWEST_NAME, _WIDEST_NAME = 8, 36
_SHORTEST_BAR, _LONGEST_BAR, _BAR_GAP = 12, 40, 3
_BAR, _HALF_BAR = "━", "╸"


@dataclass(frozen=True)
class Notice:
    """What stands where there is no data: what is the case, and what to do next."""

    title: str
    lines: tuple[str, ...]


# The line of badges -----------------------------------------------------------------------------------------------


def status(state: FeedState, paused: Reading | None, now: float, width: int) -> Content:
    """The badges: how old the data is, whether the view is paused, how often it is read, and how much comes in.

    Where the width in cells is short, what comes last is cut, and the age of the data loses a word.
    """
    shown = paused or state.reading
    badges = [_connection_badge(state, now, narrow=width < _ROOMY)]
    if paused is not None:
        badges.insert(0, Content.styled(f" PAUSED, shows data {duration_text(now - paused.at)} old ", _WARNING))
    facts = [f"every {state.interval:g} s"]
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


def notice(state: FeedState, label: str, namespace: str) -> Notice | None:
    """What to say instead of experiments; None when there are some."""
    if state.reading is None and state.outage is None:
        return Notice(f"Reading {label}", ("The counters appear here as soon as it answers.",))
    if state.reading is None and state.outage is not None:
        return Notice(
            state.outage.error.what,
            (
                state.outage.error.fix,
                "",
                "Tried again by itself; r tries now.",
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
                "Code for a page: lamed snippet",
                "Another namespace: lamed watch --namespace NAME",
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
    return [one for one in snapshot.experiments if folded in printable(one.name).casefold()]


# The detail of one experiment -------------------------------------------------------------------------------------


def summary(experiment: Experiment, pace: float | None) -> str:
    """One line about an experiment as a whole."""
    visitors = "1 visitor" if experiment.visitors == 1 else f"{count_text(experiment.visitors)} visitors"
    parts = [visitors, plural(len(experiment.variants), "variant")]
    if pace is not None:
        parts.append(f"{pace_text(pace)} events/s")
    return " · ".join(parts)


def detail(experiment: Experiment, width: int) -> Content:
    """Every goal with every variant, as text of that width in cells."""
    if not experiment.variants:
        return Content.styled("Nothing has been counted for this experiment.", _QUIET)
    columns = _columns(experiment, width)
    if not experiment.goals:
        return Content("\n").join(_visitor_lines(experiment, columns))
    return Content("\n\n").join(
        Content("\n").join(_goal_lines(goal, experiment.control, columns)) for goal in experiment.goals
    )


@dataclass(frozen=True)
class _Columns:
    """Widths in cells, the same for all goals of an experiment so that they line up; no bar where there is no room."""

    name: int
    visitors: int
    conversions: int
    rate: int
    bar: int


def _columns(experiment: Experiment, width: int) -> _Columns:
    gap = 3 if width >= _ROOMY else 2
    counted = [one for goal in experiment.goals for one in goal.variants]
    visitors = _widest("Visitors", *(count_text(one.visitors) for one in experiment.variants)) + gap
    conversions = _widest(_conversions_label(width), *(count_text(one.conversions) for one in counted)) + gap
    rate = _widest("Rate", *(rate_text(one.rate) for one in counted)) + gap
    left = max(_NARROWEST_NAME, width - visitors - conversions - rate)
    name = min(left, _WIDEST_NAME)
    bar = min(left - name, _LONGEST_BAR)
    return _Columns(name, visitors, conversions, rate, bar if bar >= _SHORTEST_BAR else 0)


def _goal_lines(goal: Goal, control: str | None, columns: _Columns) -> Iterator[Content]:
    labels = ("Visitors", _conversions_label(columns.name + columns.visitors + columns.conversions), "Rate")
    yield _heading(_cell(printable(goal.name), columns.name, "" if goal.unique else " · repeats"), columns, labels)
    highest = max((one.rate or 0.0 for one in goal.variants), default=0.0)
    for one in goal.variants:
        yield Content.assemble(
            _variant_cell(one.name, control, columns.name),
            count_text(one.visitors).rjust(columns.visitors),
            count_text(one.conversions).rjust(columns.conversions),
            (rate_text(one.rate).rjust(columns.rate), "bold"),
            _bar(one, highest, columns.bar),
        )


def _visitor_lines(experiment: Experiment, columns: _Columns) -> Iterator[Content]:
    yield _heading(_cell("No goal reached yet", columns.name), columns, ("Visitors",))
    for one in experiment.variants:
        name = _variant_cell(one.name, experiment.control, columns.name)
        yield Content.assemble(name, count_text(one.visitors).rjust(columns.visitors))


def _heading(title: str, columns: _Columns, labels: Sequence[str]) -> Content:
    widths = (columns.visitors, columns.conversions, columns.rate)
    labelled = "".join(label.rjust(width) for label, width in zip(labels, widths, strict=False))
    return Content.assemble((title, "bold $primary"), (labelled, _QUIET))


def _conversions_label(width: int) -> str:
    return "Conversions" if width >= _ROOMY else "Conv."


def _variant_cell(name: str, control: str | None, width: int) -> str:
    """The control is marked, unless its name says it already."""
    marked = name == control and name.casefold() != "control"
    return _cell(printable(name), width, " · control" if marked else "")


def _bar(one: VariantCount, highest: float, width: int) -> Content:
    """The rate as a length on a scale that the goal's variants share."""
    if not width or not one.rate or not highest:
        return Content("")
    full, half = divmod(round(one.rate / highest * (width - _BAR_GAP) * 2), 2)
    return Content.assemble(" " * _BAR_GAP, (_BAR * full + _HALF_BAR * half, "$secondary"))


def _cell(text: str, width: int, suffix: str = "") -> str:
    """Text and suffix in exactly that many cells, wide characters counted as two; a suffix without room is left out."""
    if width - cell_len(suffix) < _FEWEST_BESIDE_SUFFIX:
        suffix = ""
    room = width - cell_len(suffix)
    shown = text if cell_len(text) <= room else set_cell_size(text, room - 1).rstrip() + "…"
    return set_cell_size(shown + suffix, width)


def _widest(*texts: str) -> int:
    return max(len(text) for text in texts)
