"""The numbers that other tools show, in a box of their own that says what they are not good for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lamed_tui.console.background import in_background
from lamed_tui.console.dialogs.dialog import Dialog
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.statistics.arm import Arm
from lamed_tui.experiments.statistics.single_look import chance, wilson_interval
from lamed_tui.experiments.table import variant_label
from lamed_tui.experiments.wording import UNKNOWN, rate_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lamed_tui.experiments.assessment import Assessment
    from lamed_tui.experiments.snapshot import Goal

WARNING = (
    "Not a stopping rule. These numbers hold for one look, at a time chosen before the start. Who watches them and "
    "stops when they look good is wrong in about every second experiment without any difference."
)


def single_look(assessment: Assessment) -> list[str]:
    """Every goal's numbers as lines of at most 56 cells, but for long names; takes milliseconds a variant."""
    return [line for goal in assessment.experiment.goals for line in _goal(goal, assessment)] or [
        "No goal reached yet."
    ]


def _goal(goal: Goal, assessment: Assessment) -> Iterator[str]:
    yield printable(goal.name)
    findings = [assessment.of(goal.name, one.name) for one in goal.variants]
    if not goal.unique or any(one is not None and one.comparison.rate_only for one in findings):
        yield "  Counted more than once per visitor: rates only."
        return
    for one, finding in zip(goal.variants, findings, strict=True):
        yield f"  {variant_label(one.name, assessment.experiment)}"
        interval = wilson_interval(Arm(one.conversions, one.visitors))
        ends = UNKNOWN if interval is None else f"{rate_text(interval[0])} … {rate_text(interval[1])}"
        yield f"    rate {rate_text(one.rate)}, 95% interval {ends}"
        found = chance(finding.comparison.control_arm, finding.comparison.variant_arm) if finding else None
        if found is not None:
            yield f"    chance to beat the control {found.variant_is_better:.1%}"
            yield f"    expected loss of choosing it {_points(found.loss_of_variant)}"
            yield f"    expected loss of the control {_points(found.loss_of_control)}"


def _points(loss: float) -> str:
    """A difference of rates."""
    return f"{100 * loss:.3f} percentage points"


class SingleLook(Dialog[None]):
    """Shows what one look says, as of the moment it was opened; scrolls by keyboard."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,l", "leave", "Close", id="single-look.leave"),
    ]

    def __init__(self, assessment: Assessment) -> None:
        super().__init__()
        self._assessment = assessment

    def box(self) -> ComposeResult:
        with VerticalScroll(classes="box wide") as box:
            box.border_title = Content(f"One look at {printable(self._assessment.experiment.name)}")
            box.border_subtitle = "↑ ↓ scroll"
            yield Static(Content.styled(WARNING, "$text-warning"))
            yield Static("Working it out ...", id="single-look-numbers")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self.run_worker(self._work_out(), name="single look", description="works out one look", exit_on_error=False)

    async def _work_out(self) -> None:
        lines = await in_background(lambda: single_look(self._assessment), name="working out one look")
        if self.display:  # else it has been closed meanwhile
            self.query_one("#single-look-numbers", Static).update(Content("\n".join(lines)))
