"""Run the simulation of docs/statistics.md: write its picture, and print the lines of its table.

`.venv/bin/python docs/make_simulation.py`, needed only when the statistics change: tests hold the page to the numbers.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.unit.experiments.statistics.peeking import (
    ALPHA,
    CASES,
    EXPERIMENTS,
    LOOKS,
    VISITORS_BETWEEN_LOOKS,
    family,
    watch,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

PICTURE = Path(__file__).with_name("images") / "peeking.svg"
EVEN = 0.5
FAMILY = (3, 0.05, 106)

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 570, 56, 340
TITLE = "Experiments without any difference that were ever called different"
HIGHEST = 0.55
CLASSICAL, OURS, QUIET, INK = "#c2410c", "#0f766e", "#94a3b8", "#334155"
POINTS = 200


def main() -> None:
    """Simulate, draw, and print."""
    curves: list[tuple[float, NDArray[np.float64], NDArray[np.float64]]] = []
    for case in CASES:
        rates = watch(case)
        sys.stdout.write(rates.row(case) + "\n")
        if case.share == EVEN:
            curves.append((case.rate, rates.naive_by_look, rates.verdict_by_look))
    sys.stdout.write(f"three variants: {family(*FAMILY):.2%}\n")
    PICTURE.write_text("\n".join(_picture(curves)) + "\n")


def _picture(curves: Sequence[tuple[float, NDArray[np.float64], NDArray[np.float64]]]) -> Iterable[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="13" fill="{INK}">'
    )
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    yield f'<text x="{LEFT}" y="26" font-size="16">{TITLE}</text>'
    told = f"{EXPERIMENTS:,} simulated experiments for each line, looked at every {VISITORS_BETWEEN_LOOKS} visitors"
    yield f'<text x="{LEFT}" y="44" fill="{QUIET}">{told}</text>'
    for share in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5):
        y = _y(share)
        yield f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e2e8f0"/>'
        yield f'<text x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{share:.0%}</text>'
    for visitors in range(0, 40_001, 10_000):
        x = _x(visitors / VISITORS_BETWEEN_LOOKS)
        yield f'<text x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{visitors:,}</text>'
    yield f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 42}" text-anchor="middle">visitors</text>'
    y = _y(ALPHA)
    yield f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{INK}" stroke-dasharray="5 4"/>'
    yield f'<text x="{(LEFT + RIGHT) / 2}" y="{y - 6:.1f}" text-anchor="middle">5%: what a test promises</text>'
    for rate, classical, ours in curves:
        yield _line(classical, CLASSICAL)
        yield _line(ours, OURS)
        at = _y(float(classical[-1])) + 4
        yield f'<text x="{RIGHT + 8}" y="{at:.1f}" fill="{CLASSICAL}">classical, true rate {rate:.0%}</text>'
    middle = _y(sorted(float(ours[-1]) for _, _, ours in curves)[len(curves) // 2]) + 4
    yield f'<text x="{RIGHT + 8}" y="{middle:.1f}" fill="{OURS}">this monitor, all three</text>'
    yield "</svg>"


def _line(shares: NDArray[np.float64], colour: str) -> str:
    looks = sorted({round(number * (LOOKS - 1) / POINTS) for number in range(POINTS + 1)})
    points = " ".join(f"{_x(look + 1):.1f},{_y(float(shares[look])):.1f}" for look in looks)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _x(look: float) -> float:
    return LEFT + (RIGHT - LEFT) * look / LOOKS


def _y(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * share / HIGHEST


if __name__ == "__main__":
    main()
