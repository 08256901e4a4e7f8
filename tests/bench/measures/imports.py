"""What a cold start spends on importing the handlers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.bench.contenders import import_cost
from tests.bench.packages import unpack
from tests.bench.row import Budget, Row, alternating

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.bench.stage import Stage

_LOADED_BY_LAMBDA = ("json", "logging", "traceback", "decimal", "http")
"""Standard modules that AWS's own runtime client for Python has imported before it imports a handler."""


def measure(stage: Stage) -> Iterator[Row]:
    """In a bare interpreter, and in one that has loaded what Lambda's own client loads."""
    ours, old = stage.folder(exists=False), stage.folder(exists=False)
    unpack(stage.zips.ours, ours)
    unpack(stage.zips.old, old)
    stage.say("importing in fresh processes")
    for before, when, budget in (
        ((), "", Budget(ratio_at_most=1 / 10)),
        (_LOADED_BY_LAMBDA, ", after Lambda's own imports", None),
    ):
        yield Row(
            f"CPU to import the zip's handler in a fresh process{when}",
            "ms",
            *alternating(
                stage.sizes.imports,
                partial(_milliseconds, ours, before),
                partial(_milliseconds, old, before),
            ),
            budget,
            "with the bytecode that the zip carries, taken to be valid",
        )


def _milliseconds(unpacked: Path, loaded_before: Sequence[str]) -> float:
    return 1_000 * import_cost(unpacked, loaded_before)
