"""The numbers that options take."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from typing import Any


class Number(click.FloatRange):
    """A number within bounds, where click lets NaN through, which is neither within nor without."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number.

        Raises:
            click.BadParameter: it is none, or out of bounds.
        """
        number: float = super().convert(value, param, ctx)
        if isnan(number):
            self.fail("NaN is no number.", param, ctx)
        return number


INTERVAL = Number(0.2, 3600)
"""Seconds between two readings."""
