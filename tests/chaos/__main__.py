"""`make chaos`: break a deployed backend in every way we know while visitors come, then count.

    make chaos ARGS="--rounds 5 --seed 7"

Exits with 1 when a single event was lost, doubled or unexplained.
"""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lamed_tui.embedded.emulator import running_emulator
from tests.aws_variables import aws_variables
from tests.chaos.faults import ROUND
from tests.chaos.play import play
from tests.chaos.scene import TooSlowError, set_scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.chaos.ledger import Finding
    from tests.chaos.play import Outcome

_CUT = 0.02
_FAULTS = ("at", "what happens", "over after", "refused", "acknowledged")
_SUMS = ("acknowledged", "undecided", "counted", "lost", "doubled", "unexplained")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the play and print its tables; the exit code."""
    options = _parser().parse_args(arguments)
    with TemporaryDirectory(prefix="lamed-chaos-") as directory:
        folders = [Path(directory, name) for name in ("valkey", "emulator")]
        for folder in folders:
            folder.mkdir()
        with (
            running_emulator(folders[1]) as endpoint,
            set_scene(folders[0], aws_variables(endpoint, "us-east-1"), seed=options.seed, cut=_CUT) as scene,
        ):
            faults = ROUND * options.rounds
            try:
                outcome = play(scene, faults, seed=options.seed, events_between=options.events, seconds=options.seconds)
            except TooSlowError as error:
                print(f"The play stopped: {error}.", file=sys.stderr)  # noqa: T201 - a command
                return 1
    for line in report(outcome):
        print(line)  # noqa: T201 - a command
    return 0 if outcome.is_exact else 1


def report(outcome: Outcome) -> Iterator[str]:
    """The outcome in words and Markdown tables."""
    tally = outcome.tally
    yield from _table(
        _FAULTS,
        [
            (f"{act.at:.1f} s", act.title, f"{act.took:.1f} s", str(act.refused), str(act.acknowledged))
            for act in outcome.acts
        ],
    )
    yield ""
    yield from _table(
        ("experiment", "counters", *_SUMS), [*_by_experiment(outcome.findings), _sums("together", outcome.findings)]
    )
    yield ""
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(outcome.failures.items()))
    yield (
        f"{tally.sent:,} requests in {outcome.seconds:.0f} seconds, {tally.duplicates:,} of them for an event that had "
        f"been sent before; not answered 200: {kinds or 'none'}."
    )
    yield f"{outcome.cuts:,} connections between the functions and Valkey were cut."
    yield f"The deployed /experiments answers {'the same counts' if outcome.api_agrees else 'OTHER COUNTS'}."
    yield "EXACT" if outcome.is_exact else "NOT EXACT"


def _by_experiment(findings: Sequence[Finding]) -> Iterator[tuple[str, ...]]:
    for experiment, own in groupby(findings, key=lambda finding: finding.counter[0]):
        yield _sums(experiment, list(own))


def _sums(name: str, findings: Sequence[Finding]) -> tuple[str, ...]:
    sums = [sum(getattr(finding, column) for finding in findings) for column in _SUMS]
    return (name, str(len(findings)), *(f"{number:,}" for number in sums))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for number, row in enumerate((head, *rows)):
        yield "| " + " | ".join(map(str.ljust, row, widths)) + " |"
        if number == 0:
            yield "| " + " | ".join("-" * width for width in widths) + " |"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make chaos", description="Break everything under load, then count.")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often every fault happens (3)")
    parser.add_argument("--events", type=int, default=150, metavar="N", help="events acknowledged between faults (150)")
    parser.add_argument("--seconds", type=float, default=600, metavar="N", help="no fault begins after these (600)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of visitors and cuts (1)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
