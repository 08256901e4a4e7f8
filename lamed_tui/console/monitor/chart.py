"""The history chart: every line of a chart shares one scale, so that arms can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual.content import Content

from lamed_tui.experiments.names import printable
from lamed_tui.experiments.wording import day_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lamed_tui.experiments.trend import Trend

Colour = tuple[int, int, int]
Points = list[tuple[float, float]]

_FEWEST_COLUMNS, _FEWEST_LINES = 30, 6
_MOST_ARMS = 4
_TICK_CELLS = 6
_FAR = 3.0  # a lift beyond +300% or an interval that wide says nothing
_CALM = 0.1  # the scale of rates reaches at least a tenth of them up and down: what hardly moves is to look so


class Kind(StrEnum):
    """What is drawn."""

    LIFT = "lift"
    RATE = "rate"


_SAYINGS = {
    Kind.LIFT: ("lift over the control, dots: always-valid interval", "lift, dots: its interval", "lift"),
    Kind.RATE: ("rate since the start", "rate"),
}
"""The longest first."""


@dataclass(frozen=True)
class Palette:
    """Colours as red, green, blue; `arms` in the order of the variants, the control first."""

    arms: Sequence[Colour]
    quiet: Colour


def chart(trend: Trend, kind: Kind, control: str | None, size: tuple[int, int], palette: Palette) -> Content | None:
    """The chart as text of that size (columns, lines), with a line above that says what is drawn.

    None where there is nothing to draw: fewer than two looks, or no room.
    """
    columns, lines = size
    if columns < _FEWEST_COLUMNS or lines < _FEWEST_LINES:
        return None
    if len(trend.moments) < 2 or trend.moments[0] == trend.moments[-1]:
        return None
    if kind is Kind.LIFT and not trend.has_lifts:
        kind = Kind.RATE
    names = [name for name in trend.rates if kind is Kind.RATE or name != control][:_MOST_ARMS]
    colours = dict(zip(trend.rates, palette.arms, strict=False))
    shown = {name: _lines(trend, kind, name) for name in names}
    if not any(one for found in shown.values() for one in found):
        return None
    return Content("\n").join(
        [
            _legend(trend, kind, names, colours, columns),
            _drawn(trend, kind, shown, colours, (columns, lines - 1), palette),
        ]
    )


def _lines(trend: Trend, kind: Kind, name: str) -> list[Points]:
    """The lines of one variant in percent: its rate; or its lift and both ends of the interval."""
    hours = [(moment - trend.moments[0]).total_seconds() / 3600 for moment in trend.moments]
    if kind is Kind.RATE:
        return [[(hour, 100 * rate) for hour, rate in zip(hours, trend.rates[name], strict=True) if rate is not None]]
    lifts = [(hour, one) for hour, one in zip(hours, trend.lifts.get(name, ()), strict=False) if one is not None]
    return [
        [(hour, 100 * one.estimate) for hour, one in lifts if one.estimate is not None],
        [(hour, 100 * one.lower) for hour, one in lifts],
        [(hour, 100 * min(one.upper if one.upper is not None else _FAR, _FAR)) for hour, one in lifts],
    ]


def _legend(trend: Trend, kind: Kind, names: Sequence[str], colours: Mapping[str, Colour], columns: int) -> Content:
    """What is drawn, in as many words as there is room for beside the names of the lines."""
    keys = [(f" ━ {printable(name)}", _style(colours.get(name))) for name in names]
    legends = [
        Content.assemble((f"{printable(trend.goal)}: {saying} ", "$foreground-muted"), *keys)
        for saying in _SAYINGS[kind]
    ]
    fitting = next((legend for legend in legends if cell_len(legend.plain) <= columns), None)
    return fitting or legends[-1].truncate(columns, ellipsis=True)


def _drawn(
    trend: Trend,
    kind: Kind,
    shown: Mapping[str, list[Points]],
    colours: Mapping[str, Colour],
    size: tuple[int, int],
    palette: Palette,
) -> Content:
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(width=False, height=False)  # else it asks the terminal, which need not be where this is shown
    plotext.plot_size(*size)
    plotext.xaxes(lower=True, upper=False)
    plotext.yaxes(left=True, right=False)
    low, high = _limits(kind, shown)
    plotext.ylim(low, high)
    for name, found in shown.items():
        colour = colours.get(name, palette.quiet)
        for number, points in reversed(list(enumerate(found))):
            inside = [(hour, min(max(value, low), high)) for hour, value in points]
            if not inside:
                continue
            hours, values = [hour for hour, _ in inside], [value for _, value in inside]
            plotext.plot(hours, values, color=colour, marker="·" if number else "braille")
    if kind is Kind.LIFT and low < 0 < high:
        plotext.hline(0, color=palette.quiet)
    ticks = _ticks(low, high)
    plotext.yticks(ticks, [_tick_text(tick, kind, high - low) for tick in ticks])
    ends = [0.0, (trend.moments[-1] - trend.moments[0]).total_seconds() / 3600]
    plotext.xlim(*ends)
    plotext.xticks(ends, [_moment_text(moment, ends[1]) for moment in (trend.moments[0], trend.moments[-1])])
    text: str = plotext.build()
    plotext.clear_figure()
    return Content.from_rich_text(Text.from_ansi(text.rstrip("\n")))


def _limits(kind: Kind, shown: Mapping[str, list[Points]]) -> tuple[float, float]:
    """Bottom and top: wide enough for the newer half of everything, which early wide intervals must not squash."""
    newer = [value for found in shown.values() for points in found for _, value in points[len(points) // 2 :]]
    low, high = min(newer), max(newer)
    if kind is Kind.LIFT:
        low, high = min(low, -1.0), max(high, 1.0)
    margin = max((high - low) * 0.08, 0.1)
    if kind is Kind.RATE:
        margin = max(margin, ((low + high) * _CALM - (high - low)) / 2)
    bottom = -100.0 if kind is Kind.LIFT else 0.0
    return max(low - margin, bottom), high + margin


def _ticks(low: float, high: float) -> list[float]:
    fifth = (high - low) / 5
    if low <= 0 <= high:
        return [low, 0.0, high] if low < -fifth and high > fifth else [0.0, high] if low >= -fifth else [low, 0.0]
    return [low, (low + high) / 2, high]


def _tick_text(value: float, kind: Kind, spread: float) -> str:
    """Of a width that stays, so that the chart does not jump aside when a digit comes or goes."""
    digits = 0 if spread >= 20 else 1 if spread >= 2 else 2
    sign = "+" if kind is Kind.LIFT and value else ""
    return (f"{value:{sign}.{digits}f}%" if value else "0%").rjust(_TICK_CELLS)


def _moment_text(moment: datetime, hours: float) -> str:
    if hours < 0.2:
        return f"{moment:%H:%M:%S}"
    return f"{moment:%H:%M}" if hours < 36 else day_text(moment)


def _style(colour: Colour | None) -> str:
    return "rgb({},{},{})".format(*colour) if colour else ""
