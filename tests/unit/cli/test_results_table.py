"""Results at terminals of every width: what the numbers prove is never squeezed away."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from lamed_tui.cli.results_table import print_results
from lamed_tui.experiments.assessment import assess_all
from lamed_tui.experiments.snapshot import Experiment, Goal, Snapshot, Variant, VariantCount
from lamed_tui.experiments.table import HEADINGS

ARMS = {"control": (12_040, 120), "[b]neu": (11_870, 310), "ערב": (12_000, 100)}
WORDS = ["checkout", "buy", "now", "control", "[b]neu", "ערב", "12,040", "310", "2.61%", "+162%", "Beats"]


def checkout(goals: tuple[str, ...] = ("buy now", "[link]"), name: str = "checkout [red]") -> Experiment:
    counts = tuple(VariantCount(arm, *numbers) for arm, numbers in ARMS.items())
    variants = tuple(Variant(arm, visitors) for arm, (visitors, _) in ARMS.items())
    return Experiment(name, "control", variants, tuple(Goal(goal, unique=True, variants=counts) for goal in goals))


def printed(width: int, *experiments: Experiment) -> list[str]:
    taken = Snapshot("shop", datetime(2026, 3, 12, 9, 30, tzinfo=UTC), experiments)
    console = Console(file=StringIO(), width=width, highlight=False)
    print_results(console, taken, assess_all(taken, {}))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", range(24, 141, 4))
def test_every_name_number_and_verdict_can_be_read(width: int) -> None:
    lines = printed(width, checkout())
    text = " ".join(lines)
    without_commas = text.replace(",", "")
    for word in WORDS:
        assert word in text or word.replace(",", "") in without_commas, f"{word} at {width} columns"
    assert "…" not in text.replace(" … ", "")
    assert max(map(cell_len, lines)) <= width


def test_eighty_columns_have_the_numbers_in_a_table_and_the_verdicts_below() -> None:
    lines = printed(80, checkout(("buy now",)))
    head = next(number for number, line in enumerate(lines) if line.startswith("  buy now"))
    assert lines[head].removeprefix("  buy now").split() == " ".join(HEADINGS[:-1]).split()
    assert [line.split()[:2] for line in lines[head + 1 : head + 4]] == [
        ["control", "12,040"],
        ["[b]neu", "11,870"],
        ["ערב", "12,000"],
    ]
    assert lines[head + 4].startswith("  [b]neu: Beats control")
    assert lines[head + 5].startswith("  ערב: ")


def test_a_hundred_and_forty_columns_have_one_table() -> None:
    lines = printed(140, checkout())
    assert sum("Visitors" in line for line in lines) == 1
    assert any("[link]" in line and "control" in line for line in lines)


@pytest.mark.parametrize("width", [40, 80, 140])
def test_an_experiment_without_a_goal_tells_its_visitors(width: int) -> None:
    text = " ".join(printed(width, checkout(())))
    assert "no goal reached yet" in text
    assert "12,040" in text or "12040" in text


def test_a_name_is_on_one_line_so_that_it_can_be_found() -> None:
    assert printed(80, checkout(name="x" * 128))[0] == "x" * 128
