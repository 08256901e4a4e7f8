"""What the wizard says, as pure functions of what is known: nothing here touches a widget."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from textual.content import Content

from lamed_tui.console.check_text import QUIET, ROOM_FOR_COLUMNS, Columns, check_line, wrapped
from lamed_tui.console.trail import step_in_words, steps_line
from lamed_tui.experiments.names import printable
from lamed_tui.experiments.wording import duration_text, plural
from lamed_tui.setup.steps import STEPS, help_on, step_named, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lamed_tui.console.key_names import Keys
    from lamed_tui.preflight.result import CheckResult
    from lamed_tui.setup.drafts import Draft
    from lamed_tui.setup.review import DiffLine
    from lamed_tui.setup.routes import Row
    from lamed_tui.setup.steps import StepId, Way

_COLUMNS = Columns(state=6, title=20)
_SIGNS = {"same": "  ", "added": "+ ", "removed": "- ", "gap": "  "}
_DIFF_STYLES = {
    "same": QUIET,
    "added": "$text-success",
    "removed": "$text-error",
    "gap": QUIET,
}

ABOUT = (
    "Count the visitors and conversions of your A/B tests in a Redis of your own, through three small functions "
    "in your own AWS account. It takes a few minutes. Nothing is written before you have seen the change, and nothing "
    "is created in AWS before you have seen the plan."
)
"""What setting up is, before it begins."""

_HELP = """\
Tab, Shift+Tab, {field.next} and the arrows go from field to field; {setup.up} and {setup.down} scroll. Going back \
keeps every answer, and so does quitting: they are kept beside the configuration, without secrets, until they are \
saved. Nothing is written to the configuration before the review.
"""


# Where one is --------------------------------------------------------------------------------------------------------


def trail(way: Way, now: StepId, *, narrow: bool) -> Content:
    """The steps with the present one marked; where room is short, its number and name."""
    steps = steps_of(way)
    ids = [step.id for step in steps]
    at = ids.index(now) if now in ids else 0
    titles = [step.title for step in steps]
    return step_in_words("Step", titles, at) if narrow else steps_line(titles, at)


def help_page(pane: str, way: Way) -> tuple[str, str]:
    """A page's title, and all there is to say about it."""
    step = next((step for step in STEPS if step.id == pane), None)
    if step is None:
        return "Setup", f"{ABOUT}\n\n{_HELP}"
    return f"Setup: {step.title}", f"{help_on(step, way)}\n\n{_HELP}"


# Ways in -------------------------------------------------------------------------------------------------------------


def way_in(title: str, *lines: str) -> Content:
    """One way in: what it is called, and what will happen."""
    return Content.assemble((title, "bold"), *(("\n" + line, QUIET) for line in lines))


def draft_summary(draft: Draft) -> str:
    """How far somebody had come."""
    kept = plural(len(draft.answers) - len(set(draft.left_out) & set(draft.answers)), "answer")
    again = " The password has to be typed again." if draft.left_out else ""
    return f"At {step_named(draft.step).title}, {kept} kept.{again}"


# Trying --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TrialView:
    """What is known of a try.

    Attributes:
        subject: what is tried, such as a server's address.
        state: `stale` means that answers have changed since.
        seconds: how long it has run, or ran.
    """

    subject: str
    state: Literal["running", "done", "cancelled", "stale"] = "running"
    results: tuple[CheckResult, ...] = ()
    seconds: float = 0.0
    trouble: str = field(default="", repr=False)


def trial_heading(view: TrialView, key: Keys) -> str:
    """What the results are of, and whether more will come."""
    took = f"{view.seconds:.1f} s"
    match view.state:
        case "running":
            return f"Trying {view.subject} … {duration_text(view.seconds)} ({key('setup.stop')} stops)"
        case "cancelled":
            return f"Stopped after {took}; what had not answered by then is unknown."
        case "stale":
            return f"Of {view.subject}, before the answers changed. Try again."
    return f"{view.subject}, tried in {took}"


def trial_lines(view: TrialView, width: int, key: Keys) -> Content:
    """The results so far, a word a state, as text of that width in cells."""
    lines = [Content.styled(trial_heading(view, key), "bold" if view.state != "stale" else f"bold {QUIET}")]
    if view.trouble:
        lines += [check_line("fail", "Answers", view.trouble, "", width, _COLUMNS)]
    skipped = [one.title for one in view.results if one.state == "warn" and not one.seconds]
    lines += [
        check_line(one.state, one.title, one.detail, one.fix, width, _COLUMNS)
        for one in view.results
        if one.title not in skipped
    ]
    if skipped:
        lines += [Content.styled(line, QUIET) for line in wrapped(f"Not tried: {', '.join(skipped)}.", width)]
    return Content("\n").join(lines)


# Endpoints -----------------------------------------------------------------------------------------------------------


def route_detail(row: Row, base: str, width: int) -> str:
    """All about one endpoint; the whole address where there is room for it."""
    key = "with the API key" if row.needs_key else "without a key"
    facts = f"{row.does}, {key}, by {printable(row.function)}"
    if width < ROOM_FOR_COLUMNS:
        return f"{row.method} {printable(row.path)} {facts}"
    kind = "Built in" if row.index is None else "Additional"
    return f"{row.method} {base}{printable(row.path)}\n{kind}: {facts}."


# Review --------------------------------------------------------------------------------------------------------------


def diff_text(lines: Sequence[DiffLine]) -> Content:
    """The diff, every line with the sign of its kind, so that no colour is needed to read it."""
    shown = []
    for line in lines:
        text = "⋯" if line.kind == "gap" else _one_line(line.text)
        shown.append(Content.styled(f"{_SIGNS[line.kind]}{text}", _DIFF_STYLES[line.kind]))
    return Content("\n").join(shown)


def bullets(lines: Iterable[str]) -> Content:
    """Sentences, one a line."""
    return Content("\n").join(Content(_one_line(line)) for line in lines)


def _one_line(text: str) -> str:
    """A line of a file as it may reach a terminal; its indentation stays."""
    body = text.lstrip(" ")
    return " " * (len(text) - len(body)) + (printable(body) if body else "")
