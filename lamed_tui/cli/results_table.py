"""Results at a terminal: one table an experiment where it is wide enough, one a goal, or lines where it is narrow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lamed_tui.experiments.assessment import nothing_text
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.plain import flat_lines
from lamed_tui.experiments.table import HEADINGS, cells, facts, variant_label
from lamed_tui.experiments.wording import UNKNOWN, count_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.console import Console

    from lamed_tui.experiments.assessment import Assessment
    from lamed_tui.experiments.snapshot import Experiment, Snapshot

_NUMBERS = HEADINGS[:-1]
_NAME_COLUMNS = 12
"""Longer names are folded where columns are few."""
_VERDICT_COLUMNS = 20
_INDENT = (0, 0, 0, 2)


@dataclass(frozen=True)
class _Row:
    variant: str
    numbers: tuple[str, ...]
    verdict: str
    is_control: bool = False


@dataclass(frozen=True)
class _Section:
    """A goal and its variants."""

    title: str
    rows: tuple[_Row, ...]


def print_results(console: Console, snapshot: Snapshot, assessments: Mapping[str, Assessment]) -> None:
    """Print every experiment so that each name, number and verdict can be read at the width of the console."""
    for experiment in snapshot.experiments:
        assessment = assessments[experiment.name]
        console.print(Text(printable(experiment.name), style="bold"), soft_wrap=True)
        if not experiment.variants:
            console.print(Text(f"  {nothing_text(experiment)}\n"))
            continue
        for line in (assessment.conclusion.sentence, " · ".join(facts(assessment))):
            console.print(Padding(Text(line), _INDENT))
        sections = tuple(_sections(experiment, assessment))
        if _wide_columns(sections) <= console.width:
            console.print(_wide(sections))
        elif _narrow_columns(sections) <= console.width:
            _print_narrow(console, sections)
        else:
            _print_lines(console, replace(snapshot, experiments=(experiment,)), assessments)


def _sections(experiment: Experiment, assessment: Assessment) -> Iterator[_Section]:
    def row(name: str, numbers: Sequence[str], verdict: str) -> _Row:
        return _Row(variant_label(name, experiment), tuple(numbers), verdict, name == experiment.control)

    for goal in experiment.goals:
        rows = []
        for one in goal.variants:
            said = cells(one, goal, assessment)
            numbers = (said.visitors, said.conversions, said.rate, said.lift, said.interval, said.evidence)
            rows.append(row(one.name, numbers, said.verdict))
        yield _Section(printable(goal.name), tuple(rows))
    if not experiment.goals:
        unknown = [UNKNOWN] * (len(_NUMBERS) - 1)
        counted = [
            row(one.name, (count_text(one.visitors), *unknown), "no goal reached yet") for one in experiment.variants
        ]
        yield _Section(UNKNOWN, tuple(counted))


def _wide_columns(sections: Sequence[_Section]) -> int:
    """What the one table takes with every cell readable: three columns of frame a cell, and one at the end."""
    rows = _rows(sections)
    names = [min(_NAME_COLUMNS, _widest(texts)) for texts in ((one.title for one in sections), _variants(rows))]
    verdict = min(_VERDICT_COLUMNS, _widest(row.verdict for row in rows))
    return sum(_number_columns(rows)) + sum(names) + verdict + 3 * (len(_NUMBERS) + 3) + 1


def _narrow_columns(sections: Sequence[_Section]) -> int:
    """What the tables without goal and verdict take: a space a cell, and the indentation."""
    rows = _rows(sections)
    return sum(_number_columns(rows)) + min(_NAME_COLUMNS, _widest(_variants(rows))) + len(_NUMBERS) + _INDENT[3]


def _wide(sections: Iterable[_Section]) -> Table:
    table = Table()
    table.add_column("Goal", overflow="fold")
    table.add_column("Variant", overflow="fold")
    _add_numbers(table)
    table.add_column(HEADINGS[-1])
    for section in sections:
        title = section.title
        for row in section.rows:
            table.add_row(*map(Text, (title, row.variant, *row.numbers, row.verdict)))
            title = ""
    return table


def _print_narrow(console: Console, sections: Iterable[_Section]) -> None:
    for number, section in enumerate(sections):
        if number:
            console.print()
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(Text(section.title, style="bold"), overflow="fold")
        _add_numbers(table)
        for row in section.rows:
            table.add_row(*map(Text, (row.variant, *row.numbers)))
        console.print(Padding(table, _INDENT))
        for row in section.rows:
            if row.verdict and not row.is_control:
                console.print(Padding(Text(f"{row.variant}: {row.verdict}"), _INDENT))
    console.print()


def _print_lines(console: Console, alone: Snapshot, assessments: Mapping[str, Assessment]) -> None:
    lines = Table.grid(padding=(0, 1))
    for (_, _, variant), line in flat_lines(alone, assessments).items():
        if variant is not None:  # what concerns the whole experiment stands above
            lines.add_row(" ·", Text(line, overflow="fold"))
    console.print(lines)
    console.print()


def _add_numbers(table: Table) -> None:
    for heading in _NUMBERS:
        table.add_column(heading, justify="right", no_wrap=True)


def _rows(sections: Iterable[_Section]) -> list[_Row]:
    return [row for section in sections for row in section.rows]


def _variants(rows: Iterable[_Row]) -> Iterator[str]:
    return (row.variant for row in rows)


def _number_columns(rows: Sequence[_Row]) -> list[int]:
    columns = zip(_NUMBERS, *(row.numbers for row in rows), strict=True)
    return [_widest(column) for column in columns]


def _widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)
