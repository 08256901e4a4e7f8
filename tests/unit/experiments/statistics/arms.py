"""Counts of a control and a variant."""

from __future__ import annotations

from lamed_tui.experiments.statistics.evidence import Counts


def two_arms(control: tuple[int, int], blue: tuple[int, int], **more: int) -> Counts:
    """Conversions and visitors of the control and of blue, and visitors of further variants."""
    visitors = {"control": control[1], "blue": blue[1], **more}
    return Counts(visitors, {"buy": {"control": control[0], "blue": blue[0]}})
