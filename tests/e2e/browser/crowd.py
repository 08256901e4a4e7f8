"""What visitors do on a page of one experiment, and what the counters must say of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamed.keys import PARTICIPATE

from tests.e2e.browser.site import QUEUE_IS_EMPTY, click, seen

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from lamed_tui.embedded.demo import CounterName
    from tests.e2e.browser.page import Page
    from tests.e2e.browser.site import Seen

EXPERIMENT = "button color"
UNIQUE, REPEATABLE = "sign up", "page view"
GOALS = (UNIQUE, REPEATABLE)
OPTIONS = (
    *("--experiment", EXPERIMENT, "--variant", "control", "--variant", "blue"),
    *("--goal", UNIQUE, "--non-unique-goal", REPEATABLE),
)
"""The options of `lamed snippet` for this experiment."""


@dataclass(frozen=True)
class Behaviour:
    """What one visitor does.

    Attributes:
        is_hasty: clicks follow one another at once; else each waits until the one before is acknowledged.
        lingers: stays until everything is acknowledged.
    """

    clicks: tuple[str, ...]
    is_hasty: bool
    lingers: bool


def a_behaviour(rng: random.Random) -> Behaviour:
    """Up to three clicks of somebody."""
    clicks = tuple(rng.choices(GOALS, k=rng.choice((0, 1, 1, 2, 3))))
    return Behaviour(clicks, is_hasty=rng.random() < 0.5, lingers=rng.random() < 0.7)


def behave(page: Page, behaviour: Behaviour) -> Seen:
    """Do it, and tell what the page saw of it."""
    if behaviour.is_hasty:
        page.run(";".join(map(click, behaviour.clicks)))
    else:
        for goal in behaviour.clicks:
            page.wait_until(QUEUE_IS_EMPTY)
            page.run(click(goal))
    if behaviour.lingers:
        page.wait_until(QUEUE_IS_EMPTY)
    return seen(page, EXPERIMENT)


def counts_of(visitors: Iterable[Seen]) -> Counter[CounterName]:
    """What the counters must say when each of these pages had a visitor of its own."""
    counts: Counter[CounterName] = Counter()
    for visitor in visitors:
        assert visitor.variant is not None
        counts[EXPERIMENT, PARTICIPATE, visitor.variant] += 1
        for goal, times in Counter(visitor.clicked).items():
            counts[EXPERIMENT, goal, visitor.variant] += 1 if goal == UNIQUE else times
    return counts
